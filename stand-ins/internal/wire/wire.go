// Package wire is the protocol between the stand-ins for cloudflared and ngrok's agent and the
// stand-in for their edges: HTTP/2 with the roles reversed (the agent dials, then serves), as in
// cloudflared's real http2 transport. Cloudflare's header names are the real ones. The registration
// is JSON lines on the control stream, where the real one is Cap'n Proto RPC.
package wire

import (
	"encoding/json"
	"io"
)

// UpgradeHeader marks the requests of the edge that are not plain HTTP; its values follow.
const (
	UpgradeHeader = "Cf-Cloudflared-Proxy-Connection-Upgrade"

	UpgradeWebSocket     = "websocket"
	UpgradeControlStream = "control-stream"
	UpgradeConfiguration = "update-configuration"
)

// MetaHeader names the source of a response: the origin or cloudflared.
const (
	MetaHeader = "Cf-Cloudflared-Response-Meta"

	MetaOrigin      = `{"src":"origin"}`
	MetaCloudflared = `{"src":"cloudflared"}`
)

// EdgeServerName is what cloudflared sends as SNI to port 7844.
const EdgeServerName = "h2.cftunnel.com"

// NgrokServerName is the name to which ngrok's agent connects, port 443. NgrokProtocol is the ALPN
// name of the protocol there. The real agent uses ngrok's own protocol.
const (
	NgrokServerName = "connect.ngrok-agent.com"
	NgrokProtocol   = "stand-in-ngrok"
)

// NgrokErrorHeader has the code of the error page that ngrok's edge must show.
const NgrokErrorHeader = "Stand-In-Ngrok-Error"

// Message is one line on the control stream. Exactly one field is set.
type Message struct {
	Session      *Session      `json:"session,omitempty"`
	Opened       *Opened       `json:"opened,omitempty"`
	Register     *Registration `json:"register,omitempty"`
	Registered   *Registered   `json:"registered,omitempty"`
	Refused      string        `json:"refused,omitempty"`
	Unregister   bool          `json:"unregister,omitempty"`
	Unregistered bool          `json:"unregistered,omitempty"`
}

// Registration is cloudflared's request to serve a tunnel.
type Registration struct {
	TunnelID    string `json:"tunnelId"`
	Secret      []byte `json:"secret"`
	ConnectorID string `json:"connectorId"`
	Protocol    string `json:"protocol"`
	ConnIndex   int    `json:"connIndex"`
}

// Registered is the edge's consent.
type Registered struct {
	ConnectionID string `json:"connectionId"`
	Location     string `json:"location"`
}

// Session is the request of ngrok's agent to sign in and open its endpoints.
type Session struct {
	Authtoken string     `json:"authtoken"`
	Version   string     `json:"version"`
	Endpoints []Endpoint `json:"endpoints"`
}

// Endpoint is one address; with an empty URL the edge chooses it.
type Endpoint struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Opened is ngrok's consent: the endpoints with their URLs.
type Opened struct {
	Endpoints []Endpoint `json:"endpoints"`
	// OldAPI makes the agent behave as an older one, without /api/endpoints.
	OldAPI bool `json:"oldApi,omitempty"`
}

// Configuration is what the edge pushes to a tunnel that it manages.
type Configuration struct {
	Version int             `json:"version"`
	Config  json.RawMessage `json:"config"`
}

// ControlStream reads and writes messages.
type ControlStream struct {
	enc   *json.Encoder
	dec   *json.Decoder
	flush func()
}

// NewControlStream wraps both directions. It calls flush after each message.
func NewControlStream(r io.Reader, w io.Writer, flush func()) *ControlStream {
	return &ControlStream{enc: json.NewEncoder(w), dec: json.NewDecoder(r), flush: flush}
}

// Send writes one message and flushes it.
func (c *ControlStream) Send(m Message) error {
	if err := c.enc.Encode(m); err != nil {
		return err
	}
	if c.flush != nil {
		c.flush()
	}
	return nil
}

// Receive waits for the next message.
func (c *ControlStream) Receive() (Message, error) {
	var m Message
	err := c.dec.Decode(&m)
	return m, err
}
