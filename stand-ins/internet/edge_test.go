package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"
)

func (p *process) isReady() bool {
	status, _ := p.ask("/ready")
	return status == 200
}

func TestCutConnectionUnderQUIC(t *testing.T) {
	n, p, url := tunnel(t, "auto", newOrigin(t).URL)
	n.control("POST", "/tunnels/"+strings.TrimPrefix(url, "https://")+"/drop", "")
	p.eventually("unready", time.Second, func() bool { return !p.isReady() })
	again := p.eventually("ready again", 4*time.Second, p.isReady)
	t.Logf("back after %s", again)
	if "https://"+p.hostname() != url {
		t.Error("the hostname changed")
	}
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 {
		t.Errorf("after the reconnect: %s", resp.Status)
	}
	if !p.logs(`INF Retrying connection in up to 1s`) {
		t.Errorf("log:\n%s", p.log)
	}
}

func TestCutConnectionUnderHTTP2(t *testing.T) {
	n, p, url := tunnel(t, "http2", newOrigin(t).URL)
	n.control("POST", "/tunnels/"+strings.TrimPrefix(url, "https://")+"/drop", "")
	p.eventually("unready", time.Second, func() bool { return !p.isReady() })
	p.eventually("logged", 4*time.Second, func() bool { return p.logs(`ERR Connection terminated`) })
	if !p.logs(`INF Lost connection with the edge connIndex=0\n.* WRN Serve tunnel error error="connection with edge closed"`) ||
		!p.logs(`ERR failed to serve incoming request error="Error shutting down control stream: client disconnected"`) {
		t.Errorf("log:\n%s", p.log)
	}
	if !testing.Short() {
		p.eventually("ready again", 25*time.Second, p.isReady)
	}
}

func TestSilentEdgeUnderQUIC(t *testing.T) {
	n, p, url := tunnel(t, "auto", newOrigin(t).URL)
	n.set(`{"edgeSilent":true}`)
	noticed := p.eventually("unready", 8*time.Second, func() bool { return !p.isReady() })
	if noticed < 4*time.Second {
		t.Errorf("noticed after %s", noticed)
	}
	n.set(`{"edgeSilent":false}`)
	p.eventually("ready again", 10*time.Second, p.isReady)
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 {
		t.Errorf("after the silence: %s", resp.Status)
	}
}

func TestShortSilenceUnderHTTP2LosesNothing(t *testing.T) {
	n, p, url := tunnel(t, "http2", newOrigin(t).URL)
	n.set(`{"edgeSilent":true}`)
	time.AfterFunc(time.Second, func() { n.set(`{"edgeSilent":false}`) })
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 || !p.isReady() {
		t.Errorf("%s, log:\n%s", resp.Status, p.log)
	}
}

func TestFirstRegistrationRefused(t *testing.T) {
	n := startInternet(t)
	for _, row := range []struct {
		answer, protocol string
		lives            bool
	}{
		{"unauthorized", "http2", true}, {"unauthorized", "quic", true}, {"unauthorized", "auto", true},
		{"error", "http2", false}, {"error", "quic", true}, {"hang", "http2", false},
		{"error", "auto", false}, // with one retry: changes to http2, where an error ends it
	} {
		t.Run(row.answer+"-"+row.protocol, func(t *testing.T) {
			n.set(`{"registrationAnswer":"` + row.answer + `"}`)
			p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"}, "TUNNEL_TRANSPORT_PROTOCOL="+row.protocol)
			if !row.lives {
				if code := p.exit(8 * time.Second); code != 1 || !p.logs("initial tunnel connection failed") {
					t.Errorf("exit %d, log:\n%s", code, p.log)
				}
				return
			}
			p.eventually("refused", 2*time.Second, func() bool { return p.logs("Retrying connection in up to") })
			if status, _ := p.ask("/ready"); status != 503 {
				t.Errorf("/ready %d", status)
			}
			if row.protocol == "quic" && (p.logs("Unauthorized|refused") || !p.logs(`ERR Serve tunnel error error="control stream encountered a failure while serving"`)) {
				t.Errorf("under quic the log must not have the reason, log:\n%s", p.log)
			}
			n.set(`{"registrationAnswer":""}`)
			p.eventually("ready", 6*time.Second, p.isReady)
		})
	}
}

func TestUDPBlocked(t *testing.T) {
	if testing.Short() {
		t.Skip("12 s")
	}
	n := startInternet(t)
	n.set(`{"udpBlocked":true}`)
	folder := t.TempDir()
	config := folder + "/config.yml"
	writeFile(t, config, "url: http://127.0.0.1:1\nmax-edge-addr-retries: 1\n")
	p := n.cloudflared([]string{"--config", config})
	took := p.eventually("ready", 16*time.Second, p.isReady)
	if took < 10*time.Second || !p.logs("INF Switching to fallback protocol http2") ||
		!p.logs(`ERR Failed to dial a quic connection error="failed to dial to edge with quic: timeout: no recent network activity"`) {
		t.Errorf("after %s, log:\n%s", took, p.log)
	}
}

