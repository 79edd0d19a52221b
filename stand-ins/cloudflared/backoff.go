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
	fresh   bool // just reset: the next announcement is the base alone
}

// Announced is the "in up to" of the log.
func (b *Backoff) Announced() time.Duration {
	if b.fresh {
		return b.Base
	}
	return b.Base << (b.n + 1)
}

// Next is how long to wait now.
func (b *Backoff) Next() time.Duration {
	b.fresh = false
	if b.n < b.Retries {
		b.n++
	}
	return rand.N(b.Base << b.n)
}

// Reset starts over, after a success.
func (b *Backoff) Reset() { b.n, b.fresh = 0, true }

// Exhausted says that the wait has grown as far as it will.
func (b *Backoff) Exhausted() bool { return b.n >= b.Retries }
