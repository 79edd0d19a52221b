package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"sidelink/stand-ins/internal/wire"
)

const (
	protocolQUIC  = "quic"
	protocolHTTP2 = "http2"

	quicIdleTimeout = 5 * time.Second
	quicKeepAlive   = time.Second
	dialTimeout     = 15 * time.Second
)

// dialError is a failure to reach the edge: it counts towards max-edge-addr-retries.
type dialError struct {
	protocol string
	cause    error
}

func (e *dialError) Unwrap() error { return e.cause }

func (e *dialError) Error() string {
	if e.protocol == protocolQUIC {
		return "failed to dial to edge with quic: " + e.cause.Error()
	}
	return e.cause.Error()
}

var errNoActivity = errors.New("timeout: no recent network activity")

// serviceRecord is the first DNS query of the real program. This one queries the two names behind
// it.
const serviceRecord = "_v2-origintunneld._tcp.argotunnel.com"

// edgeAddresses returns the edge's addresses, from --edge or from DNS.
func edgeAddresses(o *Options) ([]string, error) {
	if given := o.get("edge"); given != "" {
		return strings.Split(given, ","), nil
	}
	prefix := ""
	if region := o.get("region"); region != "" {
		prefix = region + "-"
	}
	var found []string
	var failed error
	for _, name := range []string{"region1", "region2"} {
		ips, err := net.DefaultResolver.LookupIP(context.Background(), "ip4", prefix+name+".v2.argotunnel.com")
		failed = errors.Join(failed, err)
		for _, ip := range ips {
			found = append(found, net.JoinHostPort(ip.String(), "7844"))
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, noEdge(failed)
}

// noEdge returns the error with which the program ends if DNS has no edge; it does not retry.
func noEdge(err error) error {
	var unknown *net.DNSError
	if errors.As(err, &unknown) {
		query := *unknown
		query.Name = serviceRecord
		err = &query
	}
	return fmt.Errorf("Could not lookup srv records on %s: %w", serviceRecord, err)
}

// dialEdge connects by TLS over TCP under either protocol. Under "quic" UDP to the same port must
// be open too, so that blocking it has its real effect.
func dialEdge(ctx context.Context, address, protocol string) (net.Conn, error) {
	limit := dialTimeout
	if protocol == protocolQUIC {
		limit = quicIdleTimeout
		if err := probeUDP(ctx, address, limit); err != nil {
			return nil, &dialError{protocol, err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, &dialError{protocol, fmt.Errorf("DialContext error: %w", err)}
	}
	secure := tls.Client(conn, &tls.Config{ServerName: wire.EdgeServerName, NextProtos: []string{"h2"}})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		if protocol == protocolQUIC {
			return nil, &dialError{protocol, errNoActivity}
		}
		return nil, &dialError{protocol, fmt.Errorf("TLS handshake with edge error: %w", err)}
	}
	return secure, nil
}

// probeUDP sends a datagram each half second until one comes back.
func probeUDP(ctx context.Context, address string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	for buf := make([]byte, 64); ctx.Err() == nil; {
		conn.Write([]byte("stand-in"))
		conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		if _, err := conn.Read(buf); err == nil {
			return nil
		} else if !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
			time.Sleep(500 * time.Millisecond) // refused at once: for QUIC the same as a dropped packet
		}
	}
	return errNoActivity
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