func TestStopWithOpenStream(t *testing.T) {
	n := startInternet(t)
	for _, protocol := range []string{"auto", "http2"} {
		p := n.cloudflared([]string{"--url", newOrigin(t).URL}, "TUNNEL_TRANSPORT_PROTOCOL="+protocol, "TUNNEL_GRACE_PERIOD=1s")
		if _, err := n.visitor().Get("https://" + p.hostname() + "/hold"); err != nil {
			t.Fatal(err)
		}
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.eventually("unready", time.Second, func() bool { return !p.isReady() })
		if code := p.exit(2 * time.Second); code != 0 {
			t.Errorf("%s: exit %d", protocol, code)
		}
	}
}

// Under http2 the stop waits for a WebSocket beyond the grace period, until a second signal.
func TestStopWithOpenWebSocket(t *testing.T) {
	n := startInternet(t)
	for protocol, cut := range map[string]bool{"auto": true, "http2": false} {
		p := n.cloudflared([]string{"--url", newOrigin(t).URL}, "TUNNEL_TRANSPORT_PROTOCOL="+protocol, "TUNNEL_GRACE_PERIOD=1s")
		upgrade(n, "https://"+p.hostname()+"/ws?token=x")
		p.cmd.Process.Signal(syscall.SIGTERM)
		if cut {
			if code := p.exit(2 * time.Second); code != 0 {
				t.Errorf("%s: exit %d", protocol, code)
			}
			continue
		}
		select {
		case <-p.exited:
			t.Errorf("%s: did not wait for the WebSocket", protocol)
		case <-time.After(2 * time.Second):
			p.cmd.Process.Signal(syscall.SIGTERM)
			if code := p.exit(time.Second); code != -1 { // 143 in a shell
				t.Errorf("second signal: exit %d", code)
			}
		}
	}
}

// A stop before the first registration is immediate; one during the long wait under http2 is not.
func TestStopWithoutConnection(t *testing.T) {
	n := startInternet(t)
	n.set(`{"edgeRefuse":true}`)
	p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"}, "TUNNEL_TRANSPORT_PROTOCOL=http2")
	p.eventually("refused", 2*time.Second, func() bool { return p.logs("Retrying connection") })
	p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(time.Second); code != 0 || p.logs("no more connections active") {
		t.Errorf("exit %d, log:\n%s", code, p.log)
	}
	n.set(`{"edgeRefuse":false}`)
	p = n.cloudflared([]string{"--url", "http://127.0.0.1:1"}, "TUNNEL_TRANSPORT_PROTOCOL=http2", "TUNNEL_GRACE_PERIOD=1s")
	host := p.hostname()
	n.set(`{"edgeRefuse":true}`)
	n.control("POST", "/tunnels/"+host+"/drop", "")
	p.eventually("lost", 4*time.Second, func() bool { return p.logs("ERR Connection terminated") })
	p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(2 * time.Second); code != 0 {
		t.Errorf("exit %d, log:\n%s", code, p.log)
	}
}

func TestIngressRulesOnAQuickTunnel(t *testing.T) {
	n := startInternet(t)
	config := t.TempDir() + "/config.yml"
	writeFile(t, config, "url: http://ignored.invalid\ningress:\n  - path: ^/teapot(/|$)\n    service: "+newOrigin(t).URL+
		"\n  - service: http_status:404\n")
	p := n.cloudflared([]string{"--config", config})
	url := "https://" + p.hostname()
	for path, want := range map[string]int{"/teapot": 418, "/%74eapot": 418, "/teapots": 404, "/x": 404} {
		if resp, _ := n.get(url + path); resp.StatusCode != want {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestNamedTunnelGetsItsHostnameFromTheEdge(t *testing.T) {
	n := startInternet(t)
	var made struct{ Token string }
	config := `{"hostname":"radio.example.com","config":{"ingress":[{"hostname":"radio.example.com","service":"` + newOrigin(t).URL + `"},{"service":"http_status:404"}]}}`
	json.NewDecoder(n.control("POST", "/tunnels", config).Body).Decode(&made)
	text, _ := base64.StdEncoding.DecodeString(made.Token)
	forged := strings.Replace(string(text), `"s":"`, `"s":"AAAA`, 1)
	thief := n.cloudflared([]string{"run"}, "TUNNEL_TOKEN="+base64.StdEncoding.EncodeToString([]byte(forged)))
	thief.eventually("refused", 5*time.Second, func() bool { return thief.logs("Unauthorized: Tunnel not found") })
	p := n.cloudflared([]string{"run"}, "TUNNEL_TOKEN="+made.Token)
	if name := p.hostname(); name != "" {
		t.Errorf("/quicktunnel returns %q", name)
	}
	p.eventually("configured", time.Second, func() bool { _, body := p.ask("/config"); return strings.Contains(body, `"version":1`) })
	if resp, _ := n.get("https://radio.example.com/teapot"); resp.StatusCode != 418 {
		t.Errorf("%s", resp.Status)
	}
}
