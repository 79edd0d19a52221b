package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"sidelink/stand-ins/internal/wire"
)

// Values of /api/status.
const (
	statusConnecting   = "connecting"
	statusOnline       = "online"
	statusReconnecting = "reconnecting"
)

// Heartbeats as ngrok documents them: one every 10 s; the connection is lost after 15 s without a
// reply.
const (
	heartbeatInterval  = 10 * time.Second
	heartbeatTolerance = 15 * time.Second
	dialTimeout        = 10 * time.Second
	maxBackoff         = 30 * time.Second
)

// Agent is one ngrok process.
type Agent struct {
	config Config
	log    *Log

	mu     sync.Mutex
	status string
	opened []endpoint
	oldAPI bool
}

// endpoint is an endpoint that the edge has opened.
type endpoint struct {
	Name, URL, Upstream string
	policy              *TrafficPolicy
	requests            int
}

// refusal is the service's permanent refusal. It ends the agent, at the first session and at a
// later one.
type refusal struct{ text string }

func (e *refusal) Error() string { return e.text }

// run keeps a session open; only a refusal ends it.
func (a *Agent) run(ctx context.Context) error {
	wait := 500 * time.Millisecond
	for {
		connected := time.Now()
		err := a.session(ctx)
		var refused *refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &refused):
			a.log.line("eror", "session closing", "obj", "tunnels.session", "err", refused.text)
			return refused
		case a.isOnline():
			a.log.line("eror", "session closed, starting reconnect loop", "obj", "tunnels.session", "err", "session closed")
			wait = 500 * time.Millisecond
		default:
			a.log.line("eror", "failed to reconnect session", "obj", "tunnels.session", "err", err.Error())
		}
		a.set(statusReconnecting)
		if time.Since(connected) < maxBackoff {
			wait = min(2*wait, maxBackoff)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

func (a *Agent) isOnline() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status == statusOnline
}

func (a *Agent) set(status string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status = status
}

// session dials, signs in and serves until the connection ends.
func (a *Agent) session(ctx context.Context) error {
	conn, err := a.dial(ctx)
	if err != nil {
		return fmt.Errorf("failed to dial ngrok server with address %q: %w", a.server(), err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	s := &session{agent: a, ended: make(chan struct{})}
	(&http2.Server{}).ServeConn(conn, &http2.ServeConnOpts{Context: ctx, Handler: s, BaseConfig: &http.Server{
		HTTP2: &http.HTTP2Config{SendPingTimeout: heartbeatInterval, PingTimeout: heartbeatTolerance}}})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused != "" {
		return &refusal{s.refused}
	}
	return errors.New("session closed")
}

func (a *Agent) server() string {
	if a.config.Agent.ConnectURL != "" {
		return a.config.Agent.ConnectURL
	}
	return wire.NgrokServerName + ":443"
}

// dial trusts connect_cas: a file, or the machine's roots. The real agent's default is ngrok's
// root, which does not exist here.
func (a *Agent) dial(ctx context.Context) (net.Conn, error) {
	config := &tls.Config{ServerName: wire.NgrokServerName, NextProtos: []string{wire.NgrokProtocol}}
	if file := a.config.Agent.ConnectCAs; file != "" && file != "host" && file != "trusted" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", a.server())
}

// session is one connection's control stream.
type session struct {
	agent *Agent
	ended chan struct{}

	mu      sync.Mutex
	refused string
}

// ServeHTTP separates the control stream from visitors.
func (s *session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(wire.UpgradeHeader) != wire.UpgradeControlStream {
		s.agent.forward(w, r)
		return
	}
	http.NewResponseController(w).Flush()
	stream := wire.NewControlStream(r.Body, w, w.(http.Flusher).Flush)
	request := &wire.Session{Authtoken: s.agent.config.Agent.Authtoken, Version: version}
	for _, e := range s.agent.config.Endpoints {
		request.Endpoints = append(request.Endpoints, wire.Endpoint{Name: e.Name, URL: e.URL})
	}
	if stream.Send(wire.Message{Session: request}) != nil {
		return
	}
	m, err := stream.Receive()
	switch {
	case err != nil:
		return
	case m.Opened == nil:
		s.mu.Lock()
		s.refused = m.Refused
		s.mu.Unlock()
		return
	}
	s.agent.accept(m.Opened)
	stream.Receive() // until the connection ends
}

// accept records the endpoints that the edge has opened.
func (a *Agent) accept(opened *wire.Opened) {
	a.log.info("client session established", "obj", "tunnels.session")
	a.log.info("tunnel session started", "obj", "tunnels.session")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.oldAPI, a.opened = statusOnline, opened.OldAPI, nil
	for i, e := range opened.Endpoints {
		if i >= len(a.config.Endpoints) {
			break
		}
		upstream := a.config.Endpoints[i].Upstream.URL
		a.opened = append(a.opened, endpoint{Name: e.Name, URL: e.URL, Upstream: upstream,
			policy: &a.config.Endpoints[i].TrafficPolicy})
		a.log.info("started tunnel", "obj", "tunnels", "name", e.Name, "addr", upstream, "url", e.URL)
	}
}
