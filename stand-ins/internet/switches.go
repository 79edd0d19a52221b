package main

import (
	"bytes"
	"encoding/json"
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
	RecordTTLSeconds   int `json:"recordTtlSeconds"`
	// NegativeTTLSeconds is the SOA's: how long resolvers remember an NXDOMAIN.
	NegativeTTLSeconds int `json:"negativeTtlSeconds"`
	// EdgeRefuse turns new connections on 7844 away; EdgeSilent holds every packet back, both
	// ways, on old and new connections, until it is off again; UDPBlocked drops UDP 7844 only.
	EdgeRefuse bool `json:"edgeRefuse"`
	EdgeSilent bool `json:"edgeSilent"`
	UDPBlocked bool `json:"udpBlocked"`
	// InFlightLimit is a quick tunnel's cap of concurrent requests; 429 above.
	InFlightLimit    int  `json:"inFlightLimit"`
	HoldEventStreams bool `json:"holdEventStreams"`
	OriginTimeoutMs  int  `json:"originTimeoutMs"`
	WebSocketIdleMs  int  `json:"webSocketIdleMs"`
	// DoH: what a resolver does to everybody, by its name: "hang", "close", "error".
	DoH map[string]string `json:"doh"`
	// SystemResolver names the resolver whose memory port 53 shares: "system" is its own.
	SystemResolver string `json:"systemResolver"`
	// Certificates: by SNI (or "*.trycloudflare.com"): another name to show, or "untrusted".
	Certificates map[string]string `json:"certificates"`
	// Filter answers every visitor of every tunnel itself: a captive portal, an antivirus.
	Filter *Page `json:"filter"`
	// Records are further names in DNS, such as a relay's public address.
	Records map[string]string `json:"records"`
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
	return next, nil
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
