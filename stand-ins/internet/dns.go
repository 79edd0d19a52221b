package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameserver is port 53: what containers and phones have as their resolver.
type nameserver struct{ world *World }

func (n nameserver) serveUDP(pc net.PacketConn) error {
	buf := make([]byte, 4096)
	for {
		size, from, err := pc.ReadFrom(buf)
		if err != nil {
			return err
		}
		if reply, err := n.reply(buf[:size], from); err == nil {
			pc.WriteTo(reply, from)
		}
	}
}

func (n nameserver) serveTCP(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			for n.serveQuery(conn) == nil {
			}
		}()
	}
}

func (n nameserver) serveQuery(conn net.Conn) error {
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return err
	}
	query := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, query); err != nil {
		return err
	}
	reply, err := n.reply(query, conn.RemoteAddr())
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}

func (n nameserver) reply(query []byte, from net.Addr) ([]byte, error) {
	client, _, _ := net.SplitHostPort(from.String())
	return n.world.answerMessage(n.world.Switches().SystemResolver, client, query)
}

// answerMessage answers a DNS message in wire format, over whichever transport it came.
func (w *World) answerMessage(via, client string, query []byte) ([]byte, error) {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return nil, err
	}
	if head.Response {
		return nil, errors.New("not a question")
	}
	q, err := p.Question()
	if err != nil {
		return nil, err
	}
	answer := w.Resolve(via, client, q.Name.String(), q.Type)
	return packAnswer(head, q, answer)
}

func packAnswer(head dnsmessage.Header, q dnsmessage.Question, a Answer) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: head.ID, Response: true, OpCode: head.OpCode,
		RecursionDesired: head.RecursionDesired, RecursionAvailable: true, RCode: a.RCode})
	b.EnableCompression()
	if err := errors.Join(b.StartQuestions(), b.Question(q)); err != nil {
		return nil, err
	}
	if q.Type == dnsmessage.TypeA && a.Addr.Is4() {
		err := errors.Join(b.StartAnswers(), b.AResource(dnsmessage.ResourceHeader{Name: q.Name,
			Class: dnsmessage.ClassINET, TTL: a.TTL}, dnsmessage.AResource{A: a.Addr.As4()}))
		if err != nil {
			return nil, err
		}
		return b.Finish()
	}
	zone, err := dnsmessage.NewName(a.Zone)
	if err != nil {
		return nil, err
	}
	soa := dnsmessage.SOAResource{NS: dnsmessage.MustNewName("ns.cloudflare.com."),
		MBox: dnsmessage.MustNewName("dns.cloudflare.com."), Serial: 1, Refresh: 10000, Retry: 2400,
		Expire: 604800, MinTTL: a.NegativeTTL}
	err = errors.Join(b.StartAuthorities(), b.SOAResource(dnsmessage.ResourceHeader{Name: zone,
		Class: dnsmessage.ClassINET, TTL: a.NegativeTTL}, soa))
	if err != nil {
		return nil, err
	}
	return b.Finish()
}
