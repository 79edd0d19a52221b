package main

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Resolver has a memory of its own: what one was asked too early another knows nothing of.
type Resolver map[string]Memory // by name

// Memory is what a resolver has to say of a name whatever its zone says: that it did not exist,
// until the SOA's time is over, or that it is elsewhere, as a DNS filter does.
type Memory struct {
	Until time.Time
	Addr  netip.Addr // valid: elsewhere, for good
}

// resolverNames are those that always exist; the switch systemResolver may name one more.
var resolverNames = []string{"system", "cloudflare-dns.com", "dns.google"}

// maxRemembered bounds one memory; a full one forgets everything, which costs a question each.
const maxRemembered = 10_000

func (m Memory) holds(now time.Time) bool { return m.Addr.IsValid() || now.Before(m.Until) }

// Resolve asks through one resolver's memory and writes the question down.
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
	if memory := w.resolver(via)[name]; memory.holds(now) {
		return fresh.as(memory, now)
	}
	if fresh.RCode == dnsmessage.RCodeNameError {
		w.remember(via, name, Memory{Until: now.Add(time.Duration(fresh.NegativeTTL) * time.Second)})
	}
	return fresh
}

// as is the answer of a resolver that would rather believe its memory.
func (a Answer) as(m Memory, now time.Time) Answer {
	a.Remembered = true
	if m.Addr.IsValid() {
		a.RCode, a.Addrs = dnsmessage.RCodeSuccess, []netip.Addr{m.Addr}
		return a
	}
	a.RCode, a.Addrs, a.Apex = dnsmessage.RCodeNameError, nil, false
	a.SOATTL = uint32(m.Until.Sub(now).Seconds())
	return a
}

// resolver is a memory by its resolver's name; the lock is held.
func (w *World) resolver(name string) Resolver {
	if w.resolvers[name] == nil {
		w.resolvers[name] = Resolver{}
	}
	return w.resolvers[name]
}

func (w *World) remember(via, name string, m Memory) {
	memory := w.resolver(via)
	if len(memory) >= maxRemembered {
		clear(memory)
	}
	memory[name] = m
}
