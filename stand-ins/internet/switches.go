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

// Switches are all switches of the tests. A new switch is a new field here, with its default below.
// The control API reads and writes this struct.
type Switches struct {
	// QuickAnswer: "" works; "429", "500", "500-empty", "refused", "garbage", "close", "hang".
	QuickAnswer string `json:"quickAnswer"`
	// RegistrationAnswer: "" accepts; "unauthorized", "error", "hang".
	RegistrationAnswer  string `json:"registrationAnswer"`
	RegistrationDelayMs int    `json:"registrationDelayMs"`
	// PublicationDelayMs is the time between the first registration and the DNS record.
	PublicationDelayMs int `json:"publicationDelayMs"`
	// EdgeDelayMs is the time between a registration and the moment visitors reach it.
	EdgeDelayMs      int `json:"edgeDelayMs"`
	RecordTTLSeconds int `json:"recordTtlSeconds"`
	// NegativeTTLSeconds is the SOA's minimum: how long resolvers cache an NXDOMAIN.
	NegativeTTLSeconds int `json:"negativeTtlSeconds"`
	// EdgeRefuse closes port 7844; existing connections stay. EdgeSilent holds every packet in both
	// directions, on old and new connections, until it is off again. UDPBlocked drops UDP 7844
	// only.
	EdgeRefuse bool `json:"edgeRefuse"`
	EdgeSilent bool `json:"edgeSilent"`
	UDPBlocked bool `json:"udpBlocked"`
	// InFlightLimit is a quick tunnel's limit of concurrent requests; 429 above.
	InFlightLimit    int  `json:"inFlightLimit"`
	HoldEventStreams bool `json:"holdEventStreams"`
	OriginTimeoutMs  int  `json:"originTimeoutMs"`
	WebSocketIdleMs  int  `json:"webSocketIdleMs"`
	// Visitors is how the edge treats visitors of tunnels: "" serves them, "hang" never responds,
	// "close" closes the connection without a response, "refuse-websockets" forbids every upgrade.
	Visitors string `json:"visitors"`
	// VisitorDelayMs is how long the edge delays every visitor of a tunnel.
	VisitorDelayMs int `json:"visitorDelayMs"`
	// Line is how visitors' WebSockets reach the edge.
	Line Line `json:"line"`
	// RateLimited refuses every visitor of a tunnel with 1015.
	RateLimited bool `json:"rateLimited"`
	// ErrorPages is the format of the edge's own pages for clients that accept any: "" one line,
	// "html".
	ErrorPages string `json:"errorPages"`
	// IPv6Only names have an AAAA record and no A: "tunnels", or "all" of trycloudflare.com.
	IPv6Only string `json:"ipv6Only"`
	// InterceptDNS imitates a router that redirects port 53 to its own resolver. Authority is the
	// zones' authoritative server: "" answers, "silent", "refused".
	InterceptDNS bool   `json:"interceptDns"`
	Authority    string `json:"authority"`
	// DNS is port 53: "" answers, "silent", "servfail".
	DNS string `json:"dns"`
	// DoH is the fault of a public resolver, by its name: "hang", "close", "error".
	DoH map[string]string `json:"doh"`
	// SystemResolver names the resolver whose cache port 53 shares: "system" is its own.
	SystemResolver string `json:"systemResolver"`
	// Certificates has, by SNI (or "*.trycloudflare.com"), another certificate name, or
	// "untrusted".
	Certificates map[string]string `json:"certificates"`
	// Filter answers every visitor of every tunnel, as an antivirus or a DNS filter does.
	// CaptivePortal answers every request to port 443, under every name.
	Filter        *Page `json:"filter"`
	CaptivePortal *Page `json:"captivePortal"`
	// Records are additional names in DNS, such as a relay's public address; "none" hides a name.
	Records map[string]string `json:"records"`
	// NamedHostnames are the named tunnel's hostnames, NamedService is the service of all of them.
	// NamedRevoked invalidates its token and cuts its connections.
	NamedHostnames []string `json:"namedHostnames"`
	NamedService   string   `json:"namedService"`
	NamedRevoked   bool     `json:"namedRevoked"`
	// NgrokDomain is the account's domain. NgrokAgent refuses every agent with this code,
	// NgrokVisitors every visitor. NgrokWarning is the page before the first visit of a browser.
	NgrokDomain   string `json:"ngrokDomain"`
	NgrokAgent    string `json:"ngrokAgent"`
	NgrokVisitors string `json:"ngrokVisitors"`
	NgrokWarning  bool   `json:"ngrokWarning"`
	// NgrokOldAgent makes agents that sign in behave as older ones, without /api/endpoints.
	NgrokOldAgent bool `json:"ngrokOldAgent"`
	// ACME is how the certificate authority treats orders: "" serves, "429", "hang", "close".
	ACME string `json:"acme"`
}

// Page is a complete response that does not come from the tunnel.
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

// merge applies a JSON document to the switches; missing keys stay unchanged, unknown keys fail.
func (s Switches) merge(document []byte) (Switches, error) {
	// A copy by JSON, because readers still use the old maps.
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

// check refuses an unknown value, which would otherwise have no effect.
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
			return fmt.Errorf("%s: %q is not one of %q", choice.name, choice.value, choice.known)
		}
	}
	if len(s.NamedHostnames) > maxNamedHostnames || slices.Contains(s.NamedHostnames, "") {
		return fmt.Errorf("namedHostnames: at most %d, none empty", maxNamedHostnames)
	}
	if err := s.Line.check(); err != nil {
		return err
	}
	if !isNgrok(s.NgrokDomain) {
		return fmt.Errorf("ngrokDomain: %q is not below a domain of ngrok", s.NgrokDomain)
	}
	return nil
}

// certificateFor returns the certificate name that the switches set for an SNI.
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
