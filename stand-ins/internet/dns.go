package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameserver is port 53. A query with recursion desired comes from a client: the answer is that of
// the resolver of containers and phones. A query without it comes from a resolver, or from a client
// that bypasses resolvers: the answer is that of the zones' authoritative server, which has no
// cache.
type nameserver struct{ world *World }

func (n nameserver) serveUDP(pc net.PacketConn) error {
	buf := make([]byte, 4096)
	for {
		size, from, err := pc.ReadFrom(buf)
		if err != nil {
			return err
		}
		if reply, err := n.reply(buf[:size], from); err == nil && reply != nil {
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
	if err != nil || reply == nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}

// reply returns nil without an error if the server must stay silent.
func (n nameserver) reply(query []byte, from net.Addr) ([]byte, error) {
	client, _, _ := net.SplitHostPort(from.String())
	head, q, err := parseQuestion(query)
	if err != nil {
		return nil, err
	}
	s := n.world.Switches()
	switch s.DNS {
	case "silent":
		n.world.recordQuestion("port 53", client, q.Name.String(), q.Type, "silent")
		return nil, nil
	case "servfail":
		n.world.recordQuestion("port 53", client, q.Name.String(), q.Type, "SERVFAIL")
		return (&dnsmessage.Message{Header: dnsmessage.Header{ID: head.ID, Response: true, OpCode: head.OpCode,
			RecursionDesired: head.RecursionDesired, RecursionAvailable: true, RCode: dnsmessage.RCodeServerFailure},
			Questions: []dnsmessage.Question{q}}).Pack()
	}
	if head.RecursionDesired || s.InterceptDNS {
		return n.world.answerAsResolver(s.SystemResolver, client, head, q)
	}
	return n.world.answerAsAuthority(s.Authority, client, head, q)
}

func parseQuestion(query []byte) (dnsmessage.Header, dnsmessage.Question, error) {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return head, dnsmessage.Question{}, err
	}
	if head.Response {
		return head, dnsmessage.Question{}, errors.New("not a question")
	}
	q, err := p.Question()
	return head, q, err
}

// answerAsResolver answers a query of any transport.
func (w *World) answerAsResolver(via, client string, head dnsmessage.Header, q dnsmessage.Question) ([]byte, error) {
	a := w.Resolve(via, client, q.Name.String(), q.Type)
	return a.message(dnsmessage.Header{ID: head.ID, OpCode: head.OpCode,
		RecursionDesired: head.RecursionDesired, RecursionAvailable: true}, q)
}

func (w *World) answerAsAuthority(manner, client string, head dnsmessage.Header, q dnsmessage.Question) ([]byte, error) {
	a := w.Authority(q.Name.String())
	if manner == "refused" || a.Zone == "." {
		a = Answer{RCode: dnsmessage.RCodeRefused}
	}
	text := a.text(q.Type)
	if manner == "silent" {
		text = "silent"
	}
	w.recordQuestion("authority", client, q.Name.String(), q.Type, text)
	if manner == "silent" {
		return nil, nil
	}
	return a.message(dnsmessage.Header{ID: head.ID, OpCode: head.OpCode,
		Authoritative: a.RCode != dnsmessage.RCodeRefused}, q)
}
