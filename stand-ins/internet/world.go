package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"sort"
	"sync"
	"time"
)

// World is all state of this small internet. One lock: nothing here is ever busy.
type World struct {
	mu        sync.Mutex
	address   netip.Addr // its own, in every answer
	switches  Switches
	tunnels   map[string]*Tunnel // by hostname
	resolvers map[string]Resolver
	events    []Event
	gate      *Gate
	door      *Door // port 7844
	named     *Tunnel
}

// Tunnel is a hostname that somebody asked for.
type Tunnel struct {
	ID         string     `json:"id"`
	Hostname   string     `json:"hostname"`
	Secret     []byte     `json:"-"`
	Created    time.Time  `json:"created"`
	Registered *time.Time `json:"registered"` // first time; nil before
	Published  *time.Time `json:"published"`  // when its DNS record begins
	Forgotten  bool       `json:"forgotten"`  // an old one: no record, 1016
	Takeover   *Page      `json:"takeover"`   // somebody else answers under this name
	InFlight   int        `json:"inFlight"`

	// Provider is whose tunnel it is: "" Cloudflare's, "ngrok".
	Provider string `json:"provider,omitempty"`
	// Config is pushed to a tunnel that is managed from the edge's side, with its version.
	Config     []byte `json:"-"`
	version    int
	connectors []*Connector // last registered first
}

// reachable is the connector that visitors reach now; nil when the edge knows of none yet.
func (t *Tunnel) reachable() *Connector {
	now := time.Now()
	for _, c := range t.connectors {
		if !now.Before(c.Reachable) {
			return c
		}
	}
	return nil
}

// Event is a line of the log: who did what, when.
type Event struct {
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"` // dns, quick, registration, visit
	Client string    `json:"client"`
	Via    string    `json:"via,omitempty"` // dns: which resolver
	Name   string    `json:"name"`
	Detail string    `json:"detail,omitempty"`
	Answer string    `json:"answer"`
}

// What may grow is bounded: the log by lines and by a line's texts, the tunnels by those that
// nobody serves. The oldest go first.
const (
	maxEvents  = 20_000
	maxText    = 300
	maxTunnels = 1_000
)

// NewWorld is an internet with nothing in it yet.
func NewWorld(address netip.Addr) *World {
	w := &World{address: address, gate: NewGate(), door: &Door{}, named: newNamedTunnel()}
	w.Reset()
	return w
}

// Reset brings switches, memory and logs back to the start. Tunnels that are connected stay.
func (w *World) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.switches = defaultSwitches()
	w.resolvers = map[string]Resolver{}
	for _, name := range resolverNames {
		w.resolvers[name] = Resolver{}
	}
	w.events = nil
	w.gate.Open()
	w.door.Set(true)
	kept := map[string]*Tunnel{}
	for host, t := range w.tunnels {
		if t != w.named && len(t.connectors) > 0 {
			t.Takeover, t.Forgotten = nil, false
			kept[host] = t
		}
	}
	w.tunnels = kept
	w.named.Takeover, w.named.Forgotten = nil, false
	if len(w.named.connectors) == 0 {
		w.named.Registered = nil
	}
	w.applyNamed()
}

// Switches is a copy; its maps are never written to again.
func (w *World) Switches() Switches {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.switches
}

// Patch lays a JSON document over the switches.
func (w *World) Patch(document []byte) (Switches, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next, err := w.switches.merge(document)
	if err != nil {
		return w.switches, err
	}
	if err := w.door.Set(!next.EdgeRefuse); err != nil {
		return w.switches, err
	}
	w.switches = next
	w.applyNamed()
	if next.EdgeSilent {
		w.gate.Close()
	} else {
		w.gate.Open()
	}
	return next, nil
}

// Record adds to the log.
func (w *World) Record(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.Time = time.Now()
	for _, text := range []*string{&e.Name, &e.Detail, &e.Answer} {
		*text = (*text)[:min(len(*text), maxText)]
	}
	if len(w.events) >= maxEvents {
		w.events = w.events[maxEvents/2:]
	}
	w.events = append(w.events, e)
}

// Events is the log, of one kind when given.
func (w *World) Events(kind string) []Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := []Event{}
	for _, e := range w.events {
		if kind == "" || e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// ForgetEvents empties the log.
func (w *World) ForgetEvents() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = nil
}

// AddTunnel makes a tunnel with a hostname, an id and a secret.
func (w *World) AddTunnel(hostname string, config []byte) *Tunnel {
	secret := make([]byte, 32)
	rand.Read(secret)
	t := &Tunnel{ID: newUUID(), Hostname: hostname, Secret: secret, Created: time.Now(), Config: config}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tunnels)-len(w.switches.NamedHostnames) >= maxTunnels {
		w.dropOldestTunnel()
	}
	w.tunnels[hostname] = t
	return t
}

func (w *World) dropOldestTunnel() {
	var oldest *Tunnel
	for _, t := range w.tunnels {
		if t != w.named && len(t.connectors) == 0 && (oldest == nil || t.Created.Before(oldest.Created)) {
			oldest = t
		}
	}
	if oldest != nil {
		delete(w.tunnels, oldest.Hostname)
	}
}

// With runs f on a tunnel under the lock; false when there is none.
func (w *World) With(hostname string, f func(*Tunnel)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.tunnels[hostname]
	if ok {
		f(t)
	}
	return ok
}

// TunnelByID finds who wants to register.
func (w *World) TunnelByID(id string) (*Tunnel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.named.ID == id {
		return w.named, !w.named.Forgotten
	}
	for _, t := range w.tunnels {
		if t.ID == id && !t.Forgotten {
			return t, true
		}
	}
	return nil, false
}

// TunnelView is a tunnel as the control API shows it.
type TunnelView struct {
	Tunnel
	Connectors []*Connector `json:"connectors"`
}

// Tunnels lists them, oldest first; the named one once somebody has served it.
func (w *World) Tunnels() []TunnelView {
	w.mu.Lock()
	defer w.mu.Unlock()
	views := []TunnelView{}
	for host, t := range w.tunnels {
		if t == w.named && t.Registered == nil { // nobody has asked for it yet
			continue
		}
		view := TunnelView{*t, append([]*Connector{}, t.connectors...)}
		view.Hostname = host // a named tunnel may have several
		views = append(views, view)
	}
	sort.Slice(views, func(i, j int) bool { return views[i].Created.Before(views[j].Created) })
	return views
}

func newUUID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
