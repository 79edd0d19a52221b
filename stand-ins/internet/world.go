package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"sort"
	"sync"
	"time"
)

// World is the whole state of this internet. One lock suffices for the load of tests.
type World struct {
	mu        sync.Mutex
	address   netip.Addr // the process's address, in every DNS answer
	switches  Switches
	tunnels   map[string]*Tunnel // by hostname
	resolvers map[string]Resolver
	events    []Event
	gate      *Gate
	edgePort  *SwitchedListener // port 7844
	named     *Tunnel
}

// Tunnel is a requested hostname.
type Tunnel struct {
	ID         string     `json:"id"`
	Hostname   string     `json:"hostname"`
	Secret     []byte     `json:"-"`
	Created    time.Time  `json:"created"`
	Registered *time.Time `json:"registered"` // first time; nil before
	Published  *time.Time `json:"published"`  // when its DNS record appears
	Forgotten  bool       `json:"forgotten"`  // an old one: no record, 1016
	Takeover   *Page      `json:"takeover"`   // another server answers under this name
	InFlight   int        `json:"inFlight"`

	// Provider is "" for Cloudflare, or "ngrok".
	Provider string `json:"provider,omitempty"`
	// Config is pushed, with its version, to a tunnel that the edge manages.
	Config     []byte `json:"-"`
	version    int
	connectors []*Connector // last registered first
}

// reachable returns the connector that visitors reach now; nil if there is none yet.
func (t *Tunnel) reachable() *Connector {
	now := time.Now()
	for _, c := range t.connectors {
		if !now.Before(c.Reachable) {
			return c
		}
	}
	return nil
}

// Event is a line of the log.
type Event struct {
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"` // dns, quick, registration, visit
	Client string    `json:"client"`
	Via    string    `json:"via,omitempty"` // dns: which resolver
	Name   string    `json:"name"`
	Detail string    `json:"detail,omitempty"`
	Answer string    `json:"answer"`
}

// Limits of the log (lines, and text in a line) and of the tunnels. The oldest log lines and the
// oldest tunnels without a connector are removed first.
const (
	maxEvents  = 20_000
	maxText    = 300
	maxTunnels = 1_000
)

// NewWorld returns an internet without quick tunnels.
func NewWorld(address netip.Addr) *World {
	w := &World{address: address, gate: NewGate(), edgePort: &SwitchedListener{}, named: newNamedTunnel()}
	w.Reset()
	return w
}

// Reset restores switches, caches and logs to their start. Connected tunnels stay.
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
	w.edgePort.Set(true)
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

// Switches returns a copy, whose maps are never written again.
func (w *World) Switches() Switches {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.switches
}

// Patch applies a JSON document to the switches.
func (w *World) Patch(document []byte) (Switches, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next, err := w.switches.merge(document)
	if err != nil {
		return w.switches, err
	}
	if err := w.edgePort.Set(!next.EdgeRefuse); err != nil {
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

// Events returns the log, of one kind if given.
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

// AddTunnel creates a tunnel with an id and a secret.
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

// With runs f on a tunnel under the lock; false if there is none.
func (w *World) With(hostname string, f func(*Tunnel)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.tunnels[hostname]
	if ok {
		f(t)
	}
	return ok
}

// TunnelByID returns the tunnel for a registration.
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

// Tunnels lists the tunnels, oldest first; the named one only after its first registration.
func (w *World) Tunnels() []TunnelView {
	w.mu.Lock()
	defer w.mu.Unlock()
	views := []TunnelView{}
	for host, t := range w.tunnels {
		if t == w.named && t.Registered == nil { // never registered
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
