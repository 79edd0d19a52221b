package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// publish adds a tunnel with a DNS record and without a cloudflared.
func (n *testNet) publish(host string) {
	n.World.AddTunnel(host, nil)
	n.World.With(host, func(t *Tunnel) { now := time.Now(); t.Registered, t.Published = &now, &now })
}

func question(name string, qtype dnsmessage.Type, recursion bool) []byte {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, RecursionDesired: recursion}, Questions: []dnsmessage.Question{{
		Name: dnsmessage.MustNewName(name + "."), Type: qtype, Class: dnsmessage.ClassINET}}}
	query, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return query
}

// exchange queries port 53 once; false if there is no reply.
func (n *testNet) exchange(network string, query []byte) (m dnsmessage.Message, answered bool) {
	n.t.Helper()
	conn, err := net.Dial(network, n.DNS.String())
	if err != nil {
		n.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(500 * time.Millisecond))
	reply := make([]byte, 4096)
	if network == "tcp" {
		query = append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...)
	}
	conn.Write(query)
	size, err := conn.Read(reply)
	if err != nil {
		return m, false
	}
	reply = reply[:size]
	if network == "tcp" {
		reply = reply[2:]
	}
	if err := m.Unpack(reply); err != nil {
		n.t.Fatal(err)
	}
	return m, true
}

// answers returns a message's records as text.
func answers(m dnsmessage.Message) (texts []string) {
	for _, record := range m.Answers {
		texts = append(texts, presentation(record.Body))
	}
	return texts
}

func (n *testNet) dnsLog() (lines []string) {
	for _, e := range n.World.Events("dns") {
		lines = append(lines, strings.Join([]string{e.Via, e.Name, e.Detail, e.Answer}, " "))
	}
	return lines
}

func TestQueriesWithoutRecursionGoToTheAuthority(t *testing.T) {
	n := startInternet(t)
	n.publish("old.trycloudflare.com")
	n.control("PUT", "/resolvers/system/names/old.trycloudflare.com", `{"nxdomainSeconds":60}`)
	for _, network := range []string{"udp", "tcp"} {
		m, _ := n.exchange(network, question("old.trycloudflare.com", dnsmessage.TypeA, false))
		if !m.Authoritative || m.RecursionAvailable || !slices.Equal(answers(m), []string{"127.0.0.1"}) {
			t.Errorf("%s: %v", network, m.GoString())
		}
	}
	if m, _ := n.exchange("udp", question("old.trycloudflare.com", dnsmessage.TypeA, true)); m.RCode != dnsmessage.RCodeNameError || m.Authoritative || !m.RecursionAvailable {
		t.Errorf("with recursion: %v", m.GoString())
	}
	if m, _ := n.exchange("udp", question("new.trycloudflare.com", dnsmessage.TypeA, false)); m.RCode != dnsmessage.RCodeNameError || len(m.Authorities) != 1 {
		t.Errorf("no such name: %v", m.GoString())
	}
	n.publish("new.trycloudflare.com")
	if m, _ := n.exchange("udp", question("new.trycloudflare.com", dnsmessage.TypeA, true)); len(m.Answers) != 1 {
		t.Errorf("the authority's NXDOMAIN was cached: %v", m.GoString())
	}
	if m, _ := n.exchange("udp", question("example.edu", dnsmessage.TypeA, false)); m.RCode != dnsmessage.RCodeRefused {
		t.Errorf("an unknown zone: %v", m.GoString())
	}
	want := []string{"authority old.trycloudflare.com A 127.0.0.1", "authority old.trycloudflare.com A 127.0.0.1",
		"system old.trycloudflare.com A NXDOMAIN (cached)", "authority new.trycloudflare.com A NXDOMAIN",
		"system new.trycloudflare.com A 127.0.0.1", "authority example.edu A REFUSED"}
	if log := n.dnsLog(); !slices.Equal(log, want) {
		t.Errorf("log: %q", log)
	}
}

func TestZoneApexOverEveryTransport(t *testing.T) {
	n := startInternet(t)
	ns := []string{"kevin.ns.cloudflare.com.", "marjory.ns.cloudflare.com."}
	soa := []string{"kevin.ns.cloudflare.com. dns.cloudflare.com. 2414927406 10000 2400 604800 1800"}
	for _, recursion := range []bool{true, false} {
		if m, _ := n.exchange("udp", question("trycloudflare.com", dnsmessage.TypeNS, recursion)); !slices.Equal(answers(m), ns) {
			t.Errorf("NS, recursion %v: %v", recursion, m.GoString())
		}
		if m, _ := n.exchange("udp", question("trycloudflare.com", dnsmessage.TypeSOA, recursion)); !slices.Equal(answers(m), soa) {
			t.Errorf("SOA, recursion %v: %v", recursion, m.GoString())
		}
	}
	for _, name := range ns {
		if m, _ := n.exchange("udp", question(strings.TrimSuffix(name, "."), dnsmessage.TypeA, true)); !slices.Equal(answers(m), []string{"127.0.0.1"}) {
			t.Errorf("%s: %v", name, m.GoString())
		}
	}
	for _, host := range []string{"cloudflare-dns.com", "dns.google"} {
		resp, err := n.visitor().Post("https://"+host+"/dns-query", "application/dns-message", bytes.NewReader(question("trycloudflare.com", dnsmessage.TypeNS, true)))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		var m dnsmessage.Message
		if err := m.Unpack(body); err != nil || !slices.Equal(answers(m), ns) {
			t.Errorf("%s: %v %v", host, m.GoString(), err)
		}
	}
	if _, data := n.ask("https://dns.google/resolve?type=NS&name=trycloudflare.com"); data != ns[0] {
		t.Errorf("JSON: %s", data)
	}
	if _, data := n.ask("https://cloudflare-dns.com/dns-query?type=SOA&name=trycloudflare.com"); data != soa[0] {
		t.Errorf("JSON: %s", data)
	}
	if m, _ := n.exchange("udp", question("api.trycloudflare.com", dnsmessage.TypeNS, true)); len(m.Answers) != 0 || m.RCode != 0 {
		t.Errorf("a name below the apex: %v", m.GoString())
	}
}

