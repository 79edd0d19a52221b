package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Status is the state that the metrics server shows; the supervisor and the proxy write to it.
type Status struct {
	mu             sync.Mutex
	tunnel         Tunnel
	connectorID    string
	ready          int
	protocol       string
	edgeAddress    string
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
	log            *Logger
	icmp           []string
}

// update changes the status under its lock.
func (s *Status) update(f func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// everConnected reports whether the edge has accepted a registration.
func (s *Status) everConnected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.registerOK > 0
}

// version returns the version of the current configuration.
func (s *Status) version() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.configVersion
}

// currentRules returns the rules, which a pushed configuration replaces.
func (s *Status) currentRules() []*Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules
}

// listenMetrics binds the given address, or the first free one of the five known ports.
func listenMetrics(address string) (net.Listener, error) {
	if address != "0.0.0.0:0" {
		_, err := net.ResolveTCPAddr("tcp", address)
		var l net.Listener
		if err == nil {
			l, err = net.Listen("tcp", address)
		}
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

// handler returns the metrics server. Its responses are text/plain, also those with JSON.
func (s *Status) handler() http.Handler {
	mux := http.NewServeMux()
	typed := func(path, contentType string, body func() (int, string)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			s.mu.Lock()
			status, content := body()
			s.mu.Unlock()
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			io.WriteString(w, content)
		})
	}
	text := func(path string, body func() (int, string)) { typed(path, "text/plain; charset=utf-8", body) }
	logged := func(path, collector string, body func() string) {
		text(path, func() (int, string) {
			s.log.Info("Collection started", Fields{"collector": collector})
			defer s.log.Info("Collection finished", Fields{"collector": collector})
			return http.StatusOK, body()
		})
	}
	text("/quicktunnel", func() (int, string) { return 200, fmt.Sprintf(`{"hostname":"%s"}`, s.tunnel.Hostname) })
	text("/healthcheck", func() (int, string) { return 200, "OK\n" })
	text("/ready", s.readiness)
	text("/config", func() (int, string) { return 200, s.config() })
	typed("/metrics", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", func() (int, string) { return 200, s.exposition() })
	logged("/diag/tunnel", "tunnelState", s.diagnosis)
	logged("/diag/configuration", "configuration", func() string {
		encoded, _ := json.Marshal(s.options.diagnosis())
		return string(encoded) + "\n"
	})
	mux.Handle("/debug/pprof/", http.DefaultServeMux)
	mux.HandleFunc("/debug/pprof/cmdline", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "forbidden", http.StatusForbidden)
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
	var shown struct {
		Version int `json:"version"`
		Config  struct {
			Ingress       []ruleView `json:"ingress"`
			WarpRouting   struct{}   `json:"warp-routing"`
			OriginRequest originView `json:"originRequest"`
		} `json:"config"`
	}
	shown.Version = s.configVersion
	for _, r := range s.rules {
		shown.Config.Ingress = append(shown.Config.Ingress, r.view())
	}
	global := defaultConnectTimeout
	if given := s.options.File.OriginRequest.ConnectTimeout; given != nil {
		global = time.Duration(*given)
	}
	shown.Config.OriginRequest = viewOrigin(global, "")
	encoded, _ := json.Marshal(shown)
	return string(encoded)
}

func (s *Status) diagnosis() string {
	type connection struct {
		IsConnected bool   `json:"isConnected,omitempty"`
		Protocol    int    `json:"protocol,omitempty"` // 1 is quic
		EdgeAddress string `json:"edgeAddress,omitempty"`
	}
	shown := struct {
		TunnelID    string       `json:"tunnelID"`
		ConnectorID string       `json:"connectorID"`
		Connections []connection `json:"connections,omitempty"`
		ICMPSources []string     `json:"icmp_sources,omitempty"`
	}{TunnelID: s.tunnel.ID, ConnectorID: s.connectorID, ICMPSources: s.icmp}
	if s.ready > 0 {
		c := connection{IsConnected: true, EdgeAddress: s.edgeAddress}
		if s.protocol == protocolQUIC {
			c.Protocol = 1
		}
		shown.Connections = append(shown.Connections, c)
	}
	encoded, _ := json.Marshal(shown)
	return string(encoded) + "\n"
}

// icmpSources logs two lines and returns the addresses for /diag/tunnel.
func icmpSources(log *Logger) []string {
	v4, v6, zone := "0.0.0.0", "::", ""
	if conn, err := net.Dial("udp4", "192.168.0.1:53"); err == nil {
		v4, _, _ = net.SplitHostPort(conn.LocalAddr().String())
		conn.Close()
	}
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addresses, _ := i.Addrs()
		own := slices.ContainsFunc(addresses, func(a net.Addr) bool { return strings.HasPrefix(a.String(), v4+"/") })
		for _, a := range addresses {
			if ip, _, err := net.ParseCIDR(a.String()); err == nil && ip.To4() == nil && (own || zone == "") {
				v6, zone = ip.String(), i.Name
				break
			}
		}
		if own && zone == i.Name {
			break
		}
	}
	log.Info(fmt.Sprintf("ICMP proxy will use %s as source for IPv4", v4), nil)
	in := ""
	if zone != "" {
		in = " in zone " + zone
	}
	log.Info(fmt.Sprintf("ICMP proxy will use %s%s as source for IPv6", v6, in), nil)
	return []string{v4, v6}
}

