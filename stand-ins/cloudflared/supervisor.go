package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

const (
	shortWait = time.Second
	longWait  = 10 * time.Second

	udpBlocked = "If this log occurs persistently, and cloudflared is unable to connect to Cloudflare Network with `quic` protocol, " +
		"then most likely your machine/network is getting its egress UDP to port 7844 (or others) blocked or dropped. " +
		"Make sure to allow egress connectivity as per https://developers.cloudflare.com/cloudflare-one/connections/connect-apps/configuration/ports-and-ips/\n" +
		"If you are using private routing to this Tunnel, then ICMP, UDP (and Private DNS Resolution) will not work " +
		"unless your cloudflared can connect with Cloudflare Network with `quic`."
)

// Supervisor keeps one connection to the edge. It has two waits, as the real program: a short one
// after every end (base 1 s), and a long one after ends that the first loop does not tolerate (base
// 10 s).
type Supervisor struct {
	options  *Options
	log      *Logger
	status   *Status
	tunnel   Tunnel
	stopping chan struct{}

	addresses     []string // of the edge: resolved once
	auto          bool     // quic, and http2 when that fails
	protocol      string   // of the next attempt
	lastConnected string   // protocol of the latest registration
	inFallback    bool
	dialFails     int // in a row
	turns         int // addresses tried without success
	short         Backoff
	long          Backoff
}

// NewSupervisor starts with the protocol of the settings.
func NewSupervisor(o *Options, log *Logger, status *Status, tunnel Tunnel) *Supervisor {
	s := &Supervisor{options: o, log: log, status: status, tunnel: tunnel, stopping: make(chan struct{}),
		protocol: o.get("protocol"),
		short:    Backoff{Base: shortWait, Retries: o.number("retries")},
		long:     Backoff{Base: longWait, Retries: o.number("retries")}}
	if s.protocol == "auto" {
		s.auto, s.protocol = true, protocolQUIC
	}
	return s
}

// Run returns nil after a clean stop, and an error if the first registration failed permanently.
// Before the first registration a stop is immediate; later the running attempt completes first.
func (s *Supervisor) Run(ctx context.Context) error {
	var end error
	if s.addresses, end = edgeAddresses(s.options); end != nil {
		return end
	}
	first := make(chan error, 1)
	go func() { first <- s.firstLoop(ctx) }()
	select {
	case end = <-first:
		if s.lastConnected == "" && end != nil {
			s.log.Error(end, "initial tunnel connection failed", nil)
			return end
		}
	case <-s.stopping:
		if !s.status.everConnected() {
			return nil
		}
		end = <-first
	}
	for ctx.Err() == nil {
		s.log.Error(end, "Connection terminated", Fields{"connIndex": 0})
		if end == nil || s.isStopping() {
			s.log.Error(nil, "no more connections active and exiting", nil)
			return nil
		}
		select { // a stop does not shorten this wait
		case <-time.After(s.long.Next()):
		case <-ctx.Done():
			return nil
		}
		end = s.attempt(ctx, s.long.GracePeriod)
	}
	return nil
}

// firstLoop retries without the long wait until an error that it does not tolerate.
func (s *Supervisor) firstLoop(ctx context.Context) error {
	for {
		err := s.attempt(ctx, func(time.Time) {})
		var dial *dialError
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if !errors.As(err, &dial) && !errors.Is(err, errControlStream) && !errors.Is(err, errStreamListener) &&
			!strings.Contains(err.Error(), "Unauthorized") {
			return err
		}
	}
}

// attempt runs one connection from dialling to its end, with the short wait after it; nil after a
// stop.
func (s *Supervisor) attempt(ctx context.Context, onConnected func(time.Time)) error {
	address := s.addresses[s.turns%len(s.addresses)]
	ip, _, _ := net.SplitHostPort(address)
	fields := Fields{"connIndex": 0, "event": 0, "ip": ip}
	err := s.serve(ctx, address, fields, onConnected)
	s.status.update(func(st *Status) { st.ready = 0 })
	afterwards := s.logEnd(err, fields)
	if ctx.Err() != nil {
		return nil
	}
	mayFallBack := s.mayFallBack(err)
	s.log.Info(fmt.Sprintf("Retrying connection in up to %s", s.short.Announced()), fields)
	afterwards()
	wait := s.short.Next()
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil
	case <-s.stopping:
		return nil
	}
	if mayFallBack {
		s.nextProtocol(err, fields)
	}
	return err
}