func TestARouterThatInterceptsDNS(t *testing.T) {
	n := startInternet(t)
	n.set(`{"interceptDns":true}`)
	early := question("early.trycloudflare.com", dnsmessage.TypeA, false)
	if m, _ := n.exchange("udp", early); m.Authoritative || !m.RecursionAvailable || m.RCode != dnsmessage.RCodeNameError {
		t.Errorf("%v", m.GoString())
	}
	n.publish("early.trycloudflare.com")
	if m, _ := n.exchange("udp", early); m.RCode != dnsmessage.RCodeNameError {
		t.Errorf("the system resolver was not poisoned: %v", m.GoString())
	}
	if log := n.dnsLog(); !strings.HasPrefix(log[0], "system ") {
		t.Errorf("log: %q", log)
	}
}

func TestAnAuthorityThatFails(t *testing.T) {
	n := startInternet(t)
	api := question("api.trycloudflare.com", dnsmessage.TypeA, false)
	n.set(`{"authority":"silent"}`)
	for _, network := range []string{"udp", "tcp"} {
		if m, answered := n.exchange(network, api); answered {
			t.Errorf("%s: %v", network, m.GoString())
		}
	}
	if m, answered := n.exchange("udp", question("api.trycloudflare.com", dnsmessage.TypeA, true)); !answered || len(m.Answers) != 1 {
		t.Error("the switch authority changed the answer to a client")
	}
	n.set(`{"authority":"refused"}`)
	if m, _ := n.exchange("udp", api); m.RCode != dnsmessage.RCodeRefused || m.Authoritative {
		t.Errorf("%v", m.GoString())
	}
	if log := n.dnsLog(); log[0] != "authority api.trycloudflare.com A silent" {
		t.Errorf("log: %q", log)
	}
}

func TestIPv6Only(t *testing.T) {
	n := startInternet(t)
	n.publish("six.trycloudflare.com")
	addresses := func(name string) string {
		var found []string
		for _, qtype := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
			m, _ := n.exchange("udp", question(name, qtype, true))
			found = append(found, answers(m)...)
		}
		return strings.Join(found, " ")
	}
	for mode, want := range map[string][2]string{"": {"127.0.0.1", "127.0.0.1"}, "tunnels": {"2001:db8::53", "127.0.0.1"},
		"all": {"2001:db8::53", "2001:db8::53"}} {
		n.set(`{"ipv6Only":"` + mode + `"}`)
		if got := addresses("six.trycloudflare.com"); got != want[0] {
			t.Errorf("%q: a tunnel has %s", mode, got)
		}
		for _, name := range []string{"api.trycloudflare.com", "trycloudflare.com"} {
			if got := addresses(name); got != want[1] {
				t.Errorf("%q: %s has %s", mode, name, got)
			}
		}
		if got := addresses("dns.google"); got != "127.0.0.1" {
			t.Errorf("%q: dns.google has %s", mode, got)
		}
	}
	n.set(`{"ipv6Only":"tunnels"}`)
	if status, data := n.ask("https://dns.google/resolve?type=AAAA&name=six.trycloudflare.com"); status != 0 || data != "2001:db8::53" {
		t.Errorf("JSON: %d %s", status, data)
	}
	if log := n.dnsLog(); log[len(log)-1] != "dns.google six.trycloudflare.com AAAA 2001:db8::53" {
		t.Errorf("log: %q", log[len(log)-1])
	}
}

func TestDocumentsAndChoicesAreBounded(t *testing.T) {
	n := startInternet(t)
	for _, document := range []string{`{"visitors":"hnag"}`, `{"ipv6Only":"yes"}`, `{"authority":"no"}`,
		`{"filter":{"body":"` + strings.Repeat("x", 2<<20) + `"}}`} {
		if resp := n.control("PATCH", "/switches", document); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%.40s: %s", document, resp.Status)
		}
	}
	long := strings.Repeat("x", 300)
	if resp := n.control("PUT", "/resolvers/system/names/"+long, `{"nxdomainSeconds":5}`); resp.StatusCode != 400 {
		t.Errorf("a long name to cache: %s", resp.Status)
	}
	if resp, _ := n.get("https://dns.google/resolve?name=" + long); resp.StatusCode != 400 {
		t.Errorf("a long name to resolve: %s", resp.Status)
	}
	for range maxTunnels + 5 {
		n.World.AddTunnel(newUUID()+".trycloudflare.com", nil)
	}
	if got := len(n.World.Tunnels()); got != maxTunnels {
		t.Errorf("%d tunnels", got)
	}
	n.World.Record(Event{Name: strings.Repeat("x", 5000)})
	if log := n.World.Events(""); len(log[len(log)-1].Name) != maxText {
		t.Error("a line of the log has no maximum length")
	}
}
