package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
)

// Status is what the metrics server shows; the supervisor and the proxy write to it.
type Status struct {
	mu             sync.Mutex
	tunnel         Tunnel
	connectorID    string
	ready          int
	protocol       string
	edgeAddress    string
	connection     string
	location       string
	requests       int
	concurrent     int
	requestErrors  int
	registerOK     int
	registerFailed int
	byCode         map[int]int
	rules          []*Rule
	configVersion  int
	options        *Options
}

// update changes the status under its lock.
func (s *Status) update(f func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// currentRules are replaced when the edge pushes a configuration.
func (s *Status) currentRules() []*Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules
}

// listenMetrics takes the given address, or the first free one of the five known ports.
func listenMetrics(address string) (net.Listener, error) {
	if address != "0.0.0.0:0" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("failed to bind to address (%s): %w", address, err)
		}
		return l, nil
	}
	for port := 20241; port <= 20245; port++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("0.0.0.0:%d", port)); err == nil {
			return l, nil
		}
	}
	return net.Listen("tcp", address)
}

// handler is the metrics server. Its answers are text/plain, the JSON ones too.
func (s *Status) handler() http.Handler {
	mux := http.NewServeMux()
	text := func(path string, body func() (int, string)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			s.mu.Lock()
			status, content := body()
			s.mu.Unlock()
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(status)
			io.WriteString(w, content)
		})
	}
	text("/quicktunnel", func() (int, string) { return 200, fmt.Sprintf(`{"hostname":"%s"}`, s.tunnel.Hostname) })
	text("/healthcheck", func() (int, string) { return 200, "OK\n" })
	text("/ready", s.readiness)
	text("/config", func() (int, string) { return 200, s.config() })
	text("/metrics", func() (int, string) { return 200, s.exposition() })
	text("/diag/tunnel", func() (int, string) { return 200, s.diagnosis() })
	text("/diag/configuration", func() (int, string) {
		shown := map[string]string{"uid": fmt.Sprint(os.Getuid())}
		for k, v := range s.options.explicit {
			shown[k] = v
		}
		delete(shown, "token")
		encoded, _ := json.Marshal(shown)
		return 200, string(encoded) + "\n"
	})
	return mux
}

func (s *Status) readiness() (int, string) {
	code := http.StatusServiceUnavailable
	if s.ready > 0 {
		code = http.StatusOK
	}
	return code, fmt.Sprintf(`{"status":%d,"readyConnections":%d,"connectorId":"%s"}`, code, s.ready, s.connectorID)
}

func (s *Status) config() string {
	views := []any{}
	for _, r := range s.rules {
		views = append(views, r.view())
	}
	encoded, _ := json.Marshal(map[string]any{"version": s.configVersion, "config": map[string]any{
		"ingress": views, "warp-routing": map[string]any{}, "originRequest": map[string]any{}}})
	return string(encoded)
}

func (s *Status) diagnosis() string {
	connection := map[string]any{}
	if s.ready > 0 {
		connection = map[string]any{"isConnected": true, "edgeAddress": s.edgeAddress}
		if s.protocol == protocolQUIC {
			connection["protocol"] = 1
		}
	}
	encoded, _ := json.Marshal(map[string]any{"tunnelID": s.tunnel.ID, "connectorID": s.connectorID,
		"connections": []any{connection}})
	return string(encoded) + "\n"
}

// exposition is /metrics, as far as Sidelink's documents name it. ha_connections is 1 also while
// nothing is registered: so it is with the real one.
func (s *Status) exposition() string {
	var b strings.Builder
	metric := func(name, kind, labels string, value int) {
		if !strings.Contains(b.String(), "# TYPE "+name+" ") {
			fmt.Fprintf(&b, "# TYPE %s %s\n", name, kind)
		}
		fmt.Fprintf(&b, "%s%s %d\n", name, labels, value)
	}
	metric("build_info", "gauge", fmt.Sprintf(`{goversion="",revision="",type="",version="%s"}`, version), 1)
	metric("cloudflared_orchestration_config_version", "gauge", "", max(s.configVersion, 0))
	metric("cloudflared_tunnel_ha_connections", "gauge", "", 1)
	metric("cloudflared_tunnel_total_requests", "counter", "", s.requests)
	metric("cloudflared_tunnel_concurrent_requests_per_tunnel", "gauge", "", s.concurrent)
	metric("cloudflared_tunnel_request_errors", "counter", "", s.requestErrors)
	for code, n := range s.byCode {
		metric("cloudflared_tunnel_response_by_code", "counter", fmt.Sprintf(`{status_code="%d"}`, code), n)
	}
	if s.registerOK > 0 {
		metric("cloudflared_tunnel_tunnel_register_success", "counter", `{rpcName="registerConnection"}`, s.registerOK)
		metric("cloudflared_tunnel_server_locations", "gauge", fmt.Sprintf(`{connection_id="0",edge_location="%s"}`, s.location), 1)
	}
	if s.registerFailed > 0 {
		metric("cloudflared_tunnel_tunnel_register_fail", "counter", `{error="server_error",rpcName="registerConnection"}`, s.registerFailed)
	}
	if s.tunnel.Hostname != "" {
		metric("cloudflared_tunnel_user_hostnames_counts", "counter", fmt.Sprintf(`{userHostname="https://%s"}`, s.tunnel.Hostname), 1)
	}
	metric("process_resident_memory_bytes", "gauge", "", residentBytes())
	return b.String()
}

func residentBytes() int {
	var size, resident int
	text, _ := os.ReadFile("/proc/self/statm")
	fmt.Sscan(string(text), &size, &resident)
	return resident * os.Getpagesize()
}
