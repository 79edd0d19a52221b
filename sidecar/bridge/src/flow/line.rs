//! The line to the page, as its acknowledgements show it: the shortest round trip and the rate of delivery.

use std::time::{Duration, Instant};

/// Assumed until the first acknowledgement. With the rate below, 12 kB may be under way at first.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(150);
/// Age at which the shortest round trip is measured anew: a phone changes its network.
const ROUND_TRIP_AGE: Duration = Duration::from_secs(10);
/// Bytes per second that are assumed at first: 400 kbit/s. It doubles within a round trip or two.
const FIRST_RATE: f64 = 50_000.0;
/// Bytes per second above which no window has to grow: four videos of 1.5 Mbit/s.
const MAX_RATE: f64 = 750_000.0;
/// Time between two estimates of the rate.
const MEASURE_INTERVAL: Duration = Duration::from_millis(500);
/// Time beyond the round trip for which data may be under way.
const SLACK: Duration = Duration::from_millis(150);
/// Time beyond the shortest round trip over which data waits on the line. Less is an acknowledgement that came late.
const QUEUE: Duration = Duration::from_millis(60);
/// Smallest window, bytes: two parts of a frame.
const MIN_WINDOW: usize = 8_000;

/// What is known about the line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    shortest: Shortest,
    /// Bytes per second.
    rate: f64,
    measured_at: Instant,
    /// Bytes acknowledged since.
    delivered: u64,
    /// Whether something waits for the window.
    is_waiting: bool,
    /// Acknowledgements since, and those before which something waited, here and on the line.
    acks: u32,
    awaited: u32,
}

/// The minimum of the current and the preceding period.
#[derive(Clone, Copy, Debug)]
struct Shortest {
    since: Instant,
    current: Option<Duration>,
    previous: Option<Duration>,
}

impl Line {
    pub(crate) fn new(now: Instant) -> Self {
        let shortest = Shortest {
            since: now,
            current: None,
            previous: None,
        };
        Self {
            shortest,
            rate: FIRST_RATE,
            measured_at: now,
            delivered: 0,
            is_waiting: false,
            acks: 0,
            awaited: 0,
        }
    }

    /// Returns the shortest round trip, including the time that the page takes for its acknowledgement.
    pub(crate) fn round_trip(&self) -> Duration {
        let Shortest {
            current, previous, ..
        } = self.shortest;
        let both = current.into_iter().chain(previous);
        both.min().unwrap_or(FIRST_ROUND_TRIP)
    }

    /// Returns how many bytes may be under way.
    pub(crate) fn window(&self) -> usize {
        let bytes = self.rate * (self.round_trip() + SLACK).as_secs_f64();
        // Between 48 kB and 0.75 MB/s times some seconds: no sign, no overflow.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bytes = bytes as usize;
        bytes.max(MIN_WINDOW)
    }

    /// Records that something waits for the window. Only then a low rate of delivery is the line's.
    pub(crate) fn waits(&mut self) {
        self.is_waiting = true;
    }

    /// Records an acknowledgement of this many further bytes, the youngest of which were sent at `sent`.
    pub(crate) fn acknowledged(&mut self, bytes: u64, sent: Instant, now: Instant) {
        let round_trip = now.saturating_duration_since(sent);
        if now.saturating_duration_since(self.shortest.since) > ROUND_TRIP_AGE {
            self.shortest = Shortest {
                since: now,
                current: None,
                previous: self.shortest.current,
            };
        }
        let shorter = self
            .shortest
            .current
            .map_or(round_trip, |known| known.min(round_trip));
        self.shortest.current = Some(shorter);
        self.delivered += bytes;
        self.acks += 1;
        let waits = std::mem::take(&mut self.is_waiting);
        self.awaited += u32::from(waits && round_trip > self.round_trip() + QUEUE);
        self.measure(now);
    }

    fn measure(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.measured_at);
        if passed < MEASURE_INTERVAL {
            return;
        }
        // A call of years stays below 2^53 bytes.
        #[expect(clippy::cast_precision_loss)]
        let measured = self.delivered as f64 / passed.as_secs_f64();
        if measured > self.rate {
            self.rate = measured.min(MAX_RATE);
        } else if self.awaited * 2 > self.acks {
            // A key frame that waits for a moment is not a slow line.
            self.rate = f64::midpoint(self.rate, measured);
        }
        self.measured_at = now;
        self.delivered = 0;
        (self.acks, self.awaited) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    /// Acknowledges `bytes` every 100 ms for a time, 80 ms after they were sent, or 200 ms if the line is full.
    fn delivers(line: &mut Line, from: Instant, bytes: u64, times: u32, is_full: bool) -> Instant {
        let mut now = from;
        for i in 0..times {
            now += ms(100);
            line.waits();
            let is_first = i == 0;
            let round_trip = if is_full && !is_first { 200 } else { 80 };
            line.acknowledged(bytes, now - ms(round_trip), now);
        }
        now
    }

    #[test]
    fn a_slow_line_has_a_small_window_which_still_fits_two_parts() {
        let mut line = Line::new(start());
        delivers(&mut line, start(), 2_000, 100, true);
        assert_eq!(line.window(), MIN_WINDOW);
        assert_eq!(line.round_trip(), ms(80));
    }

    #[test]
    fn the_rate_does_not_fall_while_nothing_waits_on_the_line() {
        let mut line = Line::new(start());
        let now = delivers(&mut line, start(), 40_000, 20, true);
        let window = line.window();
        assert!(window > 70_000, "{window}");
        delivers(&mut line, now, 100, 600, false);
        assert_eq!(line.window(), window);
    }

    #[test]
    fn a_longer_round_trip_counts_after_the_old_one_has_aged() {
        let mut line = Line::new(start());
        let mut now = delivers(&mut line, start(), 5_000, 10, false);
        for _ in 0..400 {
            now += ms(100);
            line.acknowledged(5_000, now - ms(250), now);
        }
        assert_eq!(line.round_trip(), ms(250));
    }
}
