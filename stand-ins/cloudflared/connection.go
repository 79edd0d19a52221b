package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"sidelink/stand-ins/internal/wire"
)

// registrationTimeout is the RPC's.
const registrationTimeout = 5 * time.Second

var (
	errEdgeLost      = errors.New("Error shutting down control stream: client disconnected")
	errEdgeLostQUIC  = errors.New("failed to accept QUIC stream: timeout: no recent network activity")
	errRPCTimeout    = errors.New("context deadline exceeded")
	errStoppedByUser = errors.New("stopped")
)

// registerError is the edge's refusal.
type registerError struct{ text string }

func (e *registerError) Error() string { return e.text }

// Connection serves what the edge sends over one connection.
type Connection struct {
	conn     net.Conn
	protocol string
	address  string
	status   *Status
	proxy    *Proxy
	log      *Logger
	tunnel   Tunnel
	stopping <-chan struct{} // closed at the first signal

	onRegistered func()
	active       sync.WaitGroup // requests, the control stream not counted
	mu           sync.Mutex
	result       error // why the control stream ended
}

// Serve returns when the connection is over: nil after a clean goodbye.
func (c *Connection) Serve(ctx context.Context) error {
	// Silence is noticed as late as the real transports notice it: QUIC's idle timeout of 5 s, and
	// TCP's keep-alive, 148 s, under http2.
	config := &http.HTTP2Config{MaxConcurrentStreams: 1000, SendPingTimeout: 133 * time.Second, PingTimeout: 15 * time.Second}
	if c.protocol == protocolQUIC {
		config.SendPingTimeout, config.PingTimeout = time.Second, 4*time.Second
	}
	(&http2.Server{}).ServeConn(c.conn, &http2.ServeConnOpts{Context: ctx, Handler: c,
		BaseConfig: &http.Server{HTTP2: config}})
	c.conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.result == nil {
		c.result = c.lost()
	}
	if errors.Is(c.result, errStoppedByUser) {
		return nil
	}
	return c.result
}

func (c *Connection) lost() error {
	if c.protocol == protocolQUIC {
		return errEdgeLostQUIC
	}
	return errEdgeLost
}

// ServeHTTP tells the edge's requests apart.
func (c *Connection) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Header.Get(wire.UpgradeHeader) {
	case wire.UpgradeControlStream:
		err := c.control(w, r)
		c.mu.Lock()
		c.result = err
		c.mu.Unlock()
		if !errors.Is(err, errStoppedByUser) {
			c.conn.Close()
		}
	case wire.UpgradeConfiguration:
		c.configure(w, r)
	default:
		c.active.Add(1)
		defer c.active.Done()
		c.proxy.ServeHTTP(w, r)
	}
}

// control registers, then waits for the end of the connection or of the process.
func (c *Connection) control(w http.ResponseWriter, r *http.Request) error {
	http.NewResponseController(w).Flush()
	stream := wire.NewControlStream(r.Body, w, w.(http.Flusher).Flush)
	messages := make(chan wire.Message)
	go func() {
		defer close(messages)
		for {
			m, err := stream.Receive()
			if err != nil {
				return
			}
			messages <- m
		}
	}()
	if err := c.register(stream, messages); err != nil {
		c.status.update(func(s *Status) { s.registerFailed++ })
		return err
	}
	defer c.status.update(func(s *Status) { s.ready = 0 })
	select {
	case <-r.Context().Done():
		return c.lost()
	case <-c.stopping:
	}
	c.status.update(func(s *Status) { s.ready = 0 })
	if err := stream.Send(wire.Message{Unregister: true}); err != nil {
		return c.lost()
	}
	select {
	case <-messages:
	case <-r.Context().Done():
	}
	c.log.Info("Unregistered tunnel connection", Fields{"connIndex": 0, "event": 0, "ip": c.address})
	return errStoppedByUser
}

func (c *Connection) register(stream *wire.ControlStream, messages <-chan wire.Message) error {
	err := stream.Send(wire.Message{Register: &wire.Registration{TunnelID: c.tunnel.ID, Secret: c.tunnel.Secret,
		ConnectorID: c.status.connectorID, Protocol: c.protocol}})
	if err != nil {
		return c.lost()
	}
	timeout := time.NewTimer(registrationTimeout)
	defer timeout.Stop()
	select {
	case m, open := <-messages:
		switch {
		case !open:
			return c.lost()
		case m.Registered == nil:
			return &registerError{m.Refused}
		}
		c.registered(m.Registered)
		return nil
	case <-timeout.C:
		return errRPCTimeout
	}
}

func (c *Connection) registered(r *wire.Registered) {
	c.log.Info("Registered tunnel connection", Fields{"connIndex": 0, "connection": r.ConnectionID, "event": 0,
		"ip": c.address, "location": r.Location, "protocol": c.protocol})
	c.status.update(func(s *Status) {
		s.ready, s.protocol, s.edgeAddress = 1, c.protocol, c.address
		s.connection, s.location = r.ConnectionID, r.Location
		s.registerOK++
	})
	c.onRegistered()
}

// configure takes a configuration that is managed from the edge's side.
func (c *Connection) configure(w http.ResponseWriter, r *http.Request) {
	var pushed wire.Configuration
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &pushed)
	}
	var config struct {
		Ingress       []IngressEntry `json:"ingress"`
		OriginRequest OriginRequest  `json:"originRequest"`
	}
	if err == nil {
		err = json.Unmarshal(pushed.Config, &config)
	}
	var rules []*Rule
	if err == nil {
		rules, err = compileIngress(config.Ingress, config.OriginRequest)
	}
	if err != nil {
		c.log.Error(err, "Failed to update config", nil)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.status.update(func(s *Status) { s.rules, s.configVersion = rules, pushed.Version })
	c.log.Info("Updated to new configuration", Fields{"config": string(pushed.Config), "version": pushed.Version})
	fmt.Fprintf(w, `{"lastAppliedVersion":%d,"err":null}`, pushed.Version)
}
