package main

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"sidelink/stand-ins/internal/carry"
	"sidelink/stand-ins/internal/wire"
)

// Error codes that the agent reports.
const (
	errUpstreamRefused = "8012"
	errInvalidResponse = "3004"
)

// upstream finds the endpoint by the visitor's Host, counts the visit and applies the traffic
// policy.
func (a *Agent) upstream(r *http.Request) (*url.URL, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.opened {
		if strings.TrimPrefix(a.opened[i].URL, "https://") == r.Host {
			a.opened[i].requests++
			a.opened[i].policy.apply(r.Header)
			parsed, err := url.Parse(a.opened[i].Upstream)
			return parsed, err == nil
		}
	}
	return nil, false
}

// forward sends one visitor's request to the upstream.
func (a *Agent) forward(w http.ResponseWriter, r *http.Request) {
	to, ok := a.upstream(r)
	if !ok {
		fail(w, errUpstreamRefused)
		return
	}
	isWebSocket := r.Header.Get(wire.UpgradeHeader) == wire.UpgradeWebSocket
	resp, err := http.DefaultTransport.RoundTrip(outgoing(r, to, isWebSocket))
	var dial *net.OpError
	switch {
	case err != nil && r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // the visitor left
	case errors.As(err, &dial) && dial.Op == "dial":
		fail(w, errUpstreamRefused)
		return
	case err != nil:
		fail(w, errInvalidResponse)
		return
	}
	defer resp.Body.Close()
	if switched := writeHead(w, resp); switched {
		if origin, ok := resp.Body.(interface {
			Read([]byte) (int, error)
			Write([]byte) (int, error)
			Close() error
		}); ok {
			carry.Both(w, r, origin)
		}
		return
	}
	if carry.Body(w, resp.Body, true) != nil {
		panic(http.ErrAbortHandler) // resets the stream: the visitor gets an error, not a complete response
	}
}

func fail(w http.ResponseWriter, code string) {
	w.Header().Set(wire.NgrokErrorHeader, code)
	w.WriteHeader(http.StatusBadGateway)
}

// outgoing returns the request for the upstream: path and query byte for byte, Host unchanged.
func outgoing(r *http.Request, to *url.URL, isWebSocket bool) *http.Request {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
	out.Header.Del(wire.UpgradeHeader)
	if isWebSocket {
		out.Header.Set("Connection", "Upgrade")
		out.Header.Set("Upgrade", "websocket")
		out.Header.Set("Sec-Websocket-Version", "13")
		out.ContentLength, out.Body = 0, nil
	} else if out.ContentLength == 0 {
		out.Body = nil
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", "") // else Go adds its own
	}
	return out
}

// writeHead sends status and headers. HTTP/2 has no 101, so an upgrade is sent as 200.
func writeHead(w http.ResponseWriter, resp *http.Response) (switched bool) {
	w.Header()["Content-Type"] = nil // Go must not detect one
	for k, values := range resp.Header {
		switch k {
		case "Connection", "Upgrade", "Keep-Alive", "Transfer-Encoding", "Proxy-Connection", wire.NgrokErrorHeader:
		default:
			w.Header()[k] = values
		}
	}
	status := resp.StatusCode
	if switched = status == http.StatusSwitchingProtocols; switched {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	w.(http.Flusher).Flush()
	return switched
}
