package main

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// zones are those that this DNS knows all of. A name outside them does not exist either: nothing
// is ever forwarded.
var zones = []string{"trycloudflare.com", "argotunnel.com", "cftunnel.com", "cloudflare-dns.com", "dns.google",
	"cloudflare.com"}

var fixedNames = map[string]bool{
	"trycloudflare.com": true, "www.trycloudflare.com": true, quickAPI: true,
	"region1.v2.argotunnel.com": true, "region2.v2.argotunnel.com": true,
	"cftunnel.com": true, "argotunnel.com": true,
	"cloudflare-dns.com": true, "dns.google": true,
	"kevin.ns.cloudflare.com": true, "marjory.ns.cloudflare.com": true,
}

// ipv6Edge is where names without an A record live: nobody listens there.
var ipv6Edge = netip.MustParseAddr("2001:db8::53")

// Authority answers for the zones as they are now.
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

// addressOf is the one address of a name that has any.
func (w *World) addressOf(name string, s Switches) (addr netip.Addr, exists bool) {
	if addr, err := netip.ParseAddr(s.Records[name]); err == nil {
		return addr, true
	}
	exists = fixedNames[name]
	withoutA := s.IPv6Only == "all" && zoneOf(name) == "trycloudflare.com."
	w.With(name, func(t *Tunnel) {
		exists = !t.Forgotten && t.Published != nil && !time.Now().Before(*t.Published)
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

// maxName is DNS's own bound of a name.
const maxName = 253

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
