package main

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// Each failure of the quick service: exit 1, no retry, this last line.
func TestQuickServiceFailures(t *testing.T) {
	n := startInternet(t)
	for answer, want := range map[string]string{
		"429":       `failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value`,
		"500":       `failed to unmarshal quick Tunnel: invalid character '<' looking for beginning of value`,
		"500-empty": `failed to unmarshal quick Tunnel: unexpected end of JSON input`,
		"refused":   `failed to parse quick Tunnel ID: invalid UUID length: 0`,
		"garbage":   `failed to unmarshal quick Tunnel: invalid character`,
		"close":     `failed to request quick Tunnel: Post "https://[^"]+/tunnel": EOF`,
	} {
		t.Run(answer, func(t *testing.T) {
			n.set(`{"quickAnswer":"` + answer + `"}`)
			p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"})
			if code := p.exit(2 * time.Second); code != 1 {
				t.Errorf("exit code %d", code)
			}
			if !p.logs(`(?m)^` + want + `.*\n\z`) {
				t.Errorf("log:\n%s", p.log)
			}
			if answer == "429" && !p.logs(`ERR Error unmarshaling QuickTunnel response: error code: 1015 error="invalid character 'e' looking for beginning of value" status_code="429 Too Many Requests"`) {
				t.Errorf("log:\n%s", p.log)
			}
		})
	}
}

func TestQuickServiceUnreachable(t *testing.T) {
	n := startInternet(t)
	for want, args := range map[string][]string{
		"connection refused": {"--quick-service", "https://127.0.0.1:1", "--url", "http://127.0.0.1:1"},
		"no such host|server misbehaving|Temporary failure": {"--quick-service", "https://unknown.invalid", "--url", "http://127.0.0.1:1"},
	} {
		p := n.cloudflared(args)
		if code := p.exit(8 * time.Second); code != 1 || !p.logs(`(?m)^failed to request quick Tunnel: .*(`+want+`)`) {
			t.Errorf("exit %d, log:\n%s", code, p.log)
		}
	}
	n.set(`{"certificates":{"":"untrusted"}}`)
	p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"})
	if code := p.exit(2 * time.Second); code != 1 || !p.logs("x509: certificate signed by unknown authority") {
		t.Errorf("exit %d, log:\n%s", code, p.log)
	}
}

func TestQuickServiceHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("15 s")
	}
	n := startInternet(t)
	n.set(`{"quickAnswer":"hang"}`)
	patient := n.cloudflared([]string{"--url", "http://127.0.0.1:1"})
	stopped := n.cloudflared([]string{"--url", "http://127.0.0.1:1"})
	time.Sleep(300 * time.Millisecond)
	if status, _ := patient.ask("/quicktunnel"); status != 0 {
		t.Error("the metrics port is open before the quick service answered")
	}
	stopped.cmd.Process.Signal(syscall.SIGTERM)
	if code := stopped.exit(time.Second); code != -1 { // killed by the signal: 143 in a shell
		t.Errorf("exit code %d", code)
	}
	if code := patient.exit(17 * time.Second); code != 1 || !patient.logs(`awaiting.*headers`) {
		t.Errorf("exit %d, log:\n%s", code, patient.log)
	}
}

func TestLogOfAGoodStart(t *testing.T) {
	_, p, url := tunnel(t, "auto", "http://127.0.0.1:1")
	at := 0
	for _, line := range []string{
		"INF Thank you for trying Cloudflare Tunnel.", "INF Requesting new quick Tunnel on trycloudflare.com...",
		"INF +--------------------------------------------------------------------------------------------+",
		"INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |",
		"INF |  " + url, "INF Cannot determine default configuration path.",
		"INF Version 2026.8.2 (Checksum ", "INF GOOS: linux", "INF Settings: map[edge:[127.0.0.1:", "INF Environmental variables map[TUNNEL_METRICS:",
		"INF Generated Connector ID: ", "INF Initial protocol quic", "INF Starting metrics server on 127.0.0.1:",
		"INF Tunnel connection curve preferences: ", "INF Registered tunnel connection connIndex=0 connection=",
	} {
		i := strings.Index(p.log.String()[at:], line)
		if i < 0 {
			t.Fatalf("%q is missing or out of order in:\n%s", line, p.log)
		}
		at += i
	}
}

func TestLogLevelsAndJSON(t *testing.T) {
	n := startInternet(t)
	p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"}, "TUNNEL_LOGLEVEL=fatal")
	p.hostname()
	if p.log.String() != "" {
		t.Errorf("fatal logs:\n%s", p.log)
	}
	p = n.cloudflared([]string{"--url", "http://127.0.0.1:1"}, "TUNNEL_LOG_OUTPUT=json")
	p.hostname()
	if !p.logs(`(?m)^\{"connIndex":0,"connection":"[^"]+","event":0,"ip":"127.0.0.1","level":"info","location":"lhr01","message":"Registered tunnel connection","protocol":"quic","time":"[^"]+"\}$`) {
		t.Errorf("log:\n%s", p.log)
	}
}

func TestMetricsServer(t *testing.T) {
	_, p, url := tunnel(t, "http2", "http://127.0.0.1:1")
	for path, want := range map[string]string{
		"/quicktunnel": `{"hostname":"` + strings.TrimPrefix(url, "https://") + `"}`,
		"/ready":       `{"status":200,"readyConnections":1,"connectorId":"`,
		"/healthcheck": "OK\n",
		"/config":      `"version":-1`,
		"/metrics":     `cloudflared_tunnel_user_hostnames_counts{userHostname="` + url + `"} 1`,
	} {
		if status, body := p.ask(path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestReadyCommand(t *testing.T) {
	n, p, _ := tunnel(t, "auto", "http://127.0.0.1:1")
	yes := n.cloudflared([]string{"--metrics", p.metrics, "ready"})
	no := n.cloudflared([]string{"ready"})
	nowhere := n.cloudflared([]string{"ready"}, "TUNNEL_METRICS=")
	if y, n, w := yes.exit(time.Second), no.exit(time.Second), nowhere.exit(time.Second); y != 0 || n != 1 || w != 1 {
		t.Errorf("exit codes %d %d %d", y, n, w)
	}
	if !nowhere.logs("--metrics has to be provided") {
		t.Errorf("log:\n%s", nowhere.log)
	}
}

func TestStop(t *testing.T) {
	_, p, url := tunnel(t, "auto", "http://127.0.0.1:1")
	p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(time.Second); code != 0 {
		t.Errorf("exit %d of %s, log:\n%s", code, url, p.log)
	}
	if !p.logs("Unregistered tunnel connection") || !p.logs("no more connections active and exiting") {
		t.Errorf("log:\n%s", p.log)
	}
}

func TestBadTokenAndNotQuick(t *testing.T) {
	n := startInternet(t)
	if p := n.cloudflared([]string{"run"}, "TUNNEL_TOKEN=nonsense"); p.exit(time.Second) != 255 || !p.logs("Provided Tunnel token is not valid.") {
		t.Errorf("log:\n%s", p.log)
	}
	if p := n.cloudflared(nil); p.exit(time.Second) != 1 || !p.logs("explicitly pass the --url flag") {
		t.Errorf("log:\n%s", p.log)
	}
	if p := n.cloudflared([]string{"--log-format", "json"}); p.exit(time.Second) != 0 || p.log.String() != "" { // the message is on standard output
		t.Errorf("log:\n%s", p.log)
	}
}