// exposition returns /metrics, limited to the metrics that Sidelink's documents name.
// ha_connections is 1 also without a registration, as in the real program.
func (s *Status) exposition() string {
	var b strings.Builder
	metric := func(name, kind, help, labels string, value int) {
		if !strings.Contains(b.String(), "# TYPE "+name+" ") {
			fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
		}
		fmt.Fprintf(&b, "%s%s %d\n", name, labels, value)
	}
	metric("build_info", "gauge", "Build and version information",
		fmt.Sprintf(`{goversion="%s",revision="",type="",version="%s"}`, runtime.Version(), version), 1)
	metric("cloudflared_orchestration_config_version", "gauge", "Configuration Version", "", max(s.configVersion, 0))
	metric("cloudflared_tunnel_concurrent_requests_per_tunnel", "gauge", "Concurrent requests proxied through each tunnel", "", s.concurrent)
	metric("cloudflared_tunnel_ha_connections", "gauge", "Number of active ha connections", "", 1)
	metric("cloudflared_tunnel_request_errors", "counter", "Count of error proxying to origin", "", s.requestErrors)
	for _, code := range slices.Sorted(maps.Keys(s.byCode)) {
		metric("cloudflared_tunnel_response_by_code", "counter", "Count of responses by HTTP status code",
			fmt.Sprintf(`{status_code="%d"}`, code), s.byCode[code])
	}
	if s.registerOK > 0 {
		metric("cloudflared_tunnel_server_locations", "gauge", "Where each tunnel is connected to. 1 means current location, 0 means previous locations.",
			fmt.Sprintf(`{connection_id="0",edge_location="%s"}`, s.location), 1)
	}
	metric("cloudflared_tunnel_total_requests", "counter", "Amount of requests proxied through all the tunnels", "", s.requests)
	if s.registerFailed > 0 {
		metric("cloudflared_tunnel_tunnel_register_fail", "counter", "Count of tunnel registration errors by type", `{error="server_error",rpcName="registerConnection"}`, s.registerFailed)
	}
	if s.registerOK > 0 {
		metric("cloudflared_tunnel_tunnel_register_success", "counter", "Count of successful tunnel registrations", `{rpcName="registerConnection"}`, s.registerOK)
	}
	if s.tunnel.Hostname != "" {
		metric("cloudflared_tunnel_user_hostnames_counts", "counter", "Which user hostnames cloudflared is serving", fmt.Sprintf(`{userHostname="https://%s"}`, s.tunnel.Hostname), 1)
	}
	metric("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", "", residentBytes())
	return b.String()
}

func residentBytes() int {
	var size, resident int
	text, _ := os.ReadFile("/proc/self/statm")
	fmt.Sscan(string(text), &size, &resident)
	return resident * os.Getpagesize()
}
