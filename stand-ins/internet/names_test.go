package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// lookup queries port 53 as a container does.
func (n *testNet) lookup(network, name string) ([]string, error) {
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, n.DNS.String())
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	return r.LookupHost(ctx, name+".")
}

// ask queries DNS over HTTPS in JSON.
func (n *testNet) ask(url string) (status int, data string) {
	n.t.Helper()
	resp, body := n.get(url)
	var answer struct {
		Status int
		Answer []struct{ Data string }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		n.t.Fatalf("%s: %s %s", url, resp.Status, body)
	}
	if len(answer.Answer) > 0 {
		data = answer.Answer[0].Data
	}
	return answer.Status, data
}

func TestRecordAppearsAfterRegistrationAndEarlyQueriesAreCached(t *testing.T) {
	n := startInternet(t)
	n.set(`{"publicationDelayMs":600,"negativeTtlSeconds":1}`)
	p := n.cloudflared([]string{"--url", "http://127.0.0.1:1"})
	host := p.hostname()
	early := "https://cloudflare-dns.com/dns-query?type=A&name=" + host
	late := "https://dns.google/resolve?type=A&name=" + host
	if status, _ := n.ask(early); status != 3 {
		t.Errorf("before publication: %d", status)
	}
	time.Sleep(700 * time.Millisecond)
	if status, data := n.ask(late); status != 0 || data != "127.0.0.1" {
		t.Errorf("a resolver without an early query: %d %s", status, data)
	}
	if status, _ := n.ask(early); status != 3 {
		t.Errorf("a resolver with an early query has no cached answer: %d", status)
	}
	time.Sleep(500 * time.Millisecond)
	if status, _ := n.ask(early); status != 0 {
		t.Errorf("after the SOA's time: %d", status)
	}
	var log []Event
	json.NewDecoder(n.control("GET", "/log?kind=dns", "").Body).Decode(&log)
	if len(log) != 4 || log[0].Name != host || log[0].Via != "cloudflare-dns.com" || log[0].Answer != "NXDOMAIN" ||
		log[2].Answer != "NXDOMAIN (cached)" {
		t.Errorf("log: %+v", log)
	}
}

func TestNameserver(t *testing.T) {
	n := startInternet(t)
	n.set(`{"records":{"relay.test":"198.51.100.60"}}`)
	for _, network := range []string{"udp", "tcp"} {
		for name, want := range map[string]string{"api.trycloudflare.com": "127.0.0.1", "region1.v2.argotunnel.com": "127.0.0.1",
			"dns.google": "127.0.0.1", "relay.test": "198.51.100.60"} {
			if got, err := n.lookup(network, name); err != nil || got[0] != want {
				t.Errorf("%s over %s: %v %v", name, network, got, err)
			}
		}
		if _, err := n.lookup(network, "missing.trycloudflare.com"); err == nil || !strings.Contains(err.Error(), "no such host") {
			t.Errorf("%v", err)
		}
	}
}

func TestWireFormatOverHTTPS(t *testing.T) {
	n := startInternet(t)
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{RecursionDesired: true})
	b.StartQuestions()
	b.Question(dnsmessage.Question{Name: dnsmessage.MustNewName("missing.trycloudflare.com."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET})
	query, _ := b.Finish()
	for _, host := range []string{"cloudflare-dns.com", "dns.google"} {
		resp, err := n.visitor().Post("https://"+host+"/dns-query", "application/dns-message", bytes.NewReader(query))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		var m dnsmessage.Message
		if err := m.Unpack(body); err != nil || m.RCode != dnsmessage.RCodeNameError {
			t.Fatalf("%s: %v %v", host, m, err)
		}
		soa, ok := m.Authorities[0].Body.(*dnsmessage.SOAResource)
		if !ok || soa.MinTTL != 1800 || m.Authorities[0].Header.Name.String() != "trycloudflare.com." {
			t.Errorf("%s: %v", host, m.Authorities)
		}
	}
	if resp, _ := n.get("https://dns.google/dns-query?name=x.example"); resp.StatusCode != 400 {
		t.Errorf("Google has JSON on /resolve only, got %s", resp.Status)
	}
}

func TestBlockedResolver(t *testing.T) {
	n := startInternet(t)
	n.set(`{"doh":{"dns.google":"close","cloudflare-dns.com":"hang"}}`)
	if _, err := n.visitor().Get("https://dns.google/resolve?name=x"); err == nil {
		t.Error("closed resolver answers")
	}
	impatient := n.visitor()
	impatient.Timeout = 300 * time.Millisecond
	if _, err := impatient.Get("https://cloudflare-dns.com/dns-query?name=x"); err == nil {
		t.Error("hanging resolver answers")
	}
}

func TestControl(t *testing.T) {
	n := startInternet(t)
	if resp := n.control("PATCH", "/switches", `{"noSuchSwitch":1}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown switch: %s", resp.Status)
	}
	n.set(`{"quickAnswer":"429"}`)
	n.control("POST", "/reset", "")
	if s := n.World.Switches(); s.QuickAnswer != "" || s.InFlightLimit != 200 {
		t.Errorf("after reset: %+v", s)
	}
	if resp := n.control("POST", "/tunnels/missing/drop", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown tunnel: %s", resp.Status)
	}
}
