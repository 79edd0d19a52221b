package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// ngrok is the edge of *.ngrok-free.dev: it holds no event stream and has no limit of concurrent
// requests.
type ngrok struct{}

const ngrokBandwidth = "This ngrok account has reached its network bandwidth limit for the month. Log into https://dashboard.ngrok.com/billing to view your options."

// ngrokPages are the edge's own pages by code, in ngrok's published text; %s is the host. The
// statuses of 3200, 6024 and 727 are reported by others, 702's is documented; the rest are guesses.
var ngrokPages = map[string]struct {
	status int
	text   string
}{
	"702":  {http.StatusTooManyRequests, "Too many connections! The tunnel session has violated the rate-limit policy of 120 connections per minute. Decrease your inbound connection volume or upgrade to a paid plan for additional capacity."},
	"725":  {http.StatusForbidden, ngrokBandwidth},
	"727":  {http.StatusForbidden, "This ngrok account has reached its HTTP requests limit for the month. Log into https://dashboard.ngrok.com/billing to view your options."},
	"734":  {http.StatusTooManyRequests, "You have exceeded your limit of 4000 requests per minute. This limit will reset within 1 minute. If you expect to continually exceed these limits, please upgrade your plan at https://dashboard.ngrok.com/billing"},
	"3004": {http.StatusBadGateway, "ngrok gateway error: The server returned an invalid or incomplete HTTP response."},
	"3200": {http.StatusNotFound, "The endpoint %s is offline."},
	"8012": {http.StatusBadGateway, "Traffic successfully made it to the ngrok agent, but the agent failed to establish a connection to the upstream web service at %s."},
	"6024": {http.StatusOK, "You are about to visit %s. This website is served for free through ngrok.com. You should only visit this website if you trust whoever sent the link to you."},
}

func (ngrok) intercept(v *visit, w http.ResponseWriter, r *http.Request, s Switches) bool {
	online := false
	v.world.With(v.host, func(t *Tunnel) { online = !t.Forgotten && t.reachable() != nil })
	switch {
	case v.turnAway(w, r, s):
	case s.NgrokVisitors != "":
		ngrokPage(w, r, v.host, s.NgrokVisitors)
	case online && s.NgrokWarning && isWarned(r, v.host):
		ngrokPage(w, r, v.host, "6024")
	default:
		return false
	}
	return true
}

func (ngrok) request(_ *visit, h http.Header, r *http.Request) {
	ip := clientIP(r)
	if prior := h.Get("X-Forwarded-For"); prior != "" {
		ip = prior + ", " + ip
	}
	h.Set("X-Forwarded-For", ip)
	h.Set("X-Forwarded-Host", r.Host)
	h.Set("X-Forwarded-Proto", "https")
}

func (ngrok) response(*visit, http.Header) {}

// page translates Cloudflare's codes: no tunnel, too many requests, or a broken connection.
func (ngrok) page(v *visit, w http.ResponseWriter, r *http.Request, code int) {
	switch code {
	case 1016, 1033:
		ngrokPage(w, r, v.host, "3200")
	case 429:
		ngrokPage(w, r, v.host, "734")
	default:
		ngrokPage(w, r, v.host, "3004")
	}
}

func (ngrok) holds(Switches) bool { return false }

const (
	warningHeader = "Ngrok-Skip-Browser-Warning"
	warningCookie = "abuse_interstitial"
)

// isBrowser checks only the User-Agent, as ngrok does: every browser's has this prefix.
func isBrowser(r *http.Request) bool { return strings.HasPrefix(r.UserAgent(), "Mozilla/5.0") }

// isWarned reports whether a request gets the warning page: every GET of a browser until the
// visitor has clicked.
func isWarned(r *http.Request, host string) bool {
	cookie, err := r.Cookie(warningCookie)
	return isBrowser(r) && r.Method == http.MethodGet && !isUpgrade(r) &&
		r.Header.Get(warningHeader) == "" && (err != nil || cookie.Value != host)
}

// ngrokPage writes HTML for clients that accept it, and one line of text for others.
func ngrokPage(w http.ResponseWriter, r *http.Request, host, code string) {
	page := ngrokPages[code]
	text := page.text
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, host)
	}
	body, contentType := ngrokHTML(host, code, text), "text/html"
	if accept := r.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "text/html") && !strings.Contains(accept, "*/*") {
		body, contentType = fmt.Sprintf("%s\r\n\r\nERR_NGROK_%s\r\n", text, code), "text/plain"
	}
	h := w.Header()
	clear(h)
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Ngrok-Error-Code", "ERR_NGROK_"+code)
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(page.status)
	if r.Method != http.MethodHead {
		io.WriteString(w, body)
	}
}

// ngrokHTML returns the real page's skeleton. A script of ngrok draws the same text on the real
// page.
func ngrokHTML(host, code, text string) string {
	button := ""
	if code == "6024" {
		button = fmt.Sprintf(`<button onclick="document.cookie='%s=%s; path=/; max-age=604800; secure; samesite=none'; location.reload()">Visit Site</button>`,
			warningCookie, html.EscapeString(host))
	}
	return fmt.Sprintf(`<!DOCTYPE html>
<html class="h-full" lang="en-US" dir="ltr">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="author" content="ngrok">
    <meta name="robots" content="noindex, nofollow">
  </head>
  <body class="h-full" id="ngrok"><div id="root"><p>%s</p>%s<p>ERR_NGROK_%s</p></div></body>
</html>
`, html.EscapeString(text), button, code)
}
