package main

import (
	"errors"
	"io"
	"net"
	"testing"
)

func supervisor(t *testing.T, retries, protocol string) *Supervisor {
	t.Helper()
	o := parse(t, map[string]string{"TUNNEL_RETRIES": retries}, "tunnel", "--protocol", protocol)
	return NewSupervisor(o, NewLogger(io.Discard, "info", "default"), &Status{}, Tunnel{})
}

// How the end of an attempt changes the protocol; each row was measured on the real program.
func TestNextProtocol(t *testing.T) {
	noUDP := &dialError{protocolQUIC, errNoActivity}
	for name, row := range map[string]struct {
		retries, given, lastConnected, now string
		err                                error
		want                               string
	}{
		"no UDP":                      {"5", "auto", "", "quic", noUDP, "http2"},
		"no UDP, quic alone":          {"1", "quic", "", "quic", noUDP, "quic"},
		"no UDP, quic has connected":  {"1", "auto", "quic", "quic", noUDP, "quic"},
		"refused, one retry":          {"1", "auto", "", "quic", errControlStream, "http2"},
		"refused, five retries":       {"5", "auto", "", "quic", errControlStream, "quic"},
		"fallback lost, one retry":    {"1", "auto", "http2", "http2", errEdgeLost, "http2"},
		"fallback lost, five retries": {"5", "auto", "http2", "http2", errEdgeLost, "quic"},
		"http2 alone lost":            {"5", "http2", "http2", "http2", errEdgeLost, "http2"},
		"refused under http2":         {"5", "auto", "http2", "http2", &registerError{"no"}, "http2"},
	} {
		s := supervisor(t, row.retries, row.given)
		s.protocol, s.lastConnected = row.now, row.lastConnected
		s.dialFails = 8 // the last address
		mayFallBack := s.mayFallBack(row.err)
		s.short.Next()
		if mayFallBack {
			s.nextProtocol(row.err, Fields{})
		}
		if s.protocol != row.want {
			t.Errorf("%s: %s", name, s.protocol)
		}
	}
}

func TestAddressesAreTriedBeforeTheFallback(t *testing.T) {
	s := supervisor(t, "5", "auto")
	for i := range 10 {
		if got := s.mayFallBack(&dialError{protocolQUIC, errNoActivity}); got != (i == 8) {
			t.Errorf("failure %d: %t", i+1, got)
		}
	}
}

// The line is the real program's, word for word.
func TestDNSWithoutTheEdgesNames(t *testing.T) {
	unknown := func(name string) error {
		return &net.DNSError{Err: "no such host", Name: name, Server: "127.0.0.11:53", IsNotFound: true}
	}
	err := noEdge(errors.Join(unknown("region1.v2.argotunnel.com"), unknown("region2.v2.argotunnel.com")))
	if want := "Could not lookup srv records on _v2-origintunneld._tcp.argotunnel.com: lookup _v2-origintunneld._tcp.argotunnel.com on 127.0.0.11:53: no such host"; err.Error() != want {
		t.Errorf("%s", err)
	}
}
