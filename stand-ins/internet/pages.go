package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// errorTexts are the headings of the edge's own pages, by Cloudflare's code.
var errorTexts = map[int]string{
	429:  "Too many requests",
	502:  "Bad gateway",
	524:  "A timeout occurred",
	1016: "Origin DNS error",
	1033: "Cloudflare Tunnel error",
}

// statusOf is the HTTP status under which a code is sent: the 1xxx tunnel codes come as 530.
func statusOf(code int) int {
	if code >= 1000 {
		return 530
	}
	return code
}

// errorPage is an answer of the edge itself: HTML for a browser, one line for anything else.
func errorPage(w http.ResponseWriter, r *http.Request, ray string, code int) {
	h := w.Header()
	for k := range h {
		h.Del(k)
	}
	h.Set("Server", "cloudflare")
	h.Set("Cf-Ray", ray)
	h.Set("Cache-Control", "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0")
	h.Set("Expires", "Thu, 01 Jan 1970 00:00:01 GMT")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	if code < 1000 && code >= 500 { // 1033 and its like carry none
		h.Set("Cf-Error-Type", fmt.Sprint(code))
		h.Set("Cf-Error-Origin", "true")
	}
	body := fmt.Sprintf("error code: %d", code)
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		h.Set("Content-Type", "text/html; charset=UTF-8")
		body = htmlPage(code, r.Host, ray)
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(statusOf(code))
	if r.Method != http.MethodHead {
		io.WriteString(w, body)
	}
}

func htmlPage(code int, host, ray string) string {
	label := fmt.Sprintf("Error code %d", code)
	if code >= 1000 {
		label = fmt.Sprintf("Error %d", code)
	}
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="en-US"><head><title>%s | %s | Cloudflare</title><meta name="robots" content="noindex, nofollow"></head>
<body><h1>%s</h1><h2>%s</h2><p>%s</p><p>Ray ID: %s</p></body></html>
`, errorTexts[code], host, label, errorTexts[code], time.Now().UTC().Format("2006-01-02 15:04:05 UTC"), ray)
}

// trace is /cdn-cgi/trace: it answers from the edge alone.
func (v *visit) trace(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Cache-Control", "no-cache")
	fmt.Fprintf(w, "fl=1f1\nh=%s\nip=%s\nts=%d.000\nvisit_scheme=https\nuag=%s\ncolo=LHR\nsliver=none\nhttp=%s\nloc=XX\ntls=TLSv1.3\nsni=plaintext\nwarp=off\ngateway=off\nrbi=off\nkex=X25519\n",
		v.host, clientIP(r), time.Now().Unix(), r.UserAgent(), strings.ToLower(r.Proto))
}

// writePage answers for somebody else: a filter, or a stranger under a known name.
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
