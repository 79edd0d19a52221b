package main

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is what there is to know of a name, whatever the question's type.
type Answer struct {
	RCode dnsmessage.RCode
	Addr  netip.Addr // valid when the name has an A record
	TTL   uint32
	// Zone and NegativeTTL go into the SOA of an answer without a record.
	Zone        string
	NegativeTTL uint32
	Remembered  bool
}

// zones are those that this DNS knows all of. A name outside them does not exist either: nothing
// is ever forwarded.
var zones = []string{"trycloudflare.com", "argotunnel.com", "cftunnel.com", "cloudflare-dns.com", "dns.google"}

var fixedNames = map[string]bool{
	"trycloudflare.com": true, "www.trycloudflare.com": true, quickAPI: true,
	"region1.v2.argotunnel.com": true, "region2.v2.argotunnel.com": true,
	"cftunnel.com": true, "argotunnel.com": true,
	"cloudflare-dns.com": true, "dns.google": true,
}

// Authority answers for the zones as they are now.
func (w *World) Authority(name string) Answer {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	s := w.Switches()
	a := Answer{RCode: dnsmessage.RCodeNameError, Zone: zoneOf(name), TTL: uint32(s.RecordTTLSeconds),
		NegativeTTL: uint32(s.NegativeTTLSeconds)}
	if text, ok := s.Records[name]; ok {
		if addr, err := netip.ParseAddr(text); err == nil {
			a.RCode, a.Addr = dnsmessage.RCodeSuccess, addr
			return a
		}
	}
	exists := fixedNames[name]
	w.With(name, func(t *Tunnel) {
		exists = !t.Forgotten && t.Published != nil && !time.Now().Before(*t.Published)
	})
	if exists {
		a.RCode, a.Addr = dnsmessage.RCodeSuccess, w.address
	}
	return a
}

func zoneOf(name string) string {
	for _, zone := range zones {
		if name == zone || strings.HasSuffix(name, "."+zone) {
			return zone + "."
		}
	}
	return "."
}

// Resolver remembers that a name did not exist, as public resolvers do, for the SOA's time.
type Resolver struct {
	nxdomain map[string]time.Time // until
}

// Resolve asks through one resolver's memory and writes the question down.
func (w *World) Resolve(via, client, name string, qtype dnsmessage.Type) Answer {
	a := w.resolve(via, strings.ToLower(strings.TrimSuffix(name, ".")))
	answer := strings.TrimPrefix(a.RCode.String(), "RCode")
	switch {
	case a.RCode == dnsmessage.RCodeNameError && a.Remembered:
		answer = "NXDOMAIN (remembered)"
	case a.RCode == dnsmessage.RCodeNameError:
		answer = "NXDOMAIN"
	case qtype != dnsmessage.TypeA:
		answer = "NODATA"
	default:
		answer = a.Addr.String()
	}
	w.Record(Event{Kind: "dns", Client: client, Via: via, Answer: answer,
		Name: strings.TrimSuffix(name, "."), Detail: strings.TrimPrefix(qtype.String(), "Type")})
	return a
}

func (w *World) resolve(via, name string) Answer {
	fresh := w.Authority(name)
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.resolvers[via]
	if r == nil {
		r = &Resolver{nxdomain: map[string]time.Time{}}
		w.resolvers[via] = r
	}
	now := time.Now()
	if until, ok := r.nxdomain[name]; ok && now.Before(until) {
		fresh.RCode, fresh.Addr, fresh.Remembered = dnsmessage.RCodeNameError, netip.Addr{}, true
		fresh.NegativeTTL = uint32(until.Sub(now).Seconds())
		return fresh
	}
	delete(r.nxdomain, name)
	if fresh.RCode == dnsmessage.RCodeNameError {
		r.nxdomain[name] = now.Add(time.Duration(fresh.NegativeTTL) * time.Second)
	}
	return fresh
}
