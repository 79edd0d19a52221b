package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// SwitchedListener is a TCP listener that can be closed and opened again. Only a closed port
// refuses a connection as a real one does; accept and reset comes too late, after the client's
// "connected".
type SwitchedListener struct {
	mu       sync.Mutex
	address  string // with the bound port
	listener net.Listener
	accepted func(net.Conn)
}

// Serve accepts connections on a bound listener.
func (s *SwitchedListener) Serve(l net.Listener, accepted func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address, s.accepted = l.Addr().String(), accepted
	s.open(l)
}

// Set opens or closes the port; existing connections stay.
func (s *SwitchedListener) Set(open bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.address == "", open == (s.listener != nil):
		return nil
	case !open:
		err := s.listener.Close()
		s.listener = nil
		return err
	}
	l, err := net.Listen("tcp", s.address)
	if err == nil {
		s.open(l)
	}
	return err
}

func (s *SwitchedListener) open(l net.Listener) {
	s.listener = l
	go func() {
		for {
			conn, err := l.Accept()
			switch {
			case err == nil:
				go s.accepted(conn)
			case errors.Is(err, net.ErrClosed): // closed by Set
				return
			default: // for example too many open files: temporary
				time.Sleep(50 * time.Millisecond)
			}
		}
	}()
}
