//! The line to the page, as its acknowledgements show it: the shortest round trip and the rate of delivery.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use super::minimum::Minimum;

/// Assumed until the first acknowledgement. With the rate below, 12 kB may be under way at first.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(150);
/// Longest time for which an acknowledgement itself is held up, as far as a page is believed.
const MAX_LATE: Duration = Duration::from_millis(500);
/// Bytes per second that are assumed at first: 400 kbit/s. It doubles within a round trip or two.
const FIRST_RATE: f64 = 50_000.0;
/// Bytes per second above which no window has to grow: four videos of 1.5 Mbit/s.
const MAX_RATE: f64 = 750_000.0;
/// Time between two estimates of the rate.
const MEASURE_INTERVAL: Duration = Duration::from_millis(500);
/// Time beyond the round trip for which data may be under way, so that late acknowledgements hold nothing up.
const SLACK: Duration = Duration::from_millis(150);
/// The same on a line whose limit is known, because audio waits behind what is under way.
const FULL_SLACK: Duration = Duration::from_millis(50);
/// The part of its limit from which on a line counts as full.
const FULL: f64 = 0.7;
/// By which a known limit falls at most with each estimate, and from which part of it on it is none any more.
const LIMIT_DECAY: f64 = 0.9;
const BEYOND: f64 = 1.2;
/// Time that one part of a frame may take.
const PART_TIME: f64 = 0.04;
const PART: RangeInclusive<f64> = 1_500.0..=8_000.0;
/// Time beyond the shortest round trip over which data waits on the line. Less is an acknowledgement that came late.
const QUEUE: Duration = Duration::from_millis(60);
/// Smallest window, bytes: some parts of a frame.
const MIN_WINDOW: usize = 6_000;

/// What is known about the line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    started: Instant,
    /// Microseconds.
    round_trip: Minimum,
    /// Time from the bridge to the page, microseconds with an arbitrary zero.
    transit: Minimum,
    /// Time for which the last acknowledgement itself was held up.
    late: Duration,
    /// Bytes per second.
    rate: f64,
    /// The rate of delivery when the line was last full, bytes per second.
    limit: Option<f64>,
    measured_at: Instant,
    /// When something was last acknowledged.
    acked_at: Instant,
    /// Bytes acknowledged since the last estimate.
    delivered: u64,
    /// Whether something waits for the window.
    is_waiting: bool,
    /// Acknowledgements since, and those before which something waited, here and on the line.
    acks: u32,
    awaited: u32,
}

/// An acknowledgement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineAck {
    /// Further bytes.
    pub(crate) bytes: u64,
    /// When the youngest of them were sent.
    pub(crate) sent: Instant,
    /// When they arrived, milliseconds of the page's clock.
    pub(crate) arrived: Option<u64>,
}

