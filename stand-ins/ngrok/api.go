package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// api returns the agent's API, read-only here:
//
//	GET /api/status            {"status":"online",…}
//	GET /api/endpoints         404 on older agents
//	GET /api/endpoints/{name}
//	GET /api/tunnels           deprecated
//	GET /api/tunnels/{name}
func (a *Agent) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/status", func(w http.ResponseWriter, _ *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		legs := []any{}
		if a.status == statusOnline {
			legs = []any{map[string]string{"region": "eu", "latency": "23ms"}}
		}
		writeJSON(w, map[string]any{"status": a.status, "agent_version": version,
			"session": map[string]any{"legs": legs}, "uri": "/api/status"})
	})
	list := func(kind string, show func(endpoint, bool) map[string]any) {
		mux.HandleFunc("GET /api/"+kind, func(w http.ResponseWriter, r *http.Request) {
			shown := []any{}
			for _, e := range a.endpoints() {
				shown = append(shown, show(e, kind == "tunnels"))
			}
			answer := map[string]any{kind: shown}
			if kind == "tunnels" {
				answer["uri"] = "/api/tunnels"
			}
			writeJSON(w, answer)
		})
		mux.HandleFunc("GET /api/"+kind+"/{name}", func(w http.ResponseWriter, r *http.Request) {
			for _, e := range a.endpoints() {
				if e.Name == r.PathValue("name") {
					writeJSON(w, show(e, true))
					return
				}
			}
			http.NotFound(w, r)
		})
	}
	list("endpoints", showEndpoint)
	list("tunnels", showTunnel)
	return a.allowHosts(a.hideNewAPI(mux))
}

func (a *Agent) endpoints() []endpoint {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.opened)
}

func (a *Agent) hideNewAPI(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		old := a.oldAPI
		a.mu.Unlock()
		if old && strings.HasPrefix(r.URL.Path, "/api/endpoints") {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func showEndpoint(e endpoint, detailed bool) map[string]any {
	shown := map[string]any{"name": e.Name, "uri": "/api/endpoints/" + e.Name, "url": e.URL,
		"upstream": map[string]any{"url": e.Upstream}, "inspect": true, "pooling_enabled": false}
	if detailed {
		shown["metrics"] = metrics(e)
	}
	return shown
}

func showTunnel(e endpoint, _ bool) map[string]any {
	return map[string]any{"name": e.Name, "uri": "/api/tunnels/" + e.Name, "public_url": e.URL, "proto": "https",
		"config": map[string]any{"addr": e.Upstream, "inspect": true}, "metrics": metrics(e)}
}

// metrics returns the request count; rates and percentiles stay 0.
func metrics(e endpoint) map[string]any {
	one := func(gauge bool) map[string]any {
		m := map[string]any{"count": e.requests, "rate1": 0, "rate5": 0, "rate15": 0, "p50": 0, "p90": 0, "p95": 0, "p99": 0}
		if gauge {
			m["gauge"] = 0
		}
		return m
	}
	return map[string]any{"conns": one(true), "http": one(false)}
}

// allowHosts implements web_allow_hosts. Without it a web_addr on loopback accepts only loopback's
// names, and any other web_addr accepts every name.
func (a *Agent) allowHosts(next http.Handler) http.Handler {
	allowed := a.config.Agent.WebAllowHosts
	own, _, _ := net.SplitHostPort(a.config.Agent.WebAddr)
	if len(allowed) == 0 && isLoopback(own) {
		allowed = []string{"localhost", "127.0.0.0/8", "::1"}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if bare, _, err := net.SplitHostPort(host); err == nil {
			host = bare
		}
		if len(allowed) > 0 && !slices.ContainsFunc(allowed, func(rule string) bool { return matches(rule, host) }) {
			http.Error(w, "Forbidden", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// matches applies one rule: a name, .suffix, an address or a CIDR range.
func matches(rule, host string) bool {
	if network, err := netip.ParsePrefix(rule); err == nil {
		addr, err := netip.ParseAddr(host)
		return err == nil && network.Contains(addr)
	}
	return rule == host || strings.HasPrefix(rule, ".") && strings.HasSuffix(host, rule)
}

func writeJSON(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(body, '\n'))
}
