package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// accepting requests a page with an Accept header.
func (n *testNet) accepting(url, accept string) (*http.Response, string) {
	n.t.Helper()
	req, _ := http.NewRequest("GET", url, nil)
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := n.visitor().Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func TestCaptivePortalAnswersEverything(t *testing.T) {
	n, _, url := tunnel(t, "auto", newOrigin(t).URL)
	n.set(`{"captivePortal":{"status":511,"headers":{"Content-Type":"text/html"},"body":"<title>Sign in to Wi-Fi</title>"}}`)
	for _, address := range []string{url + "/teapot", url + tracePath, "https://cloudflare-dns.com/dns-query?name=x", "https://dns.google/resolve?name=x",
		"https://api.trycloudflare.com/tunnel", "https://anything.example/"} {
		if resp, body := n.get(address); resp.StatusCode != 511 || !strings.Contains(body, "Sign in") {
			t.Errorf("%s: %s %s", address, resp.Status, body)
		}
	}
	if resp, err := n.visitor().Post("https://api.trycloudflare.com/tunnel", "application/json", nil); err != nil || resp.StatusCode != 511 {
		t.Errorf("the quick service: %v %v", resp, err)
	}
	n.set(`{"captivePortal":null,"filter":{"status":403,"body":"blocked"}}`)
	if resp, _ := n.get("https://cloudflare-dns.com/dns-query?name=dns.google"); resp.StatusCode != 200 {
		t.Errorf("the filter answered for a resolver: %s", resp.Status)
	}
	if resp, _ := n.get(url + tracePath); resp.StatusCode != 403 {
		t.Errorf("the filter did not answer the trace: %s", resp.Status)
	}
}

func TestTraceAnswersFromTheEdgeAlone(t *testing.T) {
	n := startInternet(t)
	n.publish("t.trycloudflare.com")
	n.control("PUT", "/tunnels/t.trycloudflare.com/takeover", `{"body":"mine now"}`)
	for _, switches := range []string{`{}`, `{"visitors":"hang"}`, `{"visitors":"close"}`, `{"visitors":"","rateLimited":true}`} {
		n.set(switches)
		for _, host := range []string{"t.trycloudflare.com", "api.trycloudflare.com", "trycloudflare.com", "cloudflare-dns.com", "missing.trycloudflare.com"} {
			if resp, body := n.get("https://" + host + tracePath); resp.StatusCode != 200 || !strings.Contains(body, "h="+host+"\n") || !strings.Contains(body, "http=http/2\n") {
				t.Errorf("%s, %s: %s %s", switches, host, resp.Status, body)
			}
		}
	}
}

func TestEdgeReachesTheConnectorLater(t *testing.T) {
	n := startInternet(t)
	n.set(`{"edgeDelayMs":700}`)
	p := n.cloudflared([]string{"--url", newOrigin(t).URL})
	url := "https://" + p.hostname() + "/teapot"
	if resp, body := n.get(url); resp.StatusCode != 530 || body != "error code: 1033" {
		t.Errorf("before: %s %s", resp.Status, body)
	}
	var listed []struct {
		Connectors []struct{ Since, Reachable time.Time }
	}
	json.NewDecoder(n.control("GET", "/tunnels", "").Body).Decode(&listed)
	if c := listed[0].Connectors[0]; c.Reachable.Sub(c.Since) != 700*time.Millisecond {
		t.Errorf("%+v", c)
	}
	p.eventually("reachable", 2*time.Second, func() bool { resp, _ := n.get(url); return resp.StatusCode == 418 })
}

func TestVisitorsAreRefused(t *testing.T) {
	n, _, url := tunnel(t, "auto", newOrigin(t).URL)
	impatient := n.visitor()
	impatient.Timeout = 300 * time.Millisecond
	n.set(`{"visitors":"hang"}`)
	if _, err := impatient.Get(url + "/teapot"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
	n.set(`{"visitors":""}`)
	standing := n.visitor()
	if resp, err := standing.Get(url + "/teapot"); err != nil || resp.StatusCode != 418 {
		t.Fatalf("%v %v", resp, err)
	}
	n.set(`{"visitors":"close"}`)
	if _, err := standing.Get(url + "/teapot"); err == nil || strings.Contains(err.Error(), "stream error") {
		t.Errorf("close: only the stream ended, not the connection: %v", err)
	}
	n.set(`{"visitors":"refuse-websockets"}`)
	if _, _, resp := upgrade(n, url+"/ws?token=x"); resp.StatusCode != 403 || resp.Header.Get("Server") != "cloudflare" {
		t.Errorf("refuse-websockets: %s", resp.Status)
	}
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 {
		t.Errorf("refuse-websockets, a plain request: %s", resp.Status)
	}
	n.set(`{"visitors":"","rateLimited":true}`)
	if resp, body := n.get(url + "/teapot"); resp.StatusCode != 429 || body != "error code: 1015" || resp.Header.Get("Retry-After") != "30" {
		t.Errorf("rateLimited: %s %s", resp.Status, body)
	}
	n.set(`{"rateLimited":false}`)
	if _, _, resp := upgrade(n, url+"/ws?token=x"); resp.StatusCode != 101 {
		t.Errorf("afterwards: %s", resp.Status)
	}
}

func TestErrorPagesInEveryForm(t *testing.T) {
	n := startInternet(t)
	const host = "gone.trycloudflare.com"
	n.publish(host)
	for accept, want := range map[string]string{
		"":                                    "text/plain; charset=UTF-8|error code: 1033",
		"*/*":                                 "text/plain; charset=UTF-8|error code: 1033",
		"text/html,application/xml;q=0.9":     "text/html; charset=UTF-8|<title>Cloudflare Tunnel error | " + host + " | Cloudflare</title>",
		"application/json":                    `application/json; charset=utf-8|"error_code":1033`,
		"text/markdown;q=0.5, text/html;q=.4": "text/markdown; charset=utf-8|# Error 1033: Cloudflare Tunnel error",
	} {
		resp, body := n.accepting("https://"+host+"/", accept)
		kind, text, _ := strings.Cut(want, "|")
		if resp.StatusCode != 530 || resp.Header.Get("Content-Type") != kind || !strings.Contains(body, text) ||
			resp.Header.Get("Retry-After") != "120" || resp.Header.Get("Server") != "cloudflare" || resp.Header.Get("Cf-Error-Type") != "" {
			t.Errorf("%q: %s %v\n%s", accept, resp.Status, resp.Header, body)
		}
	}
	resp, body := n.accepting("https://never.trycloudflare.com/", "text/html")
	if resp.Header.Get("Cf-Error-Type") != "1016" || resp.Header.Get("Retry-After") != "" || !strings.Contains(body, "<title>Origin DNS error | never.") {
		t.Errorf("1016: %v\n%s", resp.Header, body)
	}
	n.set(`{"rateLimited":true,"errorPages":"html"}`)
	if _, body := n.get("https://" + host + "/"); !strings.Contains(body, "<title>Access denied | "+host+" used Cloudflare to restrict access</title>") {
		t.Errorf("1015: %s", body)
	}
}

func TestBadGatewayPageNamesTheZone(t *testing.T) {
	n, _, url := tunnel(t, "auto", "http://127.0.0.1:1")
	resp, body := n.accepting(url, "text/html")
	if resp.StatusCode != 502 || !strings.Contains(body, "<title>trycloudflare.com | 502: Bad gateway</title>") ||
		!strings.Contains(body, `<span class="code-label">Error code 502</span>`) || resp.Header.Get("Retry-After") != "60" {
		t.Errorf("%v\n%s", resp, body)
	}
}

func TestEdgeRefusesConnections(t *testing.T) {
	n, p, url := tunnel(t, "auto", newOrigin(t).URL)
	n.set(`{"edgeRefuse":true}`)
	if _, err := net.Dial("tcp", n.Edge.String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new connection: %v", err)
	}
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 || !p.isReady() {
		t.Errorf("the existing connection: %s", resp.Status)
	}
	n.set(`{"edgeRefuse":false}`)
	conn, err := net.Dial("tcp", n.Edge.String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	n.set(`{"edgeRefuse":true}`)
	n.control("POST", "/reset", "")
	if _, err := net.Dial("tcp", n.Edge.String()); err != nil {
		t.Errorf("after a reset: %v", err)
	}
}
