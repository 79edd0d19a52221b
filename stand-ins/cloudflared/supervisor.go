package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Supervisor keeps one connection to the edge. Two waits, as in the real one: a short one after
// every end (base 1 s), and for ends that the first loop does not forgive another (base 10 s).
type Supervisor struct {
	options  *Options
	log      *Logger
	status   *Status
	tunnel   Tunnel
	stopping chan struct{}

	protocol  string
	fallback  bool // auto, and quic never connected
	connected bool
	dialFails int
	short     Backoff
	long      Backoff
	current   *Connection
}

// NewSupervisor starts with the protocol that the settings mean.
func NewSupervisor(o *Options, log *Logger, status *Status, tunnel Tunnel) *Supervisor {
	s := &Supervisor{options: o, log: log, status: status, tunnel: tunnel, stopping: make(chan struct{}),
		protocol: protocolQUIC, fallback: o.get("protocol") == "auto",
		short: Backoff{Base: time.Second, Retries: o.number("retries")},
		long:  Backoff{Base: 10 * time.Second, Retries: o.number("retries")}}
	if o.get("protocol") == protocolHTTP2 {
		s.protocol = protocolHTTP2
	}
	return s
}

// Run returns nil after a clean stop, and an error when the first registration failed for good.
func (s *Supervisor) Run(ctx context.Context) error {
	for forgiving := true; ; {
		err := s.attempt(ctx)
		switch {
		case s.isStopping():
			s.log.Error(nil, "Connection terminated", Fields{"connIndex": 0})
			s.log.Error(nil, "no more connections active and exiting", nil)
			return nil
		case forgiving && forgiven(err, s.protocol):
			continue
		case !s.connected:
			s.log.Error(err, "initial tunnel connection failed", nil)
			return err
		}
		forgiving = false
		s.log.Error(err, "Connection terminated", Fields{"connIndex": 0})
		s.wait(s.long.Next())
	}
}

// forgiven errors are tried again after the short wait alone. A lost http2 connection is not among
// them, hence its long reconnects.
func forgiven(err error, protocol string) bool {
	var dial *dialError
	return errors.As(err, &dial) || strings.Contains(err.Error(), "Unauthorized") || protocol == protocolQUIC
}

// attempt is one connection from dialling to its end and the short wait after it.
func (s *Supervisor) attempt(ctx context.Context) error {
	address, err := s.address()
	if err == nil {
		err = s.serve(ctx, address)
	}
	s.status.update(func(st *Status) { st.ready = 0 })
	if err == nil || s.isStopping() {
		return err
	}
	ip, _, _ := net.SplitHostPort(address)
	fields := Fields{"connIndex": 0, "event": 0, "ip": ip}
	s.logEnd(err, fields)
	exhausted := s.countDialFailure(err)
	s.log.Info(fmt.Sprintf("Retrying connection in up to %s", s.short.Announced()), fields)
	s.wait(s.short.Next())
	if exhausted && s.fallback && s.protocol == protocolQUIC && !s.isStopping() {
		s.log.Info("Switching to fallback protocol http2", fields)
		s.protocol = protocolHTTP2
		s.short.Reset()
	}
	return err
}

// countDialFailure is true when as many addresses failed as the settings allow.
func (s *Supervisor) countDialFailure(err error) bool {
	var dial *dialError
	if !errors.As(err, &dial) {
		return false
	}
	if s.dialFails >= s.options.number("max-edge-addr-retries") {
		s.dialFails = 0
		return true
	}
	s.dialFails++
	return false
}

func (s *Supervisor) address() (string, error) {
	addresses, err := edgeAddresses(s.options)
	if err != nil {
		return "", &dialError{protocolHTTP2, err}
	}
	return addresses[s.dialFails%len(addresses)], nil
}

func (s *Supervisor) serve(ctx context.Context, address string) error {
	dialling, dialled := context.WithCancel(ctx)
	go func() { // a signal ends a dial at once
		select {
		case <-s.stopping:
			dialled()
		case <-dialling.Done():
		}
	}()
	conn, err := dialEdge(dialling, address, s.protocol)
	dialled()
	if err != nil {
		return err
	}
	ip, _, _ := net.SplitHostPort(address)
	c := &Connection{conn: conn, protocol: s.protocol, address: ip, status: s.status, log: s.log,
		tunnel: s.tunnel, stopping: s.stopping,
		proxy: &Proxy{status: s.status, log: s.log, protocol: s.protocol},
		onRegistered: func() {
			s.connected = true
			s.fallback = s.fallback && s.protocol != protocolQUIC
			s.dialFails = 0
			s.short.Reset()
		}}
	s.status.update(func(*Status) { s.current = c })
	defer s.status.update(func(*Status) { s.current = nil })
	return c.Serve(ctx)
}

func (s *Supervisor) logEnd(err error, fields Fields) {
	var dial *dialError
	var refused *registerError
	switch {
	case errors.As(err, &dial) && dial.protocol == protocolQUIC:
		s.log.Error(err, "Failed to dial a quic connection", fields)
	case errors.As(err, &dial):
		s.log.Error(err, "Unable to establish connection with Cloudflare edge", fields)
	case errors.As(err, &refused):
		s.log.Error(err, "Register tunnel error from server side", fields)
	case errors.Is(err, errEdgeLostQUIC):
		s.log.Error(err, "failed to accept incoming stream requests", fields)
		s.log.Error(err, "Serve tunnel error", fields)
	default:
		s.log.Error(err, "Serve tunnel error", fields)
	}
}

func (s *Supervisor) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.stopping:
	}
}

func (s *Supervisor) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// cut ends the connection when the grace period is over. Under http2 open streams are waited for
// without a limit, as the real one does.
func (s *Supervisor) cut() {
	var c *Connection
	s.status.update(func(*Status) { c = s.current })
	if c == nil {
		return
	}
	if c.protocol == protocolHTTP2 {
		c.active.Wait()
	}
	c.conn.Close()
}
