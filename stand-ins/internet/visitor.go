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

// edge serves visitors of tunnels: of *.trycloudflare.com, of named tunnels, of ngrok.
type edge struct{ world *World }

// provider is the part in which the edges of Cloudflare and ngrok differ.
type provider interface {
	// intercept answers requests that do not reach a tunnel; true if it responded.
	intercept(v *visit, w http.ResponseWriter, r *http.Request, s Switches) bool
	// request adds headers for the origin, response headers for the visitor.
	request(v *visit, h http.Header, r *http.Request)
	response(v *visit, h http.Header)
	// page writes the edge's own page; the codes are Cloudflare's.
	page(v *visit, w http.ResponseWriter, r *http.Request, code int)
	// holds reports whether event streams arrive in one piece.
	holds(s Switches) bool
}

func (e edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	e.record(host, w, r, func(w http.ResponseWriter) { e.visit(host).serve(w, r) })
}

// record logs a visit at its end, with status 0 if there was no response.
func (e edge) record(host string, w http.ResponseWriter, r *http.Request, serve func(http.ResponseWriter)) {
	recorder := &statusRecorder{ResponseWriter: w}
	defer func() {
		// Without the query, which can hold a token.
		e.world.Record(Event{Kind: "visit", Client: clientIP(r), Name: host,
			Detail: r.Method + " " + r.URL.Path, Answer: fmt.Sprint(recorder.status)})
	}()
	serve(recorder)
}

// visit is one request at the edge.
type visit struct {
	edge
	by   provider
	ray  string // without the location, as pages show it
	host string
}

func (e edge) visit(host string) *visit {
	v := &visit{edge: e, by: cloudflare{}, ray: fmt.Sprintf("%016x", rand.Uint64()), host: host}
	if isNgrok(host) {
		v.by = ngrok{}
	}
	return v
}

// cfRay returns the ray as in the header.
func (v *visit) cfRay() string { return v.ray + "-LHR" }

func (v *visit) serve(w http.ResponseWriter, r *http.Request) {
	s := v.world.Switches()
	if !delay(r, s.VisitorDelayMs) {
		return
	}
	if s.Filter != nil {
		writePage(w, s.Filter)
		return
	}
	if v.by.intercept(v, w, r, s) {
		return
	}
	connector, takeover, code := v.admit(s.InFlightLimit)
	switch {
	case takeover != nil:
		writePage(w, takeover)
		return
	case code != 0:
		v.by.page(v, w, r, code)
		return
	}
	defer v.world.With(v.host, func(t *Tunnel) { t.InFlight-- })
	if isUpgrade(r) && s.Line.Lost {
		hangUp(r)
	}
	if isUpgrade(r) {
		v.webSocket(w, r, connector, ms(s.WebSocketIdleMs))
		return
	}
	v.proxy(w, r, connector, s)
}

func isUpgrade(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// delay waits as a slow edge does; false if the visitor left.
func delay(r *http.Request, delayMs int) bool {
	timer := time.NewTimer(ms(delayMs))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// turnAway applies the switch `visitors`; true if the visitor gets no service.
func (v *visit) turnAway(w http.ResponseWriter, r *http.Request, s Switches) bool {
	switch {
	case s.Visitors == "hang":
		hang(r)
	case s.Visitors == "close":
		hangUp(r)
	case s.Visitors == "refuse-websockets" && isUpgrade(r):
		forbidden(w)
	default:
		return false
	}
	return true
}

// admit returns the connector of the name, or Cloudflare's error code.
func (v *visit) admit(limit int) (c *Connector, takeover *Page, code int) {
	code = 1016
	v.world.With(v.host, func(t *Tunnel) {
		reachable := t.reachable()
		switch {
		case t.Takeover != nil:
			takeover = t.Takeover
		case t.Forgotten:
		case reachable == nil:
			code = 1033
		case t.InFlight >= limit:
			code = 429
		default:
			c, code = reachable, 0
			t.InFlight++
		}
	})
	return c, takeover, code
}

// ask calls roundTrip. If the origin does not respond, it writes the edge's own page and returns
// nil.
func (v *visit) ask(w http.ResponseWriter, r *http.Request, c *Connector, body io.ReadCloser, limit time.Duration) *http.Response {
	resp, err := v.roundTrip(r.Context(), r, c, body, limit)
	switch {
	case errors.Is(err, errOriginTimeout):
		v.by.page(v, w, r, 524)
	case err != nil && r.Context().Err() != nil: // the visitor left
	case err != nil:
		v.by.page(v, w, r, 502)
	case resp.Header.Get(wire.MetaHeader) == wire.MetaCloudflared: // its 502, not the origin's
		resp.Body.Close()
		v.by.page(v, w, r, 502)
	case resp.Header.Get(wire.NgrokErrorHeader) != "":
		resp.Body.Close()
		ngrokPage(w, r, v.host, resp.Header.Get(wire.NgrokErrorHeader))
	default:
		return resp
	}
	return nil
}

// roundTrip sends the visitor's request to cloudflared with the real edge's headers. The time limit
// covers only the response's head, because streams can last. A limit of 0 fails before the origin
// is asked.
func (v *visit) roundTrip(ctx context.Context, r *http.Request, c *Connector, body io.ReadCloser, limit time.Duration) (*http.Response, error) {
	if limit == 0 {
		return nil, errOriginTimeout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(errOriginTimeout) })
	defer timer.Stop()
	out := r.Clone(ctx)
	out.URL = &url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath,
		RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	out.RequestURI = ""
	out.Close = false // a visitor's `Connection: close` must not end the tunnel's connection
	out.Body = body   // closed if the tunnel is lost, which stops reading from the visitor
	removeHopByHop(out.Header)
	v.by.request(v, out.Header, r)
	resp, err := c.h2.RoundTrip(out)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return nil, cause
	}
	return resp, err
}

func (v *visit) proxy(w http.ResponseWriter, r *http.Request, c *Connector, s Switches) {
	var body io.ReadCloser
	if r.ContentLength != 0 {
		body = r.Body
		http.NewResponseController(w).EnableFullDuplex() // HTTP/2 always has it
	}
	resp := v.ask(w, r, c, body, ms(s.OriginTimeoutMs))
	if resp == nil {
		return
	}
	defer resp.Body.Close()
	v.copyHead(w, resp)
	hold := v.by.holds(s) && r.Method == http.MethodGet &&
		strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream")
	if err := relay(w, resp, hold); err != nil {
		panic(http.ErrAbortHandler) // the head is sent: only a cut can report the failure
	}
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = host
	}
	return canonical(hostport)
}

func clientIP(r *http.Request) string {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	return ip
}
