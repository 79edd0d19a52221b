package main

import (
	"math/rand/v2"
	"time"
)

// Backoff is cloudflared's: a random wait below base·2ⁿ, n growing to retries and no further.
// Retrying itself never ends.
type Backoff struct {
	Base    time.Duration
	Retries int
	n       int
	fresh   time.Time // from then on n is 0 again; zero: never
}

func (b *Backoff) isFresh() bool { return !b.fresh.IsZero() && time.Now().After(b.fresh) }

// Announced is the "in up to" of the log.
func (b *Backoff) Announced() time.Duration {
	if b.isFresh() {
		return time.Second
	}
	return b.Base << (b.n + 1)
}

// Next is how long to wait now.
func (b *Backoff) Next() time.Duration {
	if b.isFresh() {
		b.n, b.fresh = 0, time.Time{}
	}
	if b.n < b.Retries {
		b.n++
	}
	return rand.N(b.Base << b.n)
}

// Reset starts over, after a success.
func (b *Backoff) Reset() { b.n, b.fresh = 0, time.Now().Add(-time.Nanosecond) }

// GracePeriod starts over only when a connection has stood for a random while, longer the more often
// it was lost.
func (b *Backoff) GracePeriod(connected time.Time) {
	b.fresh = connected.Add(rand.N(b.Base << (b.n + 2)))
}

// Exhausted says that the wait has grown as far as it will.
func (b *Backoff) Exhausted() bool { return b.n == b.Retries }
