//! A line without losses: what it does not take waits at the sender, as with TCP. Times are milliseconds.

/// A line, the same in both directions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Bits per second.
    pub(super) rate: u64,
    pub(super) round_trip: u64,
    /// Time by which acknowledgements are held up at most.
    pub(super) acks_late: u64,
    /// Nothing passes from the first time for the second.
    pub(super) stop: Option<(u64, u64)>,
}

/// One direction of a line.
#[derive(Debug)]
pub(super) struct Direction {
    shape: Shape,
    /// Microseconds.
    free: u64,
}

/// WebSocket, TLS and TCP for one message, bytes.
const OVERHEAD: u64 = 60;

impl Direction {
    pub(super) fn new(shape: Shape) -> Self {
        Self { shape, free: 0 }
    }

    /// Returns when so many bytes have arrived.
    pub(super) fn carries(&mut self, bytes: u64, now: u64) -> u64 {
        let takes = (bytes + OVERHEAD) * 8_000_000 / self.shape.rate;
        let mut from = self.free.max(now * 1_000);
        self.free = from + takes;
        if let Some((at, lasts)) = self.shape.stop {
            let (at, end) = (at * 1_000, (at + lasts) * 1_000);
            if from >= at && from < end {
                from = end;
                self.free = from + takes;
            } else if from < at && self.free > at {
                self.free += lasts * 1_000;
            }
        }
        self.free / 1_000 + self.shape.round_trip / 2
    }
}
