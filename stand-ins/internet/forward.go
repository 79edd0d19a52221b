package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// Names that need a -forward: the tunnel that the operator runs, and the certificate authority for
// domains.
const (
	publicURLName = "my.example.net"
	acmeName      = "acme.example.net"
)

// forwardFlags are the values of -forward.
type forwardFlags map[string]*url.URL

func (f *forwardFlags) String() string { return fmt.Sprint(*f) }

// Set reads name=URL.
func (f *forwardFlags) Set(text string) error {
	name, target, ok := strings.Cut(text, "=")
	to, err := url.Parse(target)
	if !ok || err != nil || to.Host == "" {
		return fmt.Errorf("%q is not name=URL", text)
	}
	(*f)[canonical(name)] = to
	return nil
}

func (f forwardFlags) handlers(w *World) map[string]http.Handler {
	handlers := map[string]http.Handler{}
	for name, to := range f {
		handlers[name] = newForward(w, name, to)
	}
	return handlers
}

// forward is a generic HTTPS reverse proxy, with WebSockets.
type forward struct {
	edge
	name  string
	proxy *httputil.ReverseProxy
}

func newForward(w *World, name string, to *url.URL) forward {
	return forward{edge{w}, name, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		// The certificate authority behind it has a self-signed certificate.
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableCompression: true},
		FlushInterval: -1,
		ErrorLog:      log.New(discard{}, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "Bad Gateway: the upstream of this proxy does not answer.", http.StatusBadGateway)
		},
	}}
}

func (f forward) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.record(f.name, w, r, func(w http.ResponseWriter) { f.serve(w, r) })
}

func (f forward) serve(w http.ResponseWriter, r *http.Request) {
	s := f.world.Switches()
	switch {
	case f.name == acmeName:
		if f.failACME(w, r, s.ACME) {
			return
		}
	case !delay(r, s.VisitorDelayMs):
		return
	case s.Filter != nil:
		writePage(w, s.Filter)
		return
	case f.visit(f.name).turnAway(w, r, s):
		return
	}
	f.proxy.ServeHTTP(w, r)
}

// newOrder is Pebble's path for orders; the rate limit is on certificates, not on accounts.
const newOrder = "/order-plz"

// failACME fails every POST as the switch demands. The rate limit's text is Let's Encrypt's.
func (f forward) failACME(w http.ResponseWriter, r *http.Request, how string) bool {
	if r.Method != http.MethodPost || how == "429" && r.URL.Path != newOrder {
		return false
	}
	switch how {
	case "429":
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s","status":429}`)
	case "hang":
		hang(r)
	case "close":
		hangUp(r)
	default:
		return false
	}
	return true
}
