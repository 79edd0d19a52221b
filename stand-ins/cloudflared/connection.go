package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/net/http2"

	"sidelink/stand-ins/internal/wire"
)

// registrationTimeout is the RPC's.
const registrationTimeout = 5 * time.Second

// silentAfter is TCP's keep-alive: how long a dead http2 connection counts as alive. The first
// probe is sent after 15 s, as the kernel does.
const (
	silentAfter = 150 * time.Second
	probeAfter  = 15 * time.Second
)

var (
	errEdgeLost       = errors.New("connection with edge closed")
	errControlStream  = errors.New("control stream encountered a failure while serving")
	errStreamListener = errors.New("accept stream listener encountered a failure while serving")
	errStoppedByUser  = errors.New("stopped")
)

// registerError is the edge's refusal under http2. Under quic the log has no reason.
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

	active     sync.WaitGroup // requests and the connection, the control stream not counted
	mu         sync.Mutex
	result     error     // why the control stream ended
	registered time.Time // zero: never
}

// Serve returns when the connection has ended: nil after an unregistration.
func (c *Connection) Serve(ctx context.Context) error {
	config := &http.HTTP2Config{MaxConcurrentStreams: 1000, SendPingTimeout: probeAfter, PingTimeout: silentAfter - probeAfter}
	if c.protocol == protocolQUIC {
		config.SendPingTimeout, config.PingTimeout = quicKeepAlive, quicIdleTimeout
	}
	served := make(chan struct{})
	c.active.Add(1) // the connection itself, until the grace period ends
	go func() {     // the end of the grace period cancels requests; http2 waits for their handlers
		select {
		case <-ctx.Done():
			c.active.Done()
			if c.protocol == protocolHTTP2 {
				c.active.Wait()
			}
			c.conn.Close()
		case <-served:
		}
	}()
	watched := &watchedConn{Conn: c.conn}
	(&http2.Server{}).ServeConn(watched, &http2.ServeConnOpts{Context: ctx, Handler: c,
		BaseConfig: &http.Server{HTTP2: config}})
	close(served)
	c.conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(c.result, errStoppedByUser):
		return nil
	case c.result != nil:
		return c.result
	case c.protocol == protocolHTTP2:
		return errEdgeLost
	}
	cause := "timeout: no recent network activity"
	if watched.ended.Load() {
		cause = "Application error 0x0 (remote)"
	}
	c.log.Error(errors.New("failed to accept QUIC stream: "+cause), "failed to accept incoming stream requests",
		Fields{"connIndex": 0, "event": 0, "ip": c.address})
	return errStreamListener
}

func (c *Connection) ends(result error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result = result
}

// watchedConn records whether the other side ended the connection.
type watchedConn struct {
	net.Conn
	ended atomic.Bool
}

func (w *watchedConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		w.ended.Store(true)
	}
	return n, err
}

// ConnectionState gives the HTTP/2 server access to the TLS connection.
func (w *watchedConn) ConnectionState() tls.ConnectionState {
	return w.Conn.(*tls.Conn).ConnectionState()
}

// ServeHTTP dispatches the edge's requests by kind.
func (c *Connection) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Header.Get(wire.UpgradeHeader) {
	case wire.UpgradeControlStream:
		err := c.control(w, r)
		if err == nil {
			return // the connection is gone
		}
		c.ends(err)
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

// control registers, then waits until the connection (nil) or the process ends.
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
			select {
			case messages <- m:
			case <-r.Context().Done():
				return
			}
		}
	}()
	if refusal := c.register(stream, messages); refusal != "" {
		c.status.update(func(s *Status) { s.registerFailed++ })
		if c.protocol == protocolQUIC {
			return errControlStream
		}
		return &registerError{refusal}
	}
	defer c.status.update(func(s *Status) { s.ready = 0 })
	select {
	case <-r.Context().Done():
		return nil
	case <-c.stopping:
	}
	c.ends(errStoppedByUser) // independent of the unregistration's result
	c.status.update(func(s *Status) { s.ready = 0 })
	if err := stream.Send(wire.Message{Unregister: true}); err != nil {
		return nil
	}
	select {
	case <-messages:
	case <-r.Context().Done():
	}
	c.log.Info("Unregistered tunnel connection", Fields{"connIndex": 0, "event": 0, "ip": c.address})
	return errStoppedByUser
}

// register returns the reason if the edge refuses, or an empty string.
func (c *Connection) register(stream *wire.ControlStream, messages <-chan wire.Message) string {
	err := stream.Send(wire.Message{Register: &wire.Registration{TunnelID: c.tunnel.ID, Secret: c.tunnel.Secret,
		ConnectorID: c.status.connectorID, Protocol: c.protocol}})
	if err != nil {
		return "rpc: connection closed"
	}
	timeout := time.NewTimer(registrationTimeout)
	defer timeout.Stop()
	select {
	case m, open := <-messages:
		switch {
		case !open:
			return "rpc: connection closed"
		case m.Registered == nil:
			return m.Refused
		}
		c.accept(m.Registered)
		return ""
	case <-timeout.C:
		return "context deadline exceeded"
	}
}

func (c *Connection) accept(r *wire.Registered) {
	c.log.Info("Registered tunnel connection", Fields{"connIndex": 0, "connection": r.ConnectionID, "event": 0,
		"ip": c.address, "location": r.Location, "protocol": c.protocol})
	c.status.update(func(s *Status) {
		s.ready, s.protocol, s.edgeAddress = 1, c.protocol, c.address
		s.location = r.Location
		s.registerOK++
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.registered = time.Now()
}

// since returns when the edge accepted this connection; zero if it did not.
func (c *Connection) since() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.registered
}

// configure applies a configuration that the edge manages.
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
		c.log.Error(err, "Failed to deserialize new configuration", Fields{"config": string(pushed.Config), "version": pushed.Version})
		fmt.Fprintf(w, `{"lastAppliedVersion":%d,"err":{}}`, c.status.version())
		return
	}
	c.status.update(func(s *Status) { s.rules, s.configVersion = rules, pushed.Version })
	c.log.Info("Updated to new configuration", Fields{"config": string(pushed.Config), "version": pushed.Version})
	fmt.Fprintf(w, `{"lastAppliedVersion":%d,"err":null}`, pushed.Version)
}
