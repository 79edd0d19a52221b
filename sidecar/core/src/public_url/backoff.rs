//! Delays between two verifications.

use std::time::Duration;

use crate::backoff::{ExponentialBackoff, FixedBackoff};
use crate::layer::LayerKind;
use crate::verification::Stage;

/// While all works, a verification is never older than 60 s: 60 s less the 10 s timeout of a verification.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(50);
/// The same after a client's request: the result stays younger than 3 s.
pub(super) const RENEWAL_INTERVAL_REQUESTED: Duration = Duration::from_millis(2_500);
/// The same while the public URL does not work for every visitor, to detect when it does.
const RENEWAL_INTERVAL_LIMITED: Duration = Duration::from_secs(10);
/// The edge and the zone's name server answer in milliseconds and cache nothing, so that a public URL is shown within
/// half a second of the first moment at which it can work.
const POLL_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(100, 250);
/// After so many polls something is wrong, and the delay grows.
const MAX_POLLS: u32 = 120;
const LATE_POLL_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(500, 10_000);
/// Public resolvers cache an NXDOMAIN for up to half an hour.
const RESOLVER_BACKOFF: FixedBackoff<3> = FixedBackoff::from_millis([2_000, 5_000, 10_000]);
/// All checks after DNS, before the first success and after a failure.
const RETRY_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(250, 5_000);
/// The same where the provider limits requests.
const METERED_RETRY_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 600_000);
/// After a failed exposure check. Most fixes restart a container, which triggers a verification; a route that the app
/// itself exposes does not.
const EXPOSED_RETRY_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 30_000);

/// Changes that are verified at once: a stack that starts or is repaired has so many within a minute.
const MAX_CHANGES: u32 = 8;
/// The same where the provider limits requests; a restart of the whole stack causes two or three.
const MAX_CHANGES_METERED: u32 = 3;
/// Time without a change after which the count starts again; longer than any delay above.
const QUIET_TIME: Duration = Duration::from_secs(60);
const QUIET_TIME_METERED: Duration = Duration::from_secs(1_200);

/// Failures in a row at the same stage and layer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    count: u32,
    place: Option<(Stage, LayerKind)>,
}

impl Failures {
    /// Resets the count after a change in the stack, except for DNS failures, which do not depend on it.
    pub(super) fn on_change(&mut self) {
        if !matches!(self.place, Some((_, LayerKind::Dns))) {
            *self = Self::default();
        }
    }

    /// Counts a failure, and returns the delay after it.
    pub(super) fn count(&mut self, next: Stage, layer: LayerKind, metered: bool) -> Duration {
        let place = Some((next, layer));
        let before = if self.place == place { self.count } else { 0 };
        let count = before + 1;
        *self = Self { count, place };
        match (next, layer) {
            (Stage::Edge | Stage::Record, _) if count <= MAX_POLLS => POLL_BACKOFF.after(count),
            (Stage::Edge | Stage::Record, _) => LATE_POLL_BACKOFF.after(count - MAX_POLLS),
            _ if metered => METERED_RETRY_BACKOFF.after(count),
            (Stage::Path, LayerKind::Exposure) => EXPOSED_RETRY_BACKOFF.after(count),
            (Stage::Path, LayerKind::Dns) => RESOLVER_BACKOFF.after(count),
            (Stage::Path, _) => RETRY_BACKOFF.after(count),
        }
    }
}

/// Returns the delay between a success and the next verification; `None` when it is renewed on request only.
pub(super) fn renewal(metered: bool, requested: bool, limited: bool) -> Option<Duration> {
    match (metered, requested, limited) {
        (true, ..) => None,
        (_, true, _) => Some(RENEWAL_INTERVAL_REQUESTED),
        (_, _, true) => Some(RENEWAL_INTERVAL_LIMITED),
        _ => Some(RENEWAL_INTERVAL),
    }
}

/// Returns the minimum delay between a success and a requested verification.
pub(super) fn after_success(metered: bool) -> Duration {
    retry_backoff(metered).after(1)
}

/// Returns the part of a delay in which resolvers are never queried again.
pub(super) fn resolvers_hold(wait: Duration) -> Duration {
    wait.min(RESOLVER_BACKOFF.after(u32::MAX))
}

fn retry_backoff(metered: bool) -> ExponentialBackoff {
    if metered {
        METERED_RETRY_BACKOFF
    } else {
        RETRY_BACKOFF
    }
}

/// Counts verifications sent because of changes, so that a flapping service costs no more than a failed one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    latest: Duration,
    count: u32,
}

impl Changes {
    /// Counts a verification that is sent now.
    pub(super) fn sent(&mut self, metered: bool, now: Duration) {
        let quiet = if metered {
            QUIET_TIME_METERED
        } else {
            QUIET_TIME
        };
        let before = if now < self.latest + quiet {
            self.count
        } else {
            0
        };
        *self = Self {
            latest: now,
            count: before + 1,
        };
    }

    /// Returns the earliest time for the next one, by the monotonic clock.
    pub(super) fn earliest(&self, metered: bool) -> Duration {
        let at_once = if metered {
            MAX_CHANGES_METERED
        } else {
            MAX_CHANGES
        };
        let wait = match self.count.checked_sub(at_once) {
            Some(beyond) => retry_backoff(metered).after(beyond + 1),
            None => Duration::ZERO,
        };
        self.latest + wait
    }
}
