package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Switches is everything that a test may turn. A new switch is a new field here with its default
// below; the control API reads and writes the struct as it stands.
type Switches struct {
	// QuickAnswer: "" works; "429", "500", "500-empty", "refused", "garbage", "close", "hang".
	QuickAnswer string `json:"quickAnswer"`
	// RegistrationAnswer: "" accepts; "unauthorized", "error", "hang".
	RegistrationAnswer  string `json:"registrationAnswer"`
	RegistrationDelayMs int    `json:"registrationDelayMs"`
	// PublicationDelayMs passes between the first registration and the DNS record.
	PublicationDelayMs int `json:"publicationDelayMs"`
	// EdgeDelayMs passes between a registration and the moment the visitors' edge knows of it.
	EdgeDelayMs      int `json:"edgeDelayMs"`
	RecordTTLSeconds int `json:"recordTtlSeconds"`
	// NegativeTTLSeconds is the SOA's: how long resolvers remember an NXDOMAIN.
	NegativeTTLSeconds int `json:"negativeTtlSeconds"`
	// EdgeRefuse closes port 7844, connections that stand stay; EdgeSilent holds every packet back, both
	// ways, on old and new connections, until it is off again; UDPBlocked drops UDP 7844 only.
	EdgeRefuse bool `json:"edgeRefuse"`
	EdgeSilent bool `json:"edgeSilent"`
	UDPBlocked bool `json:"udpBlocked"`
	// InFlightLimit is a quick tunnel's cap of concurrent requests; 429 above.
	InFlightLimit    int  `json:"inFlightLimit"`
	HoldEventStreams bool `json:"holdEventStreams"`
	OriginTimeoutMs  int  `json:"originTimeoutMs"`
	WebSocketIdleMs  int  `json:"webSocketIdleMs"`
	// Visitors: what the edge does to visitors of tunnels: "" serves them; "hang" never answers,
	// "close" hangs up without an answer, "refuse-websockets" forbids every upgrade.
	Visitors string `json:"visitors"`
	// VisitorDelayMs is how long the edge takes over every visitor of a tunnel.
	VisitorDelayMs int `json:"visitorDelayMs"`
	// RateLimited sends every visitor of a tunnel away with 1015.
	RateLimited bool `json:"rateLimited"`
	// ErrorPages: the form of the edge's own pages for who accepts anything: "" one line, "html".
	ErrorPages string `json:"errorPages"`
	// IPv6Only names have an AAAA record and no A: "tunnels", or "all" of trycloudflare.com.
	IPv6Only string `json:"ipv6Only"`
	// InterceptDNS is a router that sends whatever goes to port 53 to its own resolver; Authority
	// is what the zones' own server does otherwise: "" answers, "silent", "refused".
	InterceptDNS bool   `json:"interceptDns"`
	Authority    string `json:"authority"`
	// DNS is port 53 cut off: "" answers, "silent", "servfail".
	DNS string `json:"dns"`
	// DoH: what a resolver does to everybody, by its name: "hang", "close", "error".
	DoH map[string]string `json:"doh"`
	// SystemResolver names the resolver whose memory port 53 shares: "system" is its own.
	SystemResolver string `json:"systemResolver"`
	// Certificates: by SNI (or "*.trycloudflare.com"): another name to show, or "untrusted".
	Certificates map[string]string `json:"certificates"`
	// Filter answers every visitor of every tunnel itself: an antivirus, a DNS filter.
	// CaptivePortal answers whatever comes to port 443, under every name.
	Filter        *Page `json:"filter"`
	CaptivePortal *Page `json:"captivePortal"`
	// Records are further names in DNS, such as a relay's public address; "none" hides a name.
	Records map[string]string `json:"records"`
	// NamedHostnames are those of the named tunnel, NamedService is where all of them lead;
	// NamedRevoked: its token is good no more, whoever serves it is cut off.
	NamedHostnames []string `json:"namedHostnames"`
	NamedService   string   `json:"namedService"`
	NamedRevoked   bool     `json:"namedRevoked"`
	// NgrokDomain is the account's one name. NgrokAgent refuses every agent with this code,
	// NgrokVisitors every visitor; NgrokWarning is the page before the first visit of a browser.
	NgrokDomain   string `json:"ngrokDomain"`
	NgrokAgent    string `json:"ngrokAgent"`
	NgrokVisitors string `json:"ngrokVisitors"`
	NgrokWarning  bool   `json:"ngrokWarning"`
	// NgrokOldAgent: agents that sign in behave as older ones, without /api/endpoints.
	NgrokOldAgent bool `json:"ngrokOldAgent"`
	// ACME is what the certificate service does to orders: "" serves, "429", "hang", "close".
	ACME string `json:"acme"`
}

