package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"sidelink/stand-ins/internal/carry"
	"sidelink/stand-ins/internal/wire"
)

// Proxy forwards requests to origins.
type Proxy struct {
	status   *Status
	log      *Logger
	protocol string
	edge     string // its address, for the log
}

// originTransport returns one pool for each rule. It resolves the name for each new connection, so
// it finds an origin that starts later.
func originTransport(connectTimeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext,
		TLSHandshakeTimeout: 10 * time.Second, MaxIdleConns: 100, MaxIdleConnsPerHost: 100,
		IdleConnTimeout: 90 * time.Second, ExpectContinueTimeout: time.Second}
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.status.update(func(s *Status) { s.requests++; s.concurrent++ })
	defer p.status.update(func(s *Status) { s.concurrent-- })
	dest := "http://" + r.Host + r.URL.RequestURI()
	isWebSocket := r.Header.Get(wire.UpgradeHeader) == wire.UpgradeWebSocket
	r.Header.Del(wire.UpgradeHeader)
	r.Header.Add("Cf-Warp-Tag-Id", p.status.connectorID)
	rule, number := match(p.status.currentRules(), r.Host, r.URL.Path)
	if rule.Status != 0 {
		p.status.update(func(s *Status) { s.byCode[rule.Status]++ })
		w.Header().Set(wire.MetaHeader, wire.MetaOrigin) // for the edge this is an origin's response
		w.WriteHeader(rule.Status)
		return
	}
	wrote, err := p.forward(w, r, rule, isWebSocket)
	if err == nil {
		return
	}
	kind := "http"
	if isWebSocket {
		kind = "ws"
	}
	p.logFailure(err, rule, number, dest, kind)
	if wrote {
		panic(http.ErrAbortHandler) // resets the stream: the visitor gets an error, not a complete response
	}
	w.Header().Set(wire.MetaHeader, wire.MetaCloudflared)
	w.WriteHeader(http.StatusBadGateway)
}

// forward does one exchange; wrote reports whether the head was sent.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, rule *Rule, isWebSocket bool) (wrote bool, err error) {
	resp, err := rule.transport.RoundTrip(outgoing(r, rule, isWebSocket))
	if err != nil {
		if r.Context().Err() != nil {
			return false, fmt.Errorf("Incoming request ended abruptly: %w", context.Canceled)
		}
		return false, fmt.Errorf("Unable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared: %w", err)
	}
	defer resp.Body.Close()
	flush := p.writeHead(w, resp)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		origin, ok := resp.Body.(io.ReadWriteCloser)
		if !ok {
			return true, errors.New("internal error: unsupported connection type")
		}
		carry.Both(w, r, origin)
		return true, nil
	}
	if err := carry.Body(w, resp.Body, flush); err != nil {
		return true, p.cancelled(r, err)
	}
	if p.protocol == protocolHTTP2 { // quic loses them
		for k, values := range resp.Trailer {
			w.Header()[http.TrailerPrefix+k] = values
		}
	}
	p.status.update(func(s *Status) { s.byCode[resp.StatusCode]++ }) // cut streams and WebSockets are not counted
	return true, nil
}

// cancelled returns the log's error for a visitor who left. The real program counts its streams;
// here the number is always 1.
func (p *Proxy) cancelled(r *http.Request, err error) error {
	switch {
	case r.Context().Err() == nil:
		return err
	case p.protocol == protocolQUIC:
		return errors.New("stream 1 canceled by remote with error code 0")
	}
	return context.Canceled
}

// outgoing returns the request for the origin: path and query byte for byte, Host unchanged.
func outgoing(r *http.Request, rule *Rule, isWebSocket bool) *http.Request {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.URL.Scheme, out.URL.Host = rule.Service.Scheme, rule.Service.Host
	switch out.URL.Scheme {
	case "ws":
		out.URL.Scheme = "http"
	case "wss":
		out.URL.Scheme = "https"
	}
	if rule.HostHeader != "" {
		out.Header.Set("X-Forwarded-Host", out.Host)
		out.Host = rule.HostHeader
	}
	if isWebSocket {
		out.Header.Set("Connection", "Upgrade")
		out.Header.Set("Upgrade", "websocket")
		out.Header.Set("Sec-Websocket-Version", "13")
		out.ContentLength, out.Body = 0, nil
	} else {
		out.Header.Set("Connection", "keep-alive")
		if out.ContentLength == 0 {
			out.Body = nil
		}
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", "") // else Go adds its own
	}
	return out
}

// writeHead sends status and headers, and reports whether each piece of the body is flushed.
func (p *Proxy) writeHead(w http.ResponseWriter, resp *http.Response) (flush bool) {
	w.Header()["Content-Type"] = nil // Go must not detect one
	for k, values := range resp.Header {
		switch {
		case slices.Contains([]string{"Connection", "Upgrade", "Keep-Alive", "Transfer-Encoding", "Proxy-Connection"}, k): // not allowed in HTTP/2
		case strings.HasPrefix(k, "Cf-Int-"), strings.HasPrefix(k, "Cf-Cloudflared-"), strings.HasPrefix(k, "Cf-Proxy-"):
		default:
			w.Header()[k] = values
		}
	}
	w.Header().Set(wire.MetaHeader, wire.MetaOrigin)
	status := resp.StatusCode
	if status == http.StatusSwitchingProtocols {
		status = http.StatusOK // HTTP/2 has no 101
	}
	flush = p.protocol == protocolQUIC || resp.Header.Get("Content-Length") == "" || streams(resp.Header)
	w.WriteHeader(status)
	if flush {
		w.(http.Flusher).Flush()
	}
	return flush
}

// streams reports whether a response of this type is flushed at each piece, even with a length.
func streams(h http.Header) bool {
	contentType := strings.ToLower(h.Get("Content-Type"))
	for _, prefix := range []string{"text/event-stream", "application/grpc", "application/x-ndjson"} {
		if strings.HasPrefix(contentType, prefix) {
			return true
		}
	}
	return false
}

// logFailure writes the two lines of the real program. Under quic the second contains the whole URL
// with its query, LiveKit's token included. This is intended: tests need the real behaviour.
func (p *Proxy) logFailure(err error, rule *Rule, number int, dest, kind string) {
	p.status.update(func(s *Status) { s.requestErrors++ })
	p.log.Error(err, "", Fields{"connIndex": 0, "event": 1, "ingressRule": number, "originService": rule.Text})
	if p.protocol == protocolQUIC {
		p.log.Error(err, "Request failed", Fields{"connIndex": 0, "dest": dest, "event": 0, "ip": p.edge, "type": kind})
		return
	}
	p.log.Error(fmt.Errorf("Failed to proxy HTTP: %w", err), "failed to serve incoming request", nil)
}
