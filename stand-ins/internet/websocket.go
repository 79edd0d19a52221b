package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"sidelink/stand-ins/internal/wire"
)

// handshakeLimit is the time limit for an origin's response to an upgrade.
const handshakeLimit = 100 * time.Second

// webSocket carries an upgraded connection as one HTTP/2 stream. cloudflared answers 200 for the
// origin's 101, because HTTP/2 has no 101.
func (v *visit) webSocket(w http.ResponseWriter, r *http.Request, c *Connector, idle time.Duration) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	in, out := io.Pipe()
	defer out.Close()
	up := r.Clone(ctx)
	up.ContentLength = -1
	up.Header.Set(wire.UpgradeHeader, wire.UpgradeWebSocket)
	resp := v.ask(w, up, c, in, handshakeLimit)
	if resp == nil {
		return
	}
	defer resp.Body.Close()
	v.copyHead(w, resp)
	if resp.Header.Get("Sec-Websocket-Accept") == "" { // refused by the origin: an ordinary response
		relay(w, resp, false)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		v.by.page(v, w, r, 502)
		return
	}
	defer conn.Close()
	h := w.Header()
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	fmt.Fprintf(buffered, "HTTP/1.1 101 Switching Protocols\r\n")
	h.Write(buffered)
	fmt.Fprintf(buffered, "\r\n")
	if err := buffered.Flush(); err != nil {
		return
	}
	visitor := &idleConn{Conn: conn, limit: idle}
	line := func() Line { return v.world.Switches().Line }
	go func() {
		carry(out, io.MultiReader(io.LimitReader(buffered, int64(buffered.Reader.Buffered())), visitor), line)
		out.Close()
		cancel()
	}()
	carry(visitor, resp.Body, line)
}

// idleConn ends a connection without traffic in either direction for the time limit.
type idleConn struct {
	net.Conn
	limit time.Duration
}

func (c *idleConn) Read(p []byte) (int, error) {
	c.SetDeadline(time.Now().Add(c.limit))
	return c.Conn.Read(p)
}

func (c *idleConn) Write(p []byte) (int, error) {
	c.SetDeadline(time.Now().Add(c.limit))
	return c.Conn.Write(p)
}
