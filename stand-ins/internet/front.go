package main

import (
	"crypto/tls"
	"log"
	"net/http"
	"strings"

	"sidelink/stand-ins/internal/wire"
)

// front is port 443: one address for all names.
type front struct {
	world     *World
	forwards  map[string]http.Handler // by name
	trusted   *CertificateAuthority
	untrusted *CertificateAuthority
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	if r.TLS != nil && r.TLS.ServerName == quickAPI {
		host = quickAPI
	}
	_, isResolver := dohPaths[host]
	switch portal := f.world.Switches().CaptivePortal; {
	case portal != nil:
		edge{f.world}.record(host, w, r, func(w http.ResponseWriter) { writePage(w, portal) })
	case f.forwards[host] != nil:
		f.forwards[host].ServeHTTP(w, r)
	case f.isTunnel(host):
		edge{f.world}.ServeHTTP(w, r)
	case r.URL.Path == tracePath && host != "dns.google": // dns.google is not Cloudflare's
		edge{f.world}.record(host, w, r, func(w http.ResponseWriter) { edge{f.world}.visit(host).trace(w, r) })
	case isResolver:
		doh{f.world, host}.ServeHTTP(w, r)
	default:
		quickService{f.world}.ServeHTTP(w, r)
	}
}

// isTunnel reports whether a name is possible for a quick tunnel, belongs to a named tunnel (in any
// zone), or is ngrok's.
func (f *front) isTunnel(host string) bool {
	return isNgrok(host) || strings.HasSuffix(host, ".trycloudflare.com") && host != quickAPI || f.world.With(host, func(*Tunnel) {})
}

func (f *front) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := certificateName(hello)
	switch other := f.world.Switches().certificateFor(strings.ToLower(hello.ServerName)); other {
	case "":
		return f.trusted.Leaf(name)
	case "untrusted":
		return f.untrusted.Leaf(name)
	default:
		return f.trusted.Leaf(other)
	}
}

// tlsConfig offers HTTP/2, except if the connection is about to be closed without a response: over
// HTTP/2 the client would get a reset stream, but the real client got an EOF.
func (f *front) tlsConfig() *tls.Config {
	config := &tls.Config{GetCertificate: f.certificate, NextProtos: []string{"h2", "http/1.1", wire.NgrokProtocol}}
	plain := config.Clone()
	plain.NextProtos = []string{"http/1.1"}
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if f.world.Switches().QuickAnswer == "close" {
			return plain, nil
		}
		return nil, nil
	}
	return config
}

func (f *front) server() *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	agents := ngrokService{f.world}
	return &http.Server{Handler: f, TLSConfig: f.tlsConfig(), ConnContext: withConn, Protocols: protocols, ErrorLog: log.New(discard{}, "", 0),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){
			wire.NgrokProtocol: func(_ *http.Server, conn *tls.Conn, _ http.Handler) { agents.serveConn(conn) }}}
}

// discard drops the handshake errors that probes and reloading pages cause.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