// mayFallBack reports whether an end may change the protocol: a failure to dial only after as many
// addresses as the settings allow, a refusal under http2 never, any other end at once.
func (s *Supervisor) mayFallBack(err error) bool {
	var dial *dialError
	var refused *registerError
	switch {
	case errors.As(err, &dial):
		s.turns++
		if s.dialFails >= s.options.number("max-edge-addr-retries") {
			s.dialFails = 0
			return true
		}
		s.dialFails++
		return false
	case errors.As(err, &refused):
		return false
	}
	return err != nil
}

// nextProtocol changes the protocol, but never after quic has connected. A fallback that has
// connected ends at the next loss, unless the short wait has reached its maximum.
func (s *Supervisor) nextProtocol(err error, fields Fields) {
	broken := isQUICBroken(err)
	switch {
	case s.lastConnected == protocolQUIC, !s.auto && s.protocol == protocolHTTP2:
	case s.short.Exhausted() || s.auto && broken:
		if broken {
			s.log.Warn(nil, udpBlocked, fields)
		}
		if s.auto && s.protocol == protocolQUIC {
			s.log.Info("Switching to fallback protocol http2", fields)
			s.protocol, s.inFallback = protocolHTTP2, true
			s.short.Reset()
		}
	case s.auto && !s.inFallback && s.protocol != protocolQUIC:
		s.log.Info("Changing protocol to quic", fields)
		s.protocol = protocolQUIC
	}
}

func isQUICBroken(err error) bool { return errors.Is(err, errNoActivity) }

func (s *Supervisor) serve(ctx context.Context, address string, fields Fields, onConnected func(time.Time)) error {
	s.log.Info("Tunnel connection curve preferences: [X25519MLKEM768 CurveID(65074) CurveP256]", fields)
	conn, err := dialEdge(ctx, address, s.protocol)
	if err != nil {
		return err
	}
	ip, _, _ := net.SplitHostPort(address)
	c := &Connection{conn: conn, protocol: s.protocol, address: ip, status: s.status, log: s.log,
		tunnel: s.tunnel, stopping: s.stopping,
		proxy: &Proxy{status: s.status, log: s.log, protocol: s.protocol, edge: ip}}
	err = c.Serve(ctx)
	if since := c.since(); !since.IsZero() {
		s.lastConnected = s.protocol
		s.inFallback = false
		s.short.Reset()
		onConnected(since)
	}
	return err
}

// logEnd writes the real program's lines about an end. The returned function runs after the
// announced wait.
func (s *Supervisor) logEnd(err error, fields Fields) (afterwards func()) {
	afterwards = func() {}
	var dial *dialError
	var refused *registerError
	switch {
	case errors.As(err, &dial) && dial.protocol == protocolQUIC:
		s.log.Error(err, "Failed to dial a quic connection", fields)
	case errors.As(err, &dial):
		s.log.Error(err, "Unable to establish connection with Cloudflare edge", fields)
		s.log.Error(err, "Serve tunnel error", fields)
	case errors.As(err, &refused):
		s.log.Error(err, "failed to serve incoming request", nil)
		s.log.Error(err, "Register tunnel error from server side", fields)
	case errors.Is(err, errEdgeLost):
		s.log.Info("Lost connection with the edge", Fields{"connIndex": 0})
		s.log.Warn(err, "Serve tunnel error", fields)
		afterwards = func() {
			s.log.Error(errors.New("Error shutting down control stream: client disconnected"), "failed to serve incoming request", nil)
		}
	case err != nil || s.protocol == protocolQUIC: // quic ends with an error even after an unregistration
		if err == nil {
			err = errStreamListener
		}
		s.log.Error(context.Canceled, "failed to run the datagram handler", fields)
		s.log.Error(err, "failed to serve tunnel connection", fields)
		s.log.Error(err, "Serve tunnel error", fields)
	}
	return afterwards
}

func (s *Supervisor) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}
