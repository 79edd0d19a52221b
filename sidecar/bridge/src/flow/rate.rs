//! Limits on what a page sends, as token buckets.

use std::time::{Duration, Instant};

use crate::wire::frame::Kind;

/// Video frames per second.
const VIDEO_FRAMES: f64 = 30.0;
/// Audio packets per second.
const AUDIO_PACKETS: f64 = 60.0;
/// `data` messages per second.
const DATA: f64 = 10.0;
/// Other messages per second: acks every 50 ms, views of some elements.
const CONTROL: f64 = 100.0;
/// A clock that runs fast must not add up to a broken rule.
const TOLERANCE: f64 = 1.1;
/// A line that stood still delivers at once what the page sent meanwhile. After 15 s it counts as lost.
const STALL: Duration = Duration::from_secs(15);
/// Video is held back before the encoder, so a stalled line delivers less of it.
const VIDEO_STALL: Duration = Duration::from_secs(5);

/// A bucket that fills with time.
#[derive(Clone, Debug)]
pub(crate) struct TokenBucket {
    /// Tokens per second.
    rate: f64,
    burst: f64,
    level: f64,
    at: Instant,
}

impl TokenBucket {
    /// Creates a full bucket.
    pub(crate) fn new(rate: f64, burst: f64, now: Instant) -> Self {
        Self {
            rate,
            burst,
            level: burst,
            at: now,
        }
    }

    /// Takes tokens. Returns false, and takes none, if there are too few.
    pub(crate) fn take(&mut self, tokens: f64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.level = (self.level + passed * self.rate).min(self.burst);
        if self.level < tokens {
            return false;
        }
        self.level -= tokens;
        true
    }
}

/// Why a page is cut off. The text is the reason with which the socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flood {
    #[error("more than 30 video frames per second")]
    VideoFrames,
    #[error("more video than the bitrate allows")]
    VideoBits,
    #[error("more than 60 audio packets per second")]
    Audio,
    #[error("more than 10 data messages per second")]
    Data,
    #[error("too many messages")]
    Control,
}

/// All limits of one page.
#[derive(Clone, Debug)]
pub(crate) struct PageLimits {
    video_frames: TokenBucket,
    video_bits: TokenBucket,
    audio: TokenBucket,
    data: TokenBucket,
    control: TokenBucket,
}

impl PageLimits {
    /// Creates the limits; `bitrate` is the video's, in bits per second.
    pub(crate) fn new(bitrate: u32, now: Instant) -> Self {
        let bucket = |rate: f64, stall: Duration| {
            TokenBucket::new(rate * TOLERANCE, rate * stall.as_secs_f64(), now)
        };
        Self {
            video_frames: bucket(VIDEO_FRAMES, VIDEO_STALL),
            video_bits: bucket(f64::from(bitrate), VIDEO_STALL),
            audio: bucket(AUDIO_PACKETS, STALL),
            data: bucket(DATA, STALL),
            control: bucket(CONTROL, STALL),
        }
    }

    /// Counts a frame of this many bytes.
    pub(crate) fn frame(&mut self, kind: Kind, bytes: usize, now: Instant) -> Result<(), Flood> {
        if kind.is_audio() {
            return allow(self.audio.take(1.0, now), Flood::Audio);
        }
        // A frame has at most 256 KiB: exact.
        #[expect(clippy::cast_precision_loss)]
        let bits = bytes as f64 * 8.0;
        allow(self.video_frames.take(1.0, now), Flood::VideoFrames)?;
        allow(self.video_bits.take(bits, now), Flood::VideoBits)
    }

    /// Counts a `data` message.
    pub(crate) fn data(&mut self, now: Instant) -> Result<(), Flood> {
        allow(self.data.take(1.0, now), Flood::Data)
    }

    /// Counts any text message.
    pub(crate) fn message(&mut self, now: Instant) -> Result<(), Flood> {
        allow(self.control.take(1.0, now), Flood::Control)
    }
}

fn allow(is_allowed: bool, flood: Flood) -> Result<(), Flood> {
    if is_allowed { Ok(()) } else { Err(flood) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::start;

    fn sends(kind: Kind, bytes: usize, per_second: u32, seconds: u32) -> Result<(), Flood> {
        let now = start();
        let mut limits = PageLimits::new(1_500_000, now);
        for i in 0..per_second * seconds {
            let at = now + Duration::from_secs(1) * i / per_second;
            limits.frame(kind, bytes, at)?;
        }
        Ok(())
    }

    #[test]
    fn an_ordinary_page_is_never_cut_off() {
        assert_eq!(sends(Kind::Camera, 6_200, 30, 600), Ok(()), "1.49 Mbit/s");
        assert_eq!(sends(Kind::Audio, 200, 50, 600), Ok(()));
    }

    #[test]
    fn a_flood_is_cut_off_within_seconds() {
        assert_eq!(sends(Kind::Camera, 100, 60, 10), Err(Flood::VideoFrames));
        assert_eq!(sends(Kind::Camera, 20_000, 30, 10), Err(Flood::VideoBits));
        assert_eq!(sends(Kind::Audio, 100, 200, 10), Err(Flood::Audio));
    }

    #[test]
    fn what_a_stalled_line_delivers_at_once_does_not_count_as_a_flood() {
        let now = start();
        let mut limits = PageLimits::new(1_500_000, now);
        let after = now + Duration::from_secs(14);
        for _ in 0..14 * 50 {
            assert_eq!(limits.frame(Kind::Audio, 100, after), Ok(()));
        }
        for _ in 0..60 {
            assert_eq!(limits.frame(Kind::Camera, 6_000, after), Ok(()));
        }
    }

    #[test]
    fn data_and_messages_are_limited() {
        let now = start();
        let mut limits = PageLimits::new(1_500_000, now);
        let data = (0..1000).filter(|_| limits.data(now).is_ok()).count();
        let messages = (0..10_000).filter(|_| limits.message(now).is_ok()).count();
        assert_eq!((data, messages), (150, 1500));
    }
}
