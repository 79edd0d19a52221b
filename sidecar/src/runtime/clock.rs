//! The only place that reads clocks. Everything else gets the time as an argument.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use sidelink_core::Now;
pub use sidelink_diagnostics::rfc3339;

/// The wall clock, and a monotonic clock from the moment of its start.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    wall: fn() -> u64,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Self::with_wall(unix_ms)
    }

    /// Starts now with another wall clock, for tests in which the machine is suspended.
    pub fn with_wall(wall: fn() -> u64) -> Self {
        Self {
            began: Instant::now(),
            wall,
        }
    }

    /// Returns this moment.
    pub fn now(self) -> Now {
        Now {
            unix_ms: (self.wall)(),
            mono: self.began.elapsed(),
        }
    }
}

/// Returns Unix milliseconds of the wall clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the wall clock"
)]
pub fn unix_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    millis(since)
}

/// Returns whole milliseconds.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Converts one of Docker's RFC 3339 times to Unix milliseconds. Its "never" (year 1) and unreadable text become 0.
pub fn from_rfc3339(text: &str) -> u64 {
    let ms = text
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_millisecond);
    u64::try_from(ms).unwrap_or(0)
}

/// Converts a date of HTTP, `Sat, 21 Nov 2026 14:46:23 GMT`, to Unix milliseconds.
pub fn from_http_date(text: &str) -> Option<u64> {
    let civil = jiff::fmt::rfc2822::parse(text).ok()?;
    u64::try_from(civil.timestamp().as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        assert_eq!(rfc3339(1_795_240_200_999), "2026-11-21T05:50:00Z");
        assert_eq!(
            from_rfc3339("2026-11-21T05:50:00.999123456Z"),
            1_795_240_200_999
        );
        assert_eq!(from_rfc3339("0001-01-01T00:00:00Z"), 0);
        assert_eq!(from_rfc3339("yesterday"), 0);
        let date = from_http_date("Sat, 21 Nov 2026 05:50:00 GMT");
        assert_eq!(date, Some(1_795_240_200_000));
        assert_eq!(from_http_date("yesterday"), None);
    }
}
