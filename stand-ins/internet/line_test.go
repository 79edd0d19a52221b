package main

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"
)

// arrivals records when bytes arrive.
type arrivals struct {
	bytes.Buffer
	first, last time.Time
}

func (a *arrivals) Write(p []byte) (int, error) {
	a.last = time.Now()
	if a.first.IsZero() {
		a.first = a.last
	}
	return a.Buffer.Write(p)
}

func TestALineHasARateAndARoundTrip(t *testing.T) {
	sent := bytes.Repeat([]byte("0123456789"), 5_000)
	for _, c := range []struct {
		line        Line
		first, last time.Duration
	}{
		{Line{}, 0, 0},
		{Line{BitsPerSecond: 1_000_000}, 11 * time.Millisecond, 400 * time.Millisecond},
		{Line{RoundTripMs: 200}, 100 * time.Millisecond, 100 * time.Millisecond},
		{Line{BitsPerSecond: 1_000_000, RoundTripMs: 200}, 111 * time.Millisecond, 500 * time.Millisecond},
	} {
		got, began := &arrivals{}, time.Now()
		carry(got, bytes.NewReader(sent), func() Line { return c.line })
		if !bytes.Equal(got.Bytes(), sent) {
			t.Errorf("%+v: other bytes", c.line)
		}
		for _, took := range []struct{ got, want time.Duration }{{got.first.Sub(began), c.first}, {got.last.Sub(began), c.last}} {
			if took.got < took.want || took.got > took.want+150*time.Millisecond {
				t.Errorf("%+v: %s instead of %s", c.line, took.got, took.want)
			}
		}
	}
}

func TestAStoppedLineHoldsEverythingAndItsSender(t *testing.T) {
	var mu sync.Mutex
	line := Line{Stopped: true}
	in, out := io.Pipe()
	got, done := &arrivals{}, make(chan struct{})
	go func() {
		defer close(done)
		carry(got, in, func() Line { mu.Lock(); defer mu.Unlock(); return line })
	}()
	taken := make(chan int)
	go func() {
		n := 0
		for ; n < 100; n++ {
			out.Write(make([]byte, linePacket))
			if n == 40 {
				taken <- n
			}
		}
		taken <- n
		out.Close()
	}()
	<-taken
	select {
	case <-taken:
		t.Fatal("more than the buffer was taken")
	case <-time.After(200 * time.Millisecond):
	}
	mu.Lock()
	line.Stopped = false
	mu.Unlock()
	<-taken
	<-done
	if got.Len() != 100*linePacket {
		t.Errorf("%d bytes arrived", got.Len())
	}
}

func TestALostLineEndsItsWebSockets(t *testing.T) {
	done := make(chan struct{})
	in, out := io.Pipe()
	go func() {
		defer close(done)
		carry(io.Discard, in, func() Line { return Line{Stopped: true, Lost: true} })
	}()
	out.Write([]byte("x"))
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on")
	}
}