impl Line {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            started: now,
            round_trip: Minimum::new(now),
            transit: Minimum::new(now),
            late: Duration::ZERO,
            rate: FIRST_RATE,
            limit: None,
            measured_at: now,
            acked_at: now,
            delivered: 0,
            is_waiting: false,
            acks: 0,
            awaited: 0,
        }
    }

    /// Returns the shortest round trip, including the time that the page takes for its acknowledgement.
    pub(crate) fn round_trip(&self) -> Duration {
        let shortest = self.round_trip.get();
        shortest.map_or(FIRST_ROUND_TRIP, micros)
    }

    /// Returns the time after which an acknowledgement is due: what holds it up is not a queue in front of the page.
    pub(crate) fn due(&self) -> Duration {
        self.round_trip() + self.late
    }

    /// Returns what the line carries, bytes per second: its limit, where it has shown one.
    pub(crate) fn rate(&self) -> f64 {
        self.limit.unwrap_or(self.rate)
    }

    pub(crate) fn has_limit(&self) -> bool {
        self.limit.is_some()
    }

    /// Returns how many bytes may be under way.
    pub(crate) fn window(&self) -> usize {
        let bytes = self.rate * (self.round_trip() + self.slack()).as_secs_f64();
        whole(bytes).max(MIN_WINDOW)
    }

    /// Returns the size of a part of a frame, bytes.
    pub(crate) fn part(&self) -> usize {
        whole((self.rate * PART_TIME).clamp(*PART.start(), *PART.end()))
    }

    fn slack(&self) -> Duration {
        let is_full = self.limit.is_some_and(|limit| self.rate >= FULL * limit);
        if is_full { FULL_SLACK } else { SLACK }
    }

    /// Records that something waits for the window. Only then a low rate of delivery is the line's.
    pub(crate) fn waits(&mut self) {
        self.is_waiting = true;
    }

    /// Records an acknowledgement.
    pub(crate) fn acknowledged(&mut self, ack: LineAck, now: Instant) {
        let queue = self.queue(ack, now);
        let was = std::mem::replace(&mut self.acked_at, now);
        if now.saturating_duration_since(was) >= MEASURE_INTERVAL {
            // It stood still, or carried nothing: that is not a rate.
            self.begin_estimate(now);
            return;
        }
        self.delivered += ack.bytes;
        self.acks += 1;
        let waits = std::mem::take(&mut self.is_waiting);
        self.awaited += u32::from(waits && queue > QUEUE);
        self.measure(now);
    }

    /// Returns how long what is acknowledged waited on the line.
    fn queue(&mut self, LineAck { sent, arrived, .. }: LineAck, now: Instant) -> Duration {
        let since = |from: Instant, to: Instant| {
            i64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(i64::MAX)
        };
        let longer = micros(self.round_trip.add(since(sent, now), now));
        let Some(arrived) = arrived.and_then(|ms| i64::try_from(ms).ok()) else {
            return longer;
        };
        let transit = arrived
            .saturating_mul(1_000)
            .saturating_sub(since(self.started, sent));
        let waited = micros(self.transit.add(transit, now));
        self.late = longer.saturating_sub(waited).min(MAX_LATE);
        waited
    }

    fn measure(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.measured_at);
        if passed < MEASURE_INTERVAL {
            return;
        }
        // A call of years stays below 2^53 bytes.
        #[expect(clippy::cast_precision_loss)]
        let measured = self.delivered as f64 / passed.as_secs_f64();
        // A key frame that waits for a moment is not a slow line.
        let is_full = self.awaited * 2 > self.acks;
        if is_full {
            // Part of the time the line may have been empty.
            let before = self.limit.map_or(0.0, |limit| limit * LIMIT_DECAY);
            self.limit = Some(measured.max(before));
        } else if self.limit.is_some_and(|limit| measured > limit * BEYOND) {
            self.limit = None;
        }
        if measured > self.rate {
            self.rate = measured.min(MAX_RATE);
        } else if is_full {
            self.rate = f64::midpoint(self.rate, measured);
        }
        tracing::debug!(measured, self.rate, self.limit, "the line");
        self.begin_estimate(now);
    }

    fn begin_estimate(&mut self, now: Instant) {
        self.measured_at = now;
        self.delivered = 0;
        (self.acks, self.awaited) = (0, 0);
    }
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Returns bytes without their fraction.
fn whole(bytes: f64) -> usize {
    // At most 0.75 MB/s times some seconds: no sign, no overflow.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = bytes as usize;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    fn ack(bytes: u64, sent: Instant) -> LineAck {
        LineAck {
            bytes,
            sent,
            arrived: None,
        }
    }

    #[test]
    fn what_holds_up_an_acknowledgement_does_not_count_as_a_queue() {
        let mut line = Line::new(start());
        let mut acks = |at: u64, arrived: u64| {
            let sent = start() + ms(at);
            let ack = LineAck {
                arrived: Some(7_000 + arrived),
                ..ack(5_000, sent)
            };
            line.acknowledged(ack, sent + ms(300));
            line.due()
        };
        assert_eq!(acks(0, 0), ms(300));
        assert_eq!(acks(1_000, 1_200), ms(300), "a queue");
        let mut line = Line::new(start());
        line.acknowledged(ack(5_000, start()), start() + ms(100));
        let held_up = LineAck {
            arrived: Some(0),
            ..ack(5_000, start())
        };
        line.acknowledged(held_up, start() + ms(250));
        assert_eq!((line.round_trip(), line.due()), (ms(100), ms(250)));
    }

    /// Acknowledges `bytes` every 100 ms for a time, 80 ms after they were sent, or 200 ms if the line is full.
    fn delivers(line: &mut Line, from: Instant, bytes: u64, times: u32, is_full: bool) -> Instant {
        let mut now = from;
        for i in 0..times {
            now += ms(100);
            line.waits();
            let is_first = i == 0;
            let round_trip = if is_full && !is_first { 200 } else { 80 };
            line.acknowledged(ack(bytes, now - ms(round_trip)), now);
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
        let now = delivers(&mut line, start(), 40_000, 20, false);
        let window = line.window();
        assert!(window > 70_000, "{window}");
        delivers(&mut line, now, 100, 600, false);
        assert_eq!(line.window(), window);
    }

    #[test]
    fn a_stop_does_not_lower_the_rate() {
        let mut line = Line::new(start());
        let now = delivers(&mut line, start(), 5_000, 20, true);
        let before = line.rate;
        delivers(&mut line, now + ms(3_000), 5_000, 2, true);
        assert_eq!(line.rate, before);
    }

    #[test]
    fn a_longer_round_trip_counts_after_the_old_one_has_aged() {
        let mut line = Line::new(start());
        let mut now = delivers(&mut line, start(), 5_000, 10, false);
        for _ in 0..400 {
            now += ms(100);
            line.acknowledged(ack(5_000, now - ms(250)), now);
        }
        assert_eq!(line.round_trip(), ms(250));
    }
}
