// Command internet is a test internet in one process: the quick-tunnel service, the visitors' edge,
// the port where cloudflared registers, DNS, DNS over HTTPS, and an API with which tests make each
// of them fail.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
)

type addresses struct{ https, edge, dns, control string }

func main() {
	var at addresses
	flag.StringVar(&at.https, "https", ":443", "quick service, visitors, DNS over HTTPS")
	flag.StringVar(&at.edge, "edge", ":7844", "where cloudflared registers, TCP and UDP")
	flag.StringVar(&at.dns, "dns", ":53", "DNS, UDP and TCP")
	flag.StringVar(&at.control, "control", ":9000", "API for tests")
	address := flag.String("address", "198.51.100.53", "its own address, as DNS gives it")
	folder := flag.String("ca", "/ca", "folder for ca.pem")
	keyFolder := flag.String("ca-key", "/ca-key", "folder for the CA's key")
	forwards := forwardFlags{}
	flag.Var(&forwards, "forward", "name=URL: an HTTPS proxy that forwards every visitor there; may be repeated")
	check := flag.Bool("healthcheck", false, "check that the control API answers, and exit")
	flag.Parse()
	if *check {
		os.Exit(healthcheck(at.control))
	}
	own, err := netip.ParseAddr(*address)
	if err != nil {
		log.Fatalf("-address: %v", err)
	}
	internet, err := Start(own, at, *folder, *keyFolder, forwards)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("serving as %s", own)
	log.Fatal(<-internet.Failed)
}

// Internet is the running process, with its bound addresses.
type Internet struct {
	World   *World
	CA      *CertificateAuthority
	HTTPS   net.Addr
	Edge    net.Addr
	DNS     net.Addr
	Control net.Addr
	Failed  chan error
}

// Start binds all ports and serves. The CA is on disk before the control API answers, so a healthy
// API means that everything is ready.
func Start(own netip.Addr, at addresses, caFolder, keyFolder string, forwards forwardFlags) (*Internet, error) {
	ca, err := OpenCertificateAuthority("Sidelink test CA", caFolder, keyFolder)
	if err != nil {
		return nil, fmt.Errorf("the CA: %w", err)
	}
	untrusted, err := NewCertificateAuthority("Untrusted test CA")
	if err != nil {
		return nil, err
	}
	world := NewWorld(own)
	i := &Internet{World: world, CA: ca, Failed: make(chan error, 8)}
	run := func(serve func() error) { go func() { i.Failed <- serve() }() }

	https, err := net.Listen("tcp", at.https)
	if err != nil {
		return nil, err
	}
	edge, edgeUDP, err := listenBoth(at.edge)
	if err != nil {
		return nil, err
	}
	dns, dnsUDP, err := listenBoth(at.dns)
	if err != nil {
		return nil, err
	}
	controlAt, err := net.Listen("tcp", at.control)
	if err != nil {
		return nil, err
	}
	i.HTTPS, i.Edge, i.DNS, i.Control = https.Addr(), edge.Addr(), dns.Addr(), controlAt.Addr()

	visitors := (&front{world: world, trusted: ca, untrusted: untrusted, forwards: forwards.handlers(world)}).server()
	run(func() error { return visitors.ServeTLS(https, "", "") })
	registrar := &Registrar{world: world, tls: &tls.Config{NextProtos: []string{"h2"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return ca.Leaf(certificateName(hello))
		}}}
	world.edgePort.Serve(edge, registrar.serveConn)
	run(func() error { return registrar.ServeUDP(edgeUDP) })
	run(func() error { return nameserver{world}.serveUDP(dnsUDP) })
	run(func() error { return nameserver{world}.serveTCP(dns) })
	run(func() error { return http.Serve(controlAt, control{world, ca}.handler()) })
	return i, nil
}

// listenBoth binds TCP and UDP to the same port. The system's choice for TCP (port 0) may be taken
// for UDP: then it chooses again, while the taken ones are held.
func listenBoth(address string) (net.Listener, net.PacketConn, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	pc, err := net.ListenPacket("udp", l.Addr().String())
	if errors.Is(err, syscall.EADDRINUSE) && strings.HasSuffix(address, ":0") {
		defer l.Close()
		return listenBoth(address)
	}
	return l, pc, err
}

func healthcheck(control string) int {
	_, port, err := net.SplitHostPort(control)
	if err != nil {
		return 1
	}
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%s/healthz", port))
	if err != nil || resp.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
