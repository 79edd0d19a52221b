package main

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer holds all records of a name, for every query type.
type Answer struct {
	RCode dnsmessage.RCode
	Addrs []netip.Addr // IPv4 and IPv6 alike
	TTL   uint32
	// Zone is the name of the zone, "." outside the known ones. Only its apex has NS and SOA
	// records.
	Zone string
	Apex bool
	// NegativeTTL is the SOA's minimum. SOATTL is the TTL of the SOA record, which counts down in
	// cached answers.
	NegativeTTL uint32
	SOATTL      uint32
	Cached      bool
}

// nameservers answer for every zone here. They are trycloudflare.com's; other zones have different
// ones.
var nameservers = []string{"kevin.ns.cloudflare.com.", "marjory.ns.cloudflare.com."}

// records returns the records of one type; none means NODATA or NXDOMAIN.
func (a Answer) records(qtype dnsmessage.Type) []dnsmessage.ResourceBody {
	var found []dnsmessage.ResourceBody
	for _, addr := range a.Addrs {
		switch {
		case qtype == dnsmessage.TypeA && addr.Is4():
			found = append(found, &dnsmessage.AResource{A: addr.As4()})
		case qtype == dnsmessage.TypeAAAA && addr.Is6():
			found = append(found, &dnsmessage.AAAAResource{AAAA: addr.As16()})
		}
	}
	if a.Apex && qtype == dnsmessage.TypeNS {
		for _, name := range nameservers {
			found = append(found, &dnsmessage.NSResource{NS: dnsmessage.MustNewName(name)})
		}
	}
	if a.Apex && qtype == dnsmessage.TypeSOA {
		found = append(found, a.soa())
	}
	return found
}

func (a Answer) soa() *dnsmessage.SOAResource {
	return &dnsmessage.SOAResource{NS: dnsmessage.MustNewName(nameservers[0]),
		MBox: dnsmessage.MustNewName("dns.cloudflare.com."), Serial: 2414927406, Refresh: 10000,
		Retry: 2400, Expire: 604800, MinTTL: a.NegativeTTL}
}

// message returns the answer in wire format; the server sets the header's flags.
func (a Answer) message(head dnsmessage.Header, q dnsmessage.Question) ([]byte, error) {
	head.Response, head.RCode = true, a.RCode
	m := dnsmessage.Message{Header: head, Questions: []dnsmessage.Question{q}}
	for _, body := range a.records(q.Type) {
		m.Answers = append(m.Answers, dnsmessage.Resource{Body: body, Header: dnsmessage.ResourceHeader{
			Name: q.Name, Class: dnsmessage.ClassINET, TTL: a.TTL}})
	}
	if len(m.Answers) == 0 && a.RCode != dnsmessage.RCodeRefused {
		zone, err := dnsmessage.NewName(a.Zone)
		if err != nil {
			return nil, err
		}
		m.Authorities = []dnsmessage.Resource{{Body: a.soa(), Header: dnsmessage.ResourceHeader{
			Name: zone, Class: dnsmessage.ClassINET, TTL: a.SOATTL}}}
	}
	return m.Pack()
}

// text returns the answer as the log shows it.
func (a Answer) text(qtype dnsmessage.Type) string {
	var parts []string
	for _, body := range a.records(qtype) {
		parts = append(parts, presentation(body))
	}
	text := strings.Join(parts, " ")
	switch {
	case a.RCode == dnsmessage.RCodeNameError:
		text = "NXDOMAIN"
	case a.RCode == dnsmessage.RCodeRefused:
		text = "REFUSED"
	case text == "":
		text = "NODATA"
	}
	if a.Cached {
		text += " (cached)"
	}
	return text
}

// presentation returns a record's data as DNS over HTTPS in JSON writes it.
func presentation(body dnsmessage.ResourceBody) string {
	switch r := body.(type) {
	case *dnsmessage.AResource:
		return netip.AddrFrom4(r.A).String()
	case *dnsmessage.AAAAResource:
		return netip.AddrFrom16(r.AAAA).String()
	case *dnsmessage.NSResource:
		return r.NS.String()
	case *dnsmessage.SOAResource:
		return fmt.Sprintf("%s %s %d %d %d %d %d", r.NS, r.MBox, r.Serial, r.Refresh, r.Retry, r.Expire, r.MinTTL)
	default:
		return ""
	}
}
