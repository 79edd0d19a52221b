package main

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"golang.org/x/net/http2"

	"sidelink/stand-ins/internal/wire"
)

// The named tunnel exists from the start and has a public token, so that Sidelink can start with
// it. Its hostnames are a switch.
const (
	namedID     = "c10df1a9-0000-4000-8000-000000000001"
	namedSecret = "everybody knows this, no secret!"

	maxNamedHostnames = 20
)

func newNamedTunnel() *Tunnel {
	now := time.Now()
	return &Tunnel{ID: namedID, Secret: []byte(namedSecret), Created: now, Published: &now}
}

// token returns the token for `cloudflared tunnel run`.
func (t *Tunnel) token() string {
	text, _ := json.Marshal(map[string]any{"a": "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e", "s": t.Secret, "t": t.ID})
	return base64.StdEncoding.EncodeToString(text)
}

// applyNamed applies the hostnames of the switches to the named tunnel: in DNS, at the edge and, at
// once, at its connectors. The caller holds the lock.
func (w *World) applyNamed() {
	for host, t := range w.tunnels {
		if t == w.named {
			delete(w.tunnels, host)
		}
	}
	w.named.Hostname = ""
	for _, host := range w.switches.NamedHostnames {
		if w.named.Hostname == "" {
			w.named.Hostname = canonical(host)
		}
		w.tunnels[canonical(host)] = w.named
	}
	if config := namedConfig(w.switches); !slices.Equal(config, w.named.Config) {
		w.named.Config = config
		w.named.version++
	}
	update := w.named.configuration()
	for _, c := range w.named.connectors {
		if w.switches.NamedRevoked {
			go c.conn.Close()
			continue
		}
		go func(h2 *http2.ClientConn) { push(h2, update) }(c.h2)
	}
}

func namedConfig(s Switches) []byte {
	type rule struct {
		Hostname string `json:"hostname,omitempty"`
		Service  string `json:"service"`
	}
	rules := []rule{}
	for _, host := range s.NamedHostnames {
		rules = append(rules, rule{canonical(host), s.NamedService})
	}
	config, _ := json.Marshal(map[string]any{"ingress": append(rules, rule{Service: "http_status:404"})})
	return config
}

// configuration returns the configuration to push; nil for a quick tunnel.
func (t *Tunnel) configuration() *wire.Configuration {
	if t.Config == nil {
		return nil
	}
	return &wire.Configuration{Version: t.version, Config: t.Config}
}

func (w *World) configuration(t *Tunnel) *wire.Configuration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return t.configuration()
}
