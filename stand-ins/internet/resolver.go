package main

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Resolver is one resolver's cache. Each has a separate one: an early query affects only the
// resolver that got it.
type Resolver map[string]CacheEntry // by name

// CacheEntry is what a resolver answers for a name instead of the zone: NXDOMAIN until the SOA's
// minimum has passed, or another address, as a DNS filter does.
type CacheEntry struct {
	Until time.Time
	Addr  netip.Addr // if valid: this address, without expiry
}

// resolverNames always exist; the switch systemResolver may name one more.
var resolverNames = []string{"system", "cloudflare-dns.com", "dns.google"}

// maxCached is the maximum size of one cache. A full cache is cleared, which costs one query for
// each name.
const maxCached = 10_000

func (m CacheEntry) isCurrent(now time.Time) bool { return m.Addr.IsValid() || now.Before(m.Until) }

// Resolve answers from one resolver's cache or from the zones, and logs the query.
func (w *World) Resolve(via, client, name string, qtype dnsmessage.Type) Answer {
	a := w.resolve(via, canonical(name))
	w.recordQuestion(via, client, name, qtype, a.text(qtype))
	return a
}

func (w *World) recordQuestion(via, client, name string, qtype dnsmessage.Type, answer string) {
	w.Record(Event{Kind: "dns", Client: client, Via: via, Answer: answer,
		Name: strings.TrimSuffix(name, "."), Detail: strings.TrimPrefix(qtype.String(), "Type")})
}

func (w *World) resolve(via, name string) Answer {
	fresh := w.Authority(name)
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if entry := w.resolver(via)[name]; entry.isCurrent(now) {
		return fresh.cachedAs(entry, now)
	}
	if fresh.RCode == dnsmessage.RCodeNameError {
		w.remember(via, name, CacheEntry{Until: now.Add(time.Duration(fresh.NegativeTTL) * time.Second)})
	}
	return fresh
}

// cachedAs returns the answer of a resolver that has a cache entry.
func (a Answer) cachedAs(m CacheEntry, now time.Time) Answer {
	a.Cached = true
	if m.Addr.IsValid() {
		a.RCode, a.Addrs = dnsmessage.RCodeSuccess, []netip.Addr{m.Addr}
		return a
	}
	a.RCode, a.Addrs, a.Apex = dnsmessage.RCodeNameError, nil, false
	a.SOATTL = uint32(m.Until.Sub(now).Seconds())
	return a
}

// resolver returns the cache of a resolver. The caller holds the lock.
func (w *World) resolver(name string) Resolver {
	if w.resolvers[name] == nil {
		w.resolvers[name] = Resolver{}
	}
	return w.resolvers[name]
}

func (w *World) remember(via, name string, m CacheEntry) {
	cache := w.resolver(via)
	if len(cache) >= maxCached {
		clear(cache)
	}
	cache[name] = m
}
