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
	// Reachable is when the visitors' edge knows of it.
	Reachable time.Time `json:"reachable"`

	conn net.Conn
	h2   *http2.ClientConn
}

// maxControlStream is far more than a connector ever says in its life.
const maxControlStream = 1 << 20

// Registrar is port 7844: it takes cloudflared's connections and keeps who serves what.
type Registrar struct {
	world *World
	tls   *tls.Config
}

// ServeUDP echoes what comes: cloudflared's way to find out whether QUIC would get through.
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
	link, err := openLink(conn, wire.EdgeServerName)
	if err != nil {
		return
	}
	defer link.end()
	tunnel, connector, err := g.register(link.control, raw)
	if err != nil {
		return
	}
	connector.conn, connector.h2 = conn, link.h2
	g.world.attach(tunnel, connector)
	defer g.world.detach(tunnel, connector)
	if err := link.control.Send(wire.Message{Registered: &wire.Registered{
		ConnectionID: connector.Connection, Location: "lhr01"}}); err != nil {
		return
	}
	push(link.h2, g.world.configuration(tunnel))
	g.follow(link.control, tunnel, connector)
}

// link is an agent's connection with its control stream open.
type link struct {
	h2      *http2.ClientConn
	control *wire.ControlStream
	end     func()
}

// openLink turns the roles round: from here on the edge asks and the agent answers.
func openLink(conn net.Conn, name string) (*link, error) {
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
	return &link{h2: h2, control: control, end: func() { out.Close(); resp.Body.Close() }}, nil
}

// register decides whether a connection may serve a tunnel.
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
		control.Receive() // until cloudflared gives up
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
		control.Receive() // it hangs up; closing first would lose the answer
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

// follow waits for cloudflared's end: a goodbye lets open requests finish, a loss cuts them.
func (g *Registrar) follow(control *wire.ControlStream, t *Tunnel, c *Connector) {
	m, err := control.Receive()
	if err != nil || !m.Unregister {
		return
	}
	g.world.detach(t, c)
	control.Send(wire.Message{Unregistered: true})
	c.h2.Shutdown(context.Background())
}

// push sends the configuration of a tunnel that is managed from this side.
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
