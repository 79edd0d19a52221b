package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sidelink/stand-ins/internal/wire"
)

var errOriginTimeout = errors.New("the origin took too long")

// edge is what visitors of *.trycloudflare.com meet.
type edge struct{ world *World }

func (e edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	visit := &visit{edge: e, ray: fmt.Sprintf("%016x-LHR", rand.Uint64()), host: host}
	recorder := &statusRecorder{ResponseWriter: w}
	defer func() {
		// Without the query: it may hold a token.
		e.world.Record(Event{Kind: "visit", Client: clientIP(r), Name: host,
			Detail: r.Method + " " + r.URL.Path, Answer: fmt.Sprint(recorder.status)})
	}()
	visit.serve(recorder, r)
}

// visit is one request on its way through the edge.
type visit struct {
	edge
	ray  string
	host string
}

func (v *visit) serve(w http.ResponseWriter, r *http.Request) {
	s := v.world.Switches()
	if s.Filter != nil {
		writePage(w, s.Filter)
		return
	}
	w.Header().Set("Server", "cloudflare")
	w.Header().Set("Cf-Ray", v.ray)
	if r.URL.Path == "/cdn-cgi/trace" {
		v.trace(w, r)
		return
	}
	connector, takeover, code := v.admit(s.InFlightLimit)
	switch {
	case takeover != nil:
		writePage(w, takeover)
		return
	case code != 0:
		errorPage(w, r, v.ray, code)
		return
	}
	defer v.world.With(v.host, func(t *Tunnel) { t.InFlight-- })
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		v.webSocket(w, r, connector, ms(s.WebSocketIdleMs))
		return
	}
	v.proxy(w, r, connector, s)
}

// admit finds who serves the name, or Cloudflare's code for why nobody does.
func (v *visit) admit(limit int) (c *Connector, takeover *Page, code int) {
	code = 1016
	v.world.With(v.host, func(t *Tunnel) {
		switch {
		case t.Takeover != nil:
			takeover = t.Takeover
		case t.Forgotten:
		case len(t.connectors) == 0:
			code = 1033
		case t.InFlight >= limit:
			code = 429
		default:
			c, code = t.connectors[0], 0
			t.InFlight++
		}
	})
	return c, takeover, code
}

// roundTrip sends the visitor's request to cloudflared with what the real edge adds. The time
// limit ends with the response's head: streams may last.
func (v *visit) roundTrip(ctx context.Context, r *http.Request, c *Connector, body io.Reader, limit time.Duration) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(errOriginTimeout) })
	defer timer.Stop()
	out := r.Clone(ctx)
	out.URL = &url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath,
		RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	out.RequestURI = ""
	out.Body = nil
	if body != nil {
		out.Body = io.NopCloser(body)
	}
	removeHopByHop(out.Header)
	v.addHeaders(out.Header, r)
	resp, err := c.h2.RoundTrip(out)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return nil, cause
	}
	return resp, err
}

func (v *visit) addHeaders(h http.Header, r *http.Request) {
	ip := clientIP(r)
	h.Set("Cf-Connecting-Ip", ip)
	if prior := h.Get("X-Forwarded-For"); prior != "" {
		ip = prior + "," + ip
	}
	h.Set("X-Forwarded-For", ip)
	h.Set("X-Forwarded-Proto", "https")
	h.Set("Cf-Visitor", `{"scheme":"https"}`)
	h.Set("Cf-Ray", v.ray)
	h.Set("Cf-Ipcountry", "XX")
	h.Set("Cdn-Loop", "cloudflare; loops=1; subreqs=1")
}

func (v *visit) proxy(w http.ResponseWriter, r *http.Request, c *Connector, s Switches) {
	var body io.Reader
	if r.ContentLength != 0 {
		body = r.Body
		http.NewResponseController(w).EnableFullDuplex() // HTTP/2 does so anyway
	}
	resp, err := v.roundTrip(r.Context(), r, c, body, ms(s.OriginTimeoutMs))
	if err != nil {
		v.fail(w, r, err)
		return
	}
	defer resp.Body.Close()
	if resp.Header.Get(wire.MetaHeader) == wire.MetaCloudflared {
		errorPage(w, r, v.ray, 502)
		return
	}
	copyHead(w, resp)
	hold := s.HoldEventStreams && r.Method == http.MethodGet &&
		strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream")
	if err := relay(w, resp, hold); err != nil {
		panic(http.ErrAbortHandler) // the head is out: all that is left is to cut
	}
}

// fail answers when no head came back from cloudflared.
func (v *visit) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, errOriginTimeout):
		errorPage(w, r, v.ray, 524)
	case r.Context().Err() != nil: // the visitor left
	default:
		errorPage(w, r, v.ray, 502)
	}
}

// relay passes the body on piece by piece, or all at its end when it is to be held.
func relay(w http.ResponseWriter, resp *http.Response, hold bool) error {
	if hold {
		all, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		w.WriteHeader(resp.StatusCode)
		_, err = w.Write(all)
		return err
	}
	w.WriteHeader(resp.StatusCode)
	flusher := http.NewResponseController(w)
	flusher.Flush()
	buf := make([]byte, 32<<10)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			flusher.Flush()
		}
		if err == io.EOF {
			for k, values := range resp.Trailer {
				w.Header()[http.TrailerPrefix+k] = values
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func copyHead(w http.ResponseWriter, resp *http.Response) {
	removeHopByHop(resp.Header)
	for k, values := range resp.Header {
		switch k {
		case wire.MetaHeader, "Server", "Cf-Ray":
		default:
			w.Header()[k] = values
		}
	}
	w.Header().Set("Cf-Cache-Status", "DYNAMIC")
}

func removeHopByHop(h http.Header) {
	for _, named := range strings.Split(h.Get("Connection"), ",") {
		if named = strings.TrimSpace(named); named != "" {
			h.Del(named)
		}
	}
	for _, k := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding",
		"Upgrade", "Te", "Trailer"} {
		h.Del(k)
	}
}

// statusRecorder remembers the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the real writer.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = host
	}
	return strings.ToLower(strings.TrimSuffix(hostport, "."))
}

func clientIP(r *http.Request) string {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	return ip
}
