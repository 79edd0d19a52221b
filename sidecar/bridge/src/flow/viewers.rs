//! What slow viewers leave of the bitrate of a video that has one layer only.

use std::time::{Duration, Instant};

/// Part of a viewer's line that video may take, beside audio.
const VIDEO_PART: f64 = 0.6;
/// The lowest bitrate that a viewer can call for, bits per second.
const MIN_BITRATE: u32 = 100_000;
/// Time for which a viewer's limit holds.
const HOLD: Duration = Duration::from_secs(10);
/// Longest time, after the line was soon too slow again.
const MAX_HOLD: Duration = Duration::from_secs(60);
/// A limit that comes this long after the last one ended is a new start.
const CALM: Duration = Duration::from_secs(30);

/// Returns the bits per second of each of so many videos on a line of so many bytes per second.
pub(crate) fn share(line: f64, videos: usize) -> u32 {
    // A line has at most 0.75 MB/s, and a page four videos.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )]
    let each = (line * 8.0 * VIDEO_PART / videos.max(1) as f64) as u32;
    each.max(MIN_BITRATE)
}

/// The limit of one page's video.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewersLimit {
    /// Bits per second.
    bitrate: u32,
    until: Instant,
    hold: Duration,
    is_on: bool,
}

impl ViewersLimit {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            bitrate: u32::MAX,
            until: now,
            hold: HOLD,
            is_on: false,
        }
    }

    /// Returns the bits per second that viewers leave.
    pub(crate) fn bitrate(&self) -> u32 {
        if self.is_on { self.bitrate } else { u32::MAX }
    }

    /// Takes what a viewer's line carries. Returns whether the limit changed.
    pub(crate) fn lower(&mut self, bitrate: u32, now: Instant) -> bool {
        if self.is_on {
            self.until = now + self.hold;
            let is_lower = bitrate < self.bitrate;
            self.bitrate = self.bitrate.min(bitrate);
            return is_lower;
        }
        let is_soon = self.bitrate != u32::MAX && now < self.until + CALM;
        self.hold = if is_soon {
            (self.hold * 2).min(MAX_HOLD)
        } else {
            HOLD
        };
        (self.bitrate, self.until, self.is_on) = (bitrate, now + self.hold, true);
        true
    }

    /// Returns when the limit ends.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.is_on.then_some(self.until)
    }

    /// Ends the limit if its time is over. Returns whether it did.
    pub(crate) fn end(&mut self, now: Instant) -> bool {
        let ends = self.is_on && now >= self.until;
        self.is_on &= !ends;
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    #[test]
    fn a_line_is_shared_by_its_videos() {
        assert_eq!(share(50_000.0, 1), 240_000);
        assert_eq!(share(50_000.0, 2), 120_000);
        assert_eq!(share(50_000.0, 4), MIN_BITRATE);
    }

    #[test]
    fn the_slowest_viewer_counts_until_its_time_is_over() {
        let now = start();
        let mut limit = ViewersLimit::new(now);
        assert_eq!((limit.bitrate(), limit.deadline()), (u32::MAX, None));
        assert!(limit.lower(280_000, now));
        assert!(!limit.lower(400_000, now + ms(5_000)), "another viewer");
        assert!(limit.lower(200_000, now + ms(6_000)));
        assert_eq!(limit.bitrate(), 200_000);
        assert!(!limit.end(now + ms(15_999)) && limit.end(now + ms(16_000)));
        assert_eq!((limit.bitrate(), limit.deadline()), (u32::MAX, None));
    }

    #[test]
    fn a_line_that_is_soon_too_slow_again_is_spared_for_longer() {
        let mut now = start();
        let mut limit = ViewersLimit::new(now);
        let mut holds = Vec::new();
        for _ in 0..5 {
            limit.lower(280_000, now);
            let until = limit.deadline().expect("on");
            holds.push((until - now).as_secs());
            limit.end(until);
            now = until + ms(8_000);
        }
        assert_eq!(holds, [10, 20, 40, 60, 60]);
        limit.lower(280_000, now + ms(30_000));
        let until = limit.deadline().expect("on");
        assert_eq!(until, now + ms(40_000), "a new start");
    }
}
