package main

import "net/http"

// cloudflare is the edge of quick and of named tunnels.
type cloudflare struct{}

func (cloudflare) intercept(v *visit, w http.ResponseWriter, r *http.Request, s Switches) bool {
	w.Header().Set("Server", "cloudflare")
	w.Header().Set("Cf-Ray", v.cfRay())
	switch {
	case r.URL.Path == tracePath:
		v.trace(w, r)
	case v.turnAway(w, r, s):
	case s.RateLimited:
		v.errorPage(w, r, 1015)
	default:
		return false
	}
	return true
}

func (cloudflare) request(v *visit, h http.Header, r *http.Request) {
	ip := clientIP(r)
	h.Set("Cf-Connecting-Ip", ip)
	if prior := h.Get("X-Forwarded-For"); prior != "" {
		ip = prior + "," + ip
	}
	h.Set("X-Forwarded-For", ip)
	h.Set("X-Forwarded-Proto", "https")
	h.Set("Cf-Visitor", `{"scheme":"https"}`)
	h.Set("Cf-Ray", v.cfRay())
	h.Set("Cf-Ipcountry", "XX")
	h.Set("Cdn-Loop", "cloudflare; loops=1; subreqs=1")
}

// response replaces the origin's own headers.
func (cloudflare) response(v *visit, h http.Header) {
	h.Set("Server", "cloudflare")
	h.Set("Cf-Ray", v.cfRay())
	h.Set("Cf-Cache-Status", "DYNAMIC")
}

func (cloudflare) page(v *visit, w http.ResponseWriter, r *http.Request, code int) {
	v.errorPage(w, r, code)
}

func (cloudflare) holds(s Switches) bool { return s.HoldEventStreams }
