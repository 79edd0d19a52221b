package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// program and agent are the other stand-ins, cloudflared and ngrok, built once, so that tests run
// both sides.
var program, agent string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "stand-in")
	if err != nil {
		panic(err)
	}
	program, agent = filepath.Join(folder, "cloudflared"), filepath.Join(folder, "ngrok")
	if out, err := exec.Command("go", "build", "-o", folder, "../cloudflared", "../ngrok").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// testNet is an internet on loopback.
type testNet struct {
	*Internet
	t  *testing.T
	ca string
}

func startInternet(t *testing.T) *testNet {
	t.Helper()
	return startInternetWith(t, nil)
}

func startInternetWith(t *testing.T, forwards forwardFlags) *testNet {
	t.Helper()
	folder := t.TempDir()
	i, err := Start(netip.MustParseAddr("127.0.0.1"), addresses{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}, folder, t.TempDir(), forwards)
	if err != nil {
		t.Fatal(err)
	}
	n := &testNet{i, t, filepath.Join(folder, "ca.pem")}
	n.set(`{"publicationDelayMs":0}`)
	return n
}

func (n *testNet) set(switches string) {
	n.t.Helper()
	req, _ := http.NewRequest("PATCH", "http://"+n.Control.String()+"/switches", strings.NewReader(switches))
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		n.t.Fatalf("switches %s: %v %v", switches, resp, err)
	}
	resp.Body.Close()
}

func (n *testNet) control(method, path, body string) *http.Response {
	n.t.Helper()
	req, _ := http.NewRequest(method, "http://"+n.Control.String()+path, strings.NewReader(body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (n *testNet) tls(sni string) *tls.Config {
	pem, _ := os.ReadFile(n.ca)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: sni}
}

// visitor returns a client that reaches every name at the edge's address.
func (n *testNet) visitor() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", n.HTTPS.String())
	}
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: dial,
		TLSClientConfig: n.tls(""), ForceAttemptHTTP2: true, DisableCompression: true}}
}

func (n *testNet) get(url string) (*http.Response, string) {
	n.t.Helper()
	resp, err := n.visitor().Get(url)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

// process is a running stand-in for cloudflared or for ngrok's agent.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	log     *buffer
	metrics string
	exited  chan int
}

func (n *testNet) cloudflared(args []string, env ...string) *process {
	n.t.Helper()
	metrics := freeAddress(n.t)
	args = append([]string{"--no-autoupdate", "tunnel", "--quick-service", "https://" + n.HTTPS.String(), "--edge", n.Edge.String()}, args...)
	return n.start(program, metrics, args, append([]string{"SSL_CERT_FILE=" + n.ca, "TUNNEL_METRICS=" + metrics, "HOME=/nonexistent",
		"TUNNEL_TRANSPORT_PROTOCOL=auto", "TUNNEL_RETRIES=1"}, env...))
}

// start runs a program with its server at an address. Its log is on stderr, ngrok's also on stdout.
func (n *testNet) start(program, server string, args, env []string) *process {
	n.t.Helper()
	p := &process{t: n.t, log: &buffer{}, metrics: server, exited: make(chan int, 1)}
	p.cmd = exec.Command(program, args...)
	p.cmd.Env, p.cmd.Stderr = env, p.log
	if program == agent {
		p.cmd.Stdout = p.log
	}
	if err := p.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		p.exited <- p.cmd.ProcessState.ExitCode()
	}()
	n.t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// ask gets a path of the metrics server; status 0 if the port is closed.
func (p *process) ask(path string) (int, string) {
	resp, err := http.Get("http://" + p.metrics + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// hostname waits for /ready and returns the name.
func (p *process) hostname() string {
	p.t.Helper()
	p.eventually("ready", 5*time.Second, func() bool { status, _ := p.ask("/ready"); return status == 200 })
	_, body := p.ask("/quicktunnel")
	var answer struct{ Hostname string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		p.t.Fatal(err)
	}
	return answer.Hostname
}

func (p *process) eventually(what string, limit time.Duration, done func() bool) time.Duration {
	p.t.Helper()
	began := time.Now()
	for !done() {
		if time.Since(began) > limit {
			p.t.Fatalf("not %s after %s; log:\n%s", what, limit, p.log)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(began)
}

func (p *process) exit(limit time.Duration) int {
	p.t.Helper()
	select {
	case code := <-p.exited:
		return code
	case <-time.After(limit):
		p.t.Fatalf("still running after %s; log:\n%s", limit, p.log)
		return -1
	}
}

func (p *process) logs(pattern string) bool {
	return regexp.MustCompile(pattern).MatchString(p.log.String())
}

// buffer is written by the process while a test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// tunnel starts an internet and a ready tunnel to an origin.
func tunnel(t *testing.T, protocol string, origin string) (*testNet, *process, string) {
	n := startInternet(t)
	p := n.cloudflared([]string{"--url", origin}, "TUNNEL_TRANSPORT_PROTOCOL="+protocol)
	return n, p, fmt.Sprintf("https://%s", p.hostname())
}

// freeAddress returns a free port on loopback.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
