package main

import (
	"math/rand/v2"
	"time"
)

// Backoff is cloudflared's: a random wait below base·2ⁿ, where n grows up to Retries.
// The number of attempts is unlimited.
type Backoff struct {
	Base    time.Duration
	Retries int
	n       int
	fresh   time.Time // n returns to 0 at that time; zero: never
}

func (b *Backoff) isFresh() bool { return !b.fresh.IsZero() && time.Now().After(b.fresh) }

// Announced returns the "in up to" of the log.
func (b *Backoff) Announced() time.Duration {
	if b.isFresh() {
		return time.Second
	}
	return b.Base << (b.n + 1)
}

// Next returns the next wait.
func (b *Backoff) Next() time.Duration {
	if b.isFresh() {
		b.n, b.fresh = 0, time.Time{}
	}
	if b.n < b.Retries {
		b.n++
	}
	return rand.N(b.Base << b.n)
}

// Reset sets n to 0, after a success.
func (b *Backoff) Reset() { b.n, b.fresh = 0, time.Now().Add(-time.Nanosecond) }

// GracePeriod sets n to 0 only after a connection has lasted a random time, which grows with the
// number of losses.
func (b *Backoff) GracePeriod(connected time.Time) {
	b.fresh = connected.Add(rand.N(b.Base << (b.n + 2)))
}

// Exhausted reports whether the wait has reached its maximum.
func (b *Backoff) Exhausted() bool { return b.n == b.Retries }
