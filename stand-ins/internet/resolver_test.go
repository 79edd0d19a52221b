package main

import (
	"encoding/json"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestResolverCaches(t *testing.T) {
	n := startInternet(t)
	n.publish("a.trycloudflare.com")
	at := func(host string) string {
		status, data := n.ask("https://" + host + "type=A&name=a.trycloudflare.com")
		if status == 3 {
			return "NXDOMAIN"
		}
		return data
	}
	expect := func(cloudflare, google string) {
		t.Helper()
		if c, g := at("cloudflare-dns.com/dns-query?"), at("dns.google/resolve?"); c != cloudflare || g != google {
			t.Errorf("Cloudflare's answer is %s, Google's %s", c, g)
		}
	}
	status := func(method, path, body string, want int) {
		t.Helper()
		if resp := n.control(method, path, body); resp.StatusCode != want {
			t.Errorf("%s %s %s: %s", method, path, body, resp.Status)
		}
	}
	const cloudflare, google = "/resolvers/cloudflare-dns.com/names/a.trycloudflare.com", "/resolvers/dns.google/names/A.trycloudflare.com."
	status("PUT", cloudflare, `{"nxdomainSeconds":1800}`, 204)
	status("PUT", google, `{"address":"198.51.100.66"}`, 204)
	expect("NXDOMAIN", "198.51.100.66")
	var listed map[string]map[string]map[string]any
	json.NewDecoder(n.control("GET", "/resolvers", "").Body).Decode(&listed)
	if len(listed["system"]) != 0 || listed["cloudflare-dns.com"]["a.trycloudflare.com"]["nxdomainSeconds"] != 1800.0 ||
		listed["dns.google"]["a.trycloudflare.com"]["address"] != "198.51.100.66" {
		t.Errorf("list: %v", listed)
	}
	status("DELETE", cloudflare, "", 204)
	expect("127.0.0.1", "198.51.100.66")
	status("DELETE", google, "", 204)
	expect("127.0.0.1", "127.0.0.1")
	status("PUT", "/resolvers/unknown/names/x", `{"address":"198.51.100.66"}`, 404)
	for _, wrong := range []string{`{}`, `{"address":"nowhere"}`, `{"nxdomainSeconds":5,"address":"198.51.100.66"}`, `{"nxdomainSeconds":-1}`, `{"nxdomainSeconds":5,"nxDomain":1}`} {
		status("PUT", cloudflare, wrong, 400)
	}
}

func TestTTLOfACachedNXDOMAINCountsDown(t *testing.T) {
	n := startInternet(t)
	n.control("PUT", "/resolvers/system/names/b.trycloudflare.com", `{"nxdomainSeconds":30}`)
	m, _ := n.exchange("udp", question("b.trycloudflare.com", dnsmessage.TypeA, true))
	if left := m.Authorities[0].Header.TTL; left > 30 || left < 28 || m.Authorities[0].Body.(*dnsmessage.SOAResource).MinTTL != 1800 {
		t.Errorf("%v", m.GoString())
	}
}