// Page is a complete answer that does not come from the tunnel.
type Page struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func defaultSwitches() Switches {
	return Switches{
		PublicationDelayMs: 1500,
		RecordTTLSeconds:   300,
		NegativeTTLSeconds: 1800,
		InFlightLimit:      200,
		HoldEventStreams:   true,
		OriginTimeoutMs:    120_000,
		WebSocketIdleMs:    100_000,
		SystemResolver:     "system",
		NamedHostnames:     []string{"radio.example.org"},
		NamedService:       "http://gateway:8081",
		NgrokDomain:        "quiet-otter-radio.ngrok-free.dev",
		NgrokWarning:       true,
	}
}

// merge lays a JSON document over the switches; keys that are not there stay, unknown keys fail.
func (s Switches) merge(document []byte) (Switches, error) {
	// A copy by JSON, so that a map that readers still hold is never written to.
	old, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	var next Switches
	if err := json.Unmarshal(old, &next); err != nil {
		return s, err
	}
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&next); err != nil {
		return s, err
	}
	return next, next.check()
}

// check finds a misspelt choice, which would otherwise be a switch without effect.
func (s Switches) check() error {
	for _, choice := range []struct {
		name, value string
		known       []string
	}{
		{"quickAnswer", s.QuickAnswer, []string{"429", "500", "500-empty", "refused", "garbage", "close", "hang"}},
		{"registrationAnswer", s.RegistrationAnswer, []string{"unauthorized", "error", "hang"}},
		{"visitors", s.Visitors, []string{"hang", "close", "refuse-websockets"}},
		{"errorPages", s.ErrorPages, []string{"html"}},
		{"ipv6Only", s.IPv6Only, []string{"tunnels", "all"}},
		{"dns", s.DNS, []string{"silent", "servfail"}},
		{"acme", s.ACME, []string{"429", "hang", "close"}},
		{"ngrokAgent", s.NgrokAgent, slices.Collect(maps.Keys(ngrokRefusals))},
		{"ngrokVisitors", s.NgrokVisitors, slices.Collect(maps.Keys(ngrokPages))},
		{"authority", s.Authority, []string{"silent", "refused"}},
	} {
		if choice.value != "" && !slices.Contains(choice.known, choice.value) {
			return fmt.Errorf("%s: %q is none of %q", choice.name, choice.value, choice.known)
		}
	}
	if len(s.NamedHostnames) > maxNamedHostnames || slices.Contains(s.NamedHostnames, "") {
		return fmt.Errorf("namedHostnames: at most %d, none empty", maxNamedHostnames)
	}
	if !isNgrok(s.NgrokDomain) {
		return fmt.Errorf("ngrokDomain: %q is none of ngrok's", s.NgrokDomain)
	}
	return nil
}

// certificateFor is the certificate name to show to a visitor who asks for sni.
func (s Switches) certificateFor(sni string) string {
	if name, ok := s.Certificates[sni]; ok {
		return name
	}
	if strings.HasSuffix(sni, ".trycloudflare.com") && sni != quickAPI {
		if name, ok := s.Certificates["*.trycloudflare.com"]; ok {
			return name
		}
	}
	return ""
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
