package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/net/http2"

	"sidelink/stand-ins/internal/wire"
)

// Connector is one registered cloudflared.
type Connector struct {
	ID         string    `json:"connectorId"`
	Connection string    `json:"connection"`
	Protocol   string    `json:"protocol"`
	IP         string    `json:"ip"`
	Since      time.Time `json:"since"`
	// Reachable is when visitors first reach it.
	Reachable time.Time `json:"reachable"`

	conn net.Conn
	h2   *http2.ClientConn
}

// maxControlStream is far more than a connector sends in its lifetime.
const maxControlStream = 1 << 20

// Registrar is port 7844: it accepts cloudflared's connections and records which tunnel each
// serves.
type Registrar struct {
	world *World
	tls   *tls.Config
}

// ServeUDP echoes packets, by which cloudflared checks that QUIC could pass.
func (g *Registrar) ServeUDP(pc net.PacketConn) error {
	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return err
		}
		if s := g.world.Switches(); !s.UDPBlocked && !s.EdgeSilent && !s.EdgeRefuse {
			pc.WriteTo(buf[:n], from)
		}
	}
}

func (g *Registrar) serveConn(raw net.Conn) {
	conn := tls.Server(newGatedConn(raw, g.world.gate), g.tls)
	defer conn.Close()
	if err := conn.Handshake(); err != nil {
		return
	}
	agent, err := openAgentConn(conn, wire.EdgeServerName)
	if err != nil {
		return
	}
	defer agent.end()
	tunnel, connector, err := g.register(agent.control, raw)
	if err != nil {
		return
	}
	connector.conn, connector.h2 = conn, agent.h2
	g.world.attach(tunnel, connector)
	defer g.world.detach(tunnel, connector)
	if err := agent.control.Send(wire.Message{Registered: &wire.Registered{
		ConnectionID: connector.Connection, Location: "lhr01"}}); err != nil {
		return
	}
	push(agent.h2, g.world.configuration(tunnel))
	g.follow(agent.control, tunnel, connector)
}

// agentConn is an agent's connection with an open control stream.
type agentConn struct {
	h2      *http2.ClientConn
	control *wire.ControlStream
	end     func()
}

// openAgentConn reverses the roles: from now on the edge sends requests and the agent responds.
func openAgentConn(conn net.Conn, name string) (*agentConn, error) {
	h2, err := (&http2.Transport{DisableCompression: true}).NewClientConn(conn)
	if err != nil {
		return nil, err
	}
	in, out := io.Pipe()
	req, _ := http.NewRequest(http.MethodPost, "https://"+name+"/", in)
	req.Header.Set(wire.UpgradeHeader, wire.UpgradeControlStream)
	resp, err := h2.RoundTrip(req)
	if err != nil {
		out.Close()
		return nil, err
	}
	control := wire.NewControlStream(io.LimitReader(resp.Body, maxControlStream), out, nil)
	return &agentConn{h2: h2, control: control, end: func() { out.Close(); resp.Body.Close() }}, nil
}

// register accepts or refuses a connection for a tunnel.
func (g *Registrar) register(control *wire.ControlStream, raw net.Conn) (*Tunnel, *Connector, error) {
	m, err := control.Receive()
	if err != nil || m.Register == nil {
		return nil, nil, errors.Join(err, errors.New("no registration"))
	}
	ip, _, _ := net.SplitHostPort(raw.RemoteAddr().String())
	event := Event{Kind: "registration", Client: ip, Name: m.Register.TunnelID, Detail: m.Register.Protocol}
	s := g.world.Switches()
	time.Sleep(ms(s.RegistrationDelayMs))
	tunnel, known := g.world.TunnelByID(m.Register.TunnelID)
	refused := ""
	switch {
	case s.RegistrationAnswer == "hang":
		control.Receive() // until cloudflared's timeout
		refused = "hang"
	case s.RegistrationAnswer == "error":
		refused = "registration refused by the stand-in"
	case s.RegistrationAnswer == "unauthorized", !known, tunnel == g.world.named && s.NamedRevoked, known && !bytes.Equal(tunnel.Secret, m.Register.Secret):
		refused = "Unauthorized: Tunnel not found"
	}
	event.Answer = refused
	if tunnel != nil {
		event.Name = tunnel.Hostname
	}
	g.world.Record(event)
	if refused != "" {
		control.Send(wire.Message{Refused: refused})
		control.Receive() // cloudflared closes; closing first would lose the response
		return nil, nil, errors.New(refused)
	}
	return tunnel, &Connector{ID: m.Register.ConnectorID, Connection: newUUID(),
		Protocol: m.Register.Protocol, IP: ip, Since: time.Now()}, nil
}

func (w *World) attach(t *Tunnel, c *Connector) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.Registered == nil {
		now := time.Now()
		t.Registered = &now
		if t.Published == nil {
			published := now.Add(ms(w.switches.PublicationDelayMs))
			t.Published = &published
		}
	}
	c.Reachable = c.Since.Add(ms(w.switches.EdgeDelayMs))
	t.connectors = append([]*Connector{c}, t.connectors...)
}

func (w *World) detach(t *Tunnel, c *Connector) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t.connectors = slices.DeleteFunc(t.connectors, func(x *Connector) bool { return x == c })
}

// follow waits for cloudflared's end: an unregistration lets open requests finish, a loss cuts
// them.
func (g *Registrar) follow(control *wire.ControlStream, t *Tunnel, c *Connector) {
	m, err := control.Receive()
	if err != nil || !m.Unregister {
		return
	}
	g.world.detach(t, c)
	control.Send(wire.Message{Unregistered: true})
	c.h2.Shutdown(context.Background())
}

// push sends the configuration of a tunnel that the edge manages.
func push(h2 *http2.ClientConn, configuration *wire.Configuration) {
	if configuration == nil {
		return
	}
	body, err := json.Marshal(configuration)
	if err != nil {
		return
	}
	req, _ := http.NewRequest(http.MethodPut, "https://"+wire.EdgeServerName+"/", bytes.NewReader(body))
	req.Header.Set(wire.UpgradeHeader, wire.UpgradeConfiguration)
	if resp, err := h2.RoundTrip(req); err == nil {
		resp.Body.Close()
	}
}
