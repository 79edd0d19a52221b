package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func (n *testNet) address(name string) string {
	n.t.Helper()
	m, answered := n.exchange("udp", question(name, dnsmessage.TypeA, true))
	switch {
	case !answered:
		return "silence"
	case m.RCode != dnsmessage.RCodeSuccess || len(m.Answers) == 0:
		return m.RCode.String()
	}
	return presentation(m.Answers[0].Body)
}

func (n *testNet) named() *process {
	return n.cloudflared([]string{"run"}, "TUNNEL_TOKEN="+n.World.named.token())
}

func TestTheNamedTunnelsNameExistsBeforeItsConnector(t *testing.T) {
	n := startInternet(t)
	n.set(`{"namedService":"` + newOrigin(t).URL + `"}`)
	if got := n.address("radio.example.org"); got != "127.0.0.1" {
		t.Errorf("DNS: %s", got)
	}
	if resp, body := n.get("https://radio.example.org/teapot"); resp.StatusCode != 530 || !strings.Contains(body, "1033") {
		t.Errorf("%s %s", resp.Status, body)
	}
	p := n.named()
	p.eventually("configured", 3*time.Second, func() bool {
		_, body := p.ask("/config")
		return strings.Contains(body, `"hostname":"radio.example.org"`)
	})
	if resp, _ := n.get("https://radio.example.org/teapot"); resp.StatusCode != 418 {
		t.Errorf("%s", resp.Status)
	}
	n.set(`{"namedHostnames":["tv.example.org","sidelink.example.net"]}`)
	p.eventually("renamed", 2*time.Second, func() bool {
		_, body := p.ask("/config")
		return strings.Contains(body, "tv.example.org") && !strings.Contains(body, "radio.example.org")
	})
	if resp, _ := n.get("https://sidelink.example.net/teapot"); resp.StatusCode != 418 {
		t.Errorf("%s", resp.Status)
	}
	if got := n.address("radio.example.org"); got != dnsmessage.RCodeNameError.String() {
		t.Errorf("the old name: %s", got)
	}
}

func TestARevokedTokenEndsTheTunnel(t *testing.T) {
	n := startInternet(t)
	p := n.named()
	p.eventually("ready", 3*time.Second, p.isReady)
	n.set(`{"namedRevoked":true}`)
	p.eventually("cut off", 2*time.Second, func() bool { return !p.isReady() })
	p.eventually("refused again", 10*time.Second, func() bool {
		return len(n.World.Events("registration")) > 1 && n.World.Events("registration")[1].Answer == "Unauthorized: Tunnel not found"
	})
	n.control("POST", "/reset", "")
	p.eventually("ready again", 15*time.Second, p.isReady)
}

func TestDNSFails(t *testing.T) {
	n := startInternet(t)
	for _, row := range [][2]string{{"silent", "silence"}, {"servfail", dnsmessage.RCodeServerFailure.String()}, {"", "198.51.100.80"}} {
		n.set(`{"dns":"` + row[0] + `"}`)
		if got := n.address("home.example.org"); got != row[1] {
			t.Errorf("%q: %s", row[0], got)
		}
	}
	n.set(`{"records":{"home.example.org":"none"}}`)
	n.control("DELETE", "/resolvers/system/names/home.example.org", "")
	if got := n.address("home.example.org"); got != dnsmessage.RCodeNameError.String() {
		t.Errorf("a domain without a record: %s", got)
	}
}

func TestASlowEdge(t *testing.T) {
	n, _, url := tunnel(t, "auto", newOrigin(t).URL)
	n.set(`{"visitorDelayMs":400}`)
	began := time.Now()
	if resp, _ := n.get(url + "/teapot"); resp.StatusCode != 418 || time.Since(began) < 400*time.Millisecond {
		t.Errorf("%s after %s", resp.Status, time.Since(began))
	}
}

func TestGenericHTTPSProxy(t *testing.T) {
	origin, _ := url.Parse(newOrigin(t).URL)
	nowhere, _ := url.Parse("http://127.0.0.1:1")
	n := startInternetWith(t, forwardFlags{publicURLName: origin, acmeName: nowhere})
	if resp, _ := n.get("https://my.example.net/teapot"); resp.StatusCode != 418 || resp.Header.Get("Cf-Ray") != "" {
		t.Errorf("%s", resp.Status)
	}
	if _, _, resp := upgrade(n, "https://my.example.net/ws?token=x"); resp.StatusCode != 101 {
		t.Errorf("upgrade: %s", resp.Status)
	}
	if resp, _ := n.get("https://acme.example.net/dir"); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("without an upstream: %s", resp.Status)
	}
	n.set(`{"acme":"429"}`)
	resp, err := n.visitor().Post("https://acme.example.net"+newOrder, "application/jose+json", nil)
	if err != nil || resp.StatusCode != 429 || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%v %v", resp, err)
	}
}

// The secret files of the stand-ins hold the tokens that this internet accepts.
func TestTokensMatchTheSecretFiles(t *testing.T) {
	n := startInternet(t)
	if text, err := os.ReadFile("../cloudflared/named_token"); err != nil || strings.TrimSpace(string(text)) != n.World.named.token() {
		t.Errorf("%v: want %s", err, n.World.named.token())
	}
	if text, err := os.ReadFile("../ngrok/authtoken"); err != nil || !authtokenForm.Match(bytes.TrimSpace(text)) {
		t.Errorf("%v %s", err, text)
	}
}
