package main

import (
	"net"
	"sync"
)

// Gate imitates a network that silently drops packets. While it is closed, nothing passes in either
// direction. After it opens, nothing is lost, as with TCP's retransmission.
type Gate struct {
	mu   sync.Mutex
	open chan struct{} // closed channel: packets pass
}

// NewGate returns an open gate.
func NewGate() *Gate {
	g := &Gate{open: make(chan struct{})}
	close(g.open)
	return g
}

// Open releases everything that was held.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// Close holds everything until the next Open.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		g.open = make(chan struct{})
	default:
	}
}

func (g *Gate) passes() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// gatedConn is a connection behind the gate.
type gatedConn struct {
	net.Conn
	gate   *Gate
	closed chan struct{}
	once   sync.Once
}

func newGatedConn(c net.Conn, g *Gate) *gatedConn {
	return &gatedConn{Conn: c, gate: g, closed: make(chan struct{})}
}

func (c *gatedConn) wait() error {
	select {
	case <-c.gate.passes():
		return nil
	case <-c.closed:
		return net.ErrClosed
	}
}

// Read returns data only while the gate is open; it holds the end of the stream too.
func (c *gatedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if e := c.wait(); e != nil {
		return 0, e
	}
	return n, err
}

func (c *gatedConn) Write(p []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *gatedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
