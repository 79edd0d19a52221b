//! Time of a Docker event.

use std::fmt;
use std::time::Duration;

use bollard::models::EventMessage;

use crate::runtime::clock::unix_ms;

/// Overlap of the first list and the events before it, so that no event is lost between the two.
const OVERLAP: Duration = Duration::from_secs(5);

/// Nanoseconds since 1970 by Docker's clock, which differs from the sidecar's where Docker runs in a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EventTime(u64);

impl EventTime {
    pub(super) fn of(message: &EventMessage) -> Option<Self> {
        let ns = message.time_nano.filter(|&ns| ns > 0)?;
        u64::try_from(ns).ok().map(Self)
    }

    pub(super) fn before_first_list() -> Self {
        let overlap = u64::try_from(OVERLAP.as_millis()).unwrap_or(0);
        Self(unix_ms().saturating_sub(overlap).saturating_mul(1_000_000))
    }

    pub(super) fn unix_ms(self) -> u64 {
        self.0 / 1_000_000
    }
}

/// Formats the time for `since=`. Docker repeats the event of that time, which changes nothing.
impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:09}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_reads_seconds_and_nine_digits() {
        assert_eq!(
            EventTime(1_795_240_000_000_000_042).to_string(),
            "1795240000.000000042"
        );
        assert_eq!(
            EventTime(1_795_240_000_000_000_042).unix_ms(),
            1_795_240_000_000
        );
    }
}
