package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Door is a TCP listener that can be shut. Only a closed port refuses a connection as the real
// thing does; one that is accepted and reset comes too late, after the client's "connected".
type Door struct {
	mu       sync.Mutex
	address  string // with the port that was really bound
	listener net.Listener
	accepted func(net.Conn)
}

// Serve lets connections in through a listener that is already bound.
func (d *Door) Serve(l net.Listener, accepted func(net.Conn)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.address, d.accepted = l.Addr().String(), accepted
	d.open(l)
}

// Set opens or shuts the door; connections that stand are not touched.
func (d *Door) Set(open bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.address == "", open == (d.listener != nil):
		return nil
	case !open:
		err := d.listener.Close()
		d.listener = nil
		return err
	}
	l, err := net.Listen("tcp", d.address)
	if err == nil {
		d.open(l)
	}
	return err
}

func (d *Door) open(l net.Listener) {
	d.listener = l
	go func() {
		for {
			conn, err := l.Accept()
			switch {
			case err == nil:
				go d.accepted(conn)
			case errors.Is(err, net.ErrClosed): // shut
				return
			default: // too many open files, for one: that passes
				time.Sleep(50 * time.Millisecond)
			}
		}
	}()
}
