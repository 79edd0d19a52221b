package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// edgeError is one of the edge's own responses. ../README.md has the sources of its texts and
// times.
type edgeError struct {
	code, status int
	title        string // heading and, with the host, the page's title
	happened     string // %s: the host
	name         string // of the JSON form
	category     string
	retryAfter   int  // seconds; 0: a retry does not help
	typed        bool // has cf-error-type
}

var edgeErrors = map[int]edgeError{
	429: {code: 429, status: 429, title: "Too many requests", name: "too_many_requests", category: "rate_limit",
		happened: "There are too many requests under way to %s."},
	502: {code: 502, status: 502, title: "Bad gateway", name: "bad_gateway", category: "origin", retryAfter: 60, typed: true,
		happened: "The web server of %s reported a bad gateway error."},
	524: {code: 524, status: 524, title: "A timeout occurred", name: "origin_response_timeout", category: "origin", retryAfter: 120, typed: true,
		happened: "The origin web server of %s timed out responding to this request."},
	1015: {code: 1015, status: 429, title: "You are being rate limited", name: "rate_limited", category: "rate_limit", retryAfter: 30,
		happened: "The owner of this website (%s) has banned you temporarily from accessing this website."},
	1016: {code: 1016, status: 530, title: "Origin DNS error", name: "origin_dns_error", category: "dns", typed: true,
		happened: "Cloudflare is currently unable to resolve your requested domain (%s)."},
	1033: {code: 1033, status: 530, title: "Cloudflare Tunnel error", name: "tunnel_error", category: "config", retryAfter: 120,
		happened: "The host (%s) is configured as a Cloudflare Tunnel, and Cloudflare is currently unable to resolve it."},
}

// errorPage writes one of the edge's own responses, in the format that the visitor accepts.
func (v *visit) errorPage(w http.ResponseWriter, r *http.Request, code int) {
	e := edgeErrors[code]
	fallback := "text/plain"
	if v.world.Switches().ErrorPages == "html" {
		fallback = "text/html"
	}
	form := errorForm(r.Header.Get("Accept"), fallback)
	body := e.write(form, v.host, v.ray, time.Now().UTC())
	h := w.Header()
	clear(h)
	h.Set("Content-Type", form+"; charset="+errorCharsets[form])
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Server", "cloudflare")
	h.Set("Cf-Ray", v.cfRay())
	h.Set("Cache-Control", "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0")
	h.Set("Expires", "Thu, 01 Jan 1970 00:00:01 GMT")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	if e.retryAfter > 0 {
		h.Set("Retry-After", fmt.Sprint(e.retryAfter))
	}
	if e.typed {
		h.Set("Cf-Error-Type", fmt.Sprint(code))
		h.Set("Cf-Error-Origin", "edge")
	}
	w.WriteHeader(e.status)
	if r.Method != http.MethodHead {
		io.WriteString(w, body)
	}
}

var errorCharsets = map[string]string{"text/plain": "UTF-8", "text/html": "UTF-8", "text/markdown": "utf-8",
	"application/json": "utf-8", "application/problem+json": "utf-8"}

// errorForm returns the content type for an Accept header: the highest q, then the first.
func errorForm(accept, fallback string) string {
	best, form := 0.0, fallback
	for _, entry := range strings.Split(accept, ",") {
		kind, parameters, _ := strings.Cut(strings.TrimSpace(entry), ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		if kind == "text/*" {
			kind = "text/markdown"
		}
		q := 1.0
		if text, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			q, _ = strconv.ParseFloat(text, 64)
		}
		if _, known := errorCharsets[kind]; known && q > best {
			best, form = q, kind
		}
	}
	return form
}

// forbidden refuses a WebSocket at the edge.
func forbidden(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusForbidden)
	io.WriteString(w, "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n")
}

// tracePath is served by the edge, without a tunnel.
const tracePath = "/cdn-cgi/trace"

func (v *visit) trace(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Cache-Control", "no-cache")
	fmt.Fprintf(w, "fl=1f1\nh=%s\nip=%s\nts=%d.000\nvisit_scheme=https\nuag=%s\ncolo=LHR\nsliver=none\nhttp=%s\nloc=XX\ntls=TLSv1.3\nsni=plaintext\nwarp=off\ngateway=off\nrbi=off\nkex=X25519\n",
		v.host, clientIP(r), time.Now().Unix(), r.UserAgent(), strings.TrimSuffix(strings.ToLower(r.Proto), ".0"))
}

// writePage answers in place of a tunnel: for a filter, or for another server under a known name.
func writePage(w http.ResponseWriter, p *Page) {
	for k, value := range p.Headers {
		w.Header().Set(k, value)
	}
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	io.WriteString(w, p.Body)
}
