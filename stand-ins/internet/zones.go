package main

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"sidelink/stand-ins/internal/wire"
)

// zones are the zones of this DNS. Names outside them do not exist: no query is forwarded.
var zones = []string{"trycloudflare.com", "argotunnel.com", "cftunnel.com", "cloudflare-dns.com", "dns.google",
	"cloudflare.com", "ngrok-free.dev", "ngrok-free.app", "ngrok.app", "ngrok-agent.com", "example.org", "example.net"}

var fixedNames = map[string]bool{
	"trycloudflare.com": true, "www.trycloudflare.com": true, quickAPI: true,
	"region1.v2.argotunnel.com": true, "region2.v2.argotunnel.com": true,
	"cftunnel.com": true, "argotunnel.com": true,
	"cloudflare-dns.com": true, "dns.google": true,
	wire.NgrokServerName: true, publicURLName: true, acmeName: true,
	"kevin.ns.cloudflare.com": true, "marjory.ns.cloudflare.com": true,
}

// ownDomain is a user's domain: it resolves to the user's machine, not to an edge. The switch
// `records` changes its address or removes it.
const ownDomain = "home.example.org"

var ownAddress = netip.MustParseAddr("198.51.100.80")

// noRecord is the value of the switch `records` that removes a name from DNS.
const noRecord = "none"

// ipv6Edge is the address of names without an A record. No server listens there.
var ipv6Edge = netip.MustParseAddr("2001:db8::53")

// Authority returns the zones' current answer.
func (w *World) Authority(name string) Answer {
	name = canonical(name)
	s := w.Switches()
	zone := zoneOf(name)
	a := Answer{RCode: dnsmessage.RCodeNameError, Zone: zone, Apex: zone == name+".", TTL: uint32(s.RecordTTLSeconds),
		NegativeTTL: uint32(s.NegativeTTLSeconds), SOATTL: uint32(s.NegativeTTLSeconds)}
	if addr, exists := w.addressOf(name, s); exists {
		a.RCode, a.Addrs = dnsmessage.RCodeSuccess, []netip.Addr{addr}
	} else if a.Apex {
		a.RCode = dnsmessage.RCodeSuccess
	}
	return a
}

// addressOf returns the address of a name, and whether the name exists.
func (w *World) addressOf(name string, s Switches) (addr netip.Addr, exists bool) {
	if addr, err := netip.ParseAddr(s.Records[name]); err == nil {
		return addr, true
	}
	switch {
	case s.Records[name] == noRecord:
		return w.address, false
	case name == ownDomain:
		return ownAddress, true
	}
	exists = fixedNames[name] || isNgrok(name) // ngrok has a record for every name, online or not
	withoutA := s.IPv6Only == "all" && zoneOf(name) == "trycloudflare.com."
	w.With(name, func(t *Tunnel) {
		exists = t.Provider == "ngrok" || !t.Forgotten && t.Published != nil && !time.Now().Before(*t.Published)
		withoutA = s.IPv6Only != ""
	})
	if withoutA {
		return ipv6Edge, exists
	}
	return w.address, exists
}

func zoneOf(name string) string {
	for _, zone := range zones {
		if name == zone || strings.HasSuffix(name, "."+zone) {
			return zone + "."
		}
	}
	return "."
}

// maxName is DNS's maximum length of a name.
const maxName = 253

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
