//! Time stamps. The page's capture times become one media time for audio and video, and LiveKit's RTP times become one
//! capture clock for each participant.

use std::time::{Duration, Instant};

use crate::flow::minimum::Minimum;

/// A time stamp that is off by more was set anew by its sender.
const MAX_DRIFT: i128 = 10_000_000;
/// A clock that was set by a late frame runs slower by this part.
const SLEW: i128 = 10;

/// Time by which a picture is held up at most, as far as its receivers see.
const MAX_HELD_UP: i64 = 200_000;

/// Capture times of the page, microseconds with an arbitrary zero.
#[derive(Clone, Debug)]
pub(crate) struct UpClock {
    started: Instant,
    /// Media time less capture time. It stays, because receivers see its changes as jumps.
    offset: Option<i128>,
    /// The minimum of arrival less capture time: a frame that was not held up.
    least: i128,
    /// Time for which pictures were held up lately.
    held_up: Minimum,
}

/// A capture time of the page, as LiveKit needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UpTime {
    /// Microseconds, with the same zero for audio and video.
    pub(crate) media: u64,
    pub(crate) wallclock: Instant,
}

/// RTP times of one track of another participant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DownClock(Option<DownBase>);

#[derive(Clone, Copy, Debug)]
struct DownBase {
    /// The minimum of arrival less RTP time. Tracks of one sender share the arrival's clock.
    least: i128,
    /// Capture time less RTP time. It follows the minimum, because the first frames of a track are held up most.
    offset: i128,
    rtp: i128,
}

impl UpClock {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            offset: None,
            least: 0,
            held_up: Minimum::new(started),
        }
    }

    /// Returns the media time of a frame that was captured at `captured` and arrives now.
    pub(crate) fn at(&mut self, captured: u64, now: Instant) -> UpTime {
        let arrived = micros(self.started, now);
        let captured = i128::from(captured);
        let held_up = arrived - captured;
        let offset = match self.offset {
            Some(offset) if (held_up - offset).abs() <= MAX_DRIFT + self.stall(held_up) => offset,
            _ => {
                self.least = held_up;
                self.held_up = Minimum::new(now);
                held_up
            }
        };
        self.offset = Some(offset);
        self.least = self.least.min(held_up);
        UpTime {
            media: u64::try_from(captured + offset).unwrap_or(0),
            wallclock: self.started + duration(captured + self.least),
        }
    }

    /// Returns the media time of a picture. What a stop of the line has held up counts as captured later: receivers that
    /// see it come late keep a longer buffer for seconds.
    pub(crate) fn picture_at(&mut self, captured: u64, now: Instant) -> UpTime {
        let UpTime { media, wallclock } = self.at(captured, now);
        let held_up = micros(self.started, now) - i128::from(media);
        let held_up = i64::try_from(held_up).unwrap_or(0);
        let late = self.held_up.add(held_up, now) - MAX_HELD_UP;
        let late = u64::try_from(late).unwrap_or(0);
        UpTime {
            media: media + late,
            wallclock: wallclock + Duration::from_micros(late),
        }
    }

    /// After a stall frames are late by up to 15 s, which does not make a new zero.
    fn stall(&self, held_up: i128) -> i128 {
        if held_up > self.least { 20_000_000 } else { 0 }
    }
}

impl DownClock {
    /// Returns the capture time, microseconds since `started`, of a frame with this RTP time that arrives now.
    pub(crate) fn at(&mut self, rtp: u64, started: Instant, now: Instant) -> u64 {
        let rtp = i128::from(rtp);
        let held_up = micros(started, now) - rtp;
        let mut base = match self.0 {
            Some(base) if (held_up - base.least).abs() <= MAX_DRIFT => base,
            _ => DownBase {
                least: held_up,
                offset: held_up,
                rtp,
            },
        };
        base.least = base.least.min(held_up);
        // Slowly: a player sees a jump as a gap, or as two frames at once.
        let step = (rtp - base.rtp).max(0) / SLEW;
        base.offset = base.least.max(base.offset - step);
        base.rtp = base.rtp.max(rtp);
        self.0 = Some(base);
        u64::try_from(rtp + base.offset).unwrap_or(0)
    }
}

fn micros(from: Instant, to: Instant) -> i128 {
    // A u128 of microseconds that an `Instant` can hold fits.
    i128::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(i128::MAX)
}

fn duration(micros: i128) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    #[test]
    fn audio_and_video_keep_their_distance_however_late_they_arrive() {
        let mut clock = UpClock::new(start());
        let zero = 5_000_000_000;
        let video = clock.at(zero, start() + ms(300));
        let audio = clock.at(zero + 20_000, start() + ms(330));
        assert_eq!(audio.media - video.media, 20_000);
        assert_eq!(audio.wallclock - video.wallclock, ms(20));
        let late = clock.at(zero + 40_000, start() + ms(900));
        assert_eq!(late.media - video.media, 40_000);
    }

    #[test]
    fn a_frame_that_was_not_held_up_sets_the_wallclock() {
        let mut clock = UpClock::new(start());
        clock.at(1_000_000, start() + ms(500));
        let prompt = clock.at(1_400_000, start() + ms(510));
        assert_eq!(prompt.wallclock, start() + ms(510));
        let next = clock.at(1_420_000, start() + ms(700));
        assert_eq!(next.wallclock, start() + ms(530));
    }

    #[test]
    fn a_stall_keeps_the_clock_and_a_new_zero_resets_it() {
        let mut clock = UpClock::new(start());
        let first = clock.at(0, start() + ms(100));
        let stalled = clock.at(1_000_000, start() + ms(15_000));
        assert_eq!(stalled.media - first.media, 1_000_000);
        let reset = clock.at(u64::MAX, start() + ms(16_000));
        assert_eq!(reset.media, 16_000_000);
        let back = clock.at(0, start() + ms(17_000));
        assert_eq!(back.media, 17_000_000);
    }

    #[test]
    fn a_picture_that_a_stop_has_held_up_comes_a_little_late_only() {
        let mut clock = UpClock::new(start());
        let mut at = |captured: u64, arrived| {
            let time = clock.picture_at(captured * 1_000, start() + ms(arrived));
            time.media / 1_000
        };
        assert_eq!((at(0, 100), at(40, 300)), (100, 140), "a queue");
        assert_eq!((at(80, 1_300), at(120, 1_350)), (1_100, 1_150), "a stop");
        assert_eq!(at(1_200, 1_400), 1_300);
        // The path has become longer for good.
        for captured in (2_000..30_000).step_by(40) {
            at(captured, captured + 600);
        }
        assert_eq!(at(30_000, 30_600), 30_100);
    }

    #[test]
    fn two_tracks_of_a_sender_have_one_clock() {
        let (mut audio, mut video) = (DownClock::default(), DownClock::default());
        let at =
            |clock: &mut DownClock, rtp, ms_after| clock.at(rtp, start(), start() + ms(ms_after));
        at(&mut audio, 7_000_000, 300);
        at(&mut video, 90_000_000, 340);
        assert_eq!(
            at(&mut audio, 7_100_000, 350),
            390_000,
            "not held up: a tenth slower"
        );
        assert_eq!(at(&mut audio, 7_600_000, 1_000), 850_000, "held up");
        assert_eq!(
            at(&mut audio, 7_700_000, 1_100),
            950_000,
            "the minimum is reached"
        );
        assert_eq!(at(&mut video, 90_100_000, 440), 440_000);
        assert_eq!(at(&mut audio, 70_000_000, 1_200), 1_200_000, "a new zero");
    }
}
