package main

import (
	"fmt"
	"io"
	"time"
)

// Line is the visitors' line to the edge, as their WebSockets have it. Nothing is lost on it: what
// does not fit waits at the sender.
type Line struct {
	// BitsPerSecond in each direction; 0 has no limit.
	BitsPerSecond int `json:"bitsPerSecond"`
	RoundTripMs   int `json:"roundTripMs"`
	// Stopped holds everything until it is off again. Lost ends the WebSockets and refuses others.
	Stopped bool `json:"stopped"`
	Lost    bool `json:"lost"`
}

const (
	// linePacket is the largest piece that passes at once, lineBuffer what waits for it, in bytes.
	linePacket = 1400
	lineBuffer = 64 << 10
	// lineLength is the most that travels at a time, in packets.
	lineLength = 4096
	// stopInterval is the time between two looks whether a stop is over.
	stopInterval = 5 * time.Millisecond
)

func (l Line) check() error {
	if l.BitsPerSecond < 0 || l.RoundTripMs < 0 {
		return fmt.Errorf("line: %+v is below zero", l)
	}
	return nil
}

// packet is a piece with the time of its arrival.
type packet struct {
	bytes []byte
	at    time.Time
}

// carry copies one direction of a connection over the line until either end fails. The line can
// change meanwhile.
func carry(dst io.Writer, src io.Reader, line func() Line) {
	done := make(chan struct{})
	defer close(done)
	waiting := make(chan []byte, lineBuffer/linePacket)
	travelling := make(chan packet, lineLength)
	go receive(src, waiting, done)
	go transmit(waiting, travelling, line, done)
	for p := range travelling {
		time.Sleep(time.Until(p.at))
		if _, err := dst.Write(p.bytes); err != nil {
			return
		}
	}
}

func receive(src io.Reader, waiting chan<- []byte, done <-chan struct{}) {
	defer close(waiting)
	for {
		piece := make([]byte, linePacket)
		n, err := src.Read(piece)
		if n > 0 {
			select {
			case waiting <- piece[:n]:
			case <-done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// transmit sends one piece after the other at the line's rate.
func transmit(waiting <-chan []byte, travelling chan<- packet, line func() Line, done <-chan struct{}) {
	defer close(travelling)
	free := time.Now()
	for piece := range waiting {
		l := line()
		for ; l.Stopped && !l.Lost; l = line() {
			time.Sleep(stopInterval)
		}
		if l.Lost {
			return
		}
		if now := time.Now(); free.Before(now) {
			free = now
		}
		if l.BitsPerSecond > 0 {
			free = free.Add(time.Duration(len(piece)) * 8 * time.Second / time.Duration(l.BitsPerSecond))
			time.Sleep(time.Until(free))
		}
		select {
		case travelling <- packet{piece, free.Add(ms(l.RoundTripMs) / 2)}:
		case <-done:
			return
		}
	}
}
