//! How long to wait between two verifications.

use std::time::Duration;

use crate::backoff::{ExponentialBackoff, FixedBackoff};
use crate::layer::LayerKind;
use crate::verification::Stage;

/// A verification is to be no older than 60 s while all goes well; the next begins so early that even one
/// that runs into its own time limit is back by then.
const RENEWAL: Duration = Duration::from_secs(50);
/// While a client has just asked for one: kept under 3 s.
pub(super) const RENEWAL_WANTED: Duration = Duration::from_millis(2_500);
/// While the public URL does not work for every visitor: the end of that is to be seen.
const RENEWAL_LIMITED: Duration = Duration::from_secs(10);
/// The edge and the zone's name server answer in milliseconds and remember nothing: a public URL is shown within
/// half a second of the first moment at which it can work.
const POLL: ExponentialBackoff = ExponentialBackoff::from_millis(100, 250);
/// So often at the most; after that something is wrong, and the wait grows.
const POLLS: u32 = 120;
const POLL_LATER: ExponentialBackoff = ExponentialBackoff::from_millis(500, 10_000);
/// Public resolvers remember an NXDOMAIN, for up to half an hour.
const RESOLVERS: FixedBackoff<3> = FixedBackoff::from_millis([2_000, 5_000, 10_000]);
/// Everything behind the name, while it is awaited and after it broke.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(250, 5_000);
/// As few as a quota allows.
const RETRY_METERED: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 600_000);
/// A person closes what is exposed, and that is an event; an app that exposes something by itself has none.
const RETRY_EXPOSED: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 30_000);

/// A stack that starts or is mended changes so often within a minute: each change is verified at once.
const CHANGES: u32 = 8;
/// A change costs requests there; a restart of the whole stack is two or three.
const CHANGES_METERED: u32 = 3;
/// After so long without one that was sent, the next changes are verified at once again: longer than any step.
const QUIET: Duration = Duration::from_secs(60);
const QUIET_METERED: Duration = Duration::from_secs(1_200);

/// Failures in a row at the same place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    count: u32,
    place: Option<(Stage, LayerKind)>,
}

impl Failures {
    /// Something changed, so that the next failure is the first again. What resolvers say has another cause.
    pub(super) fn forgive(&mut self) {
        if !matches!(self.place, Some((_, LayerKind::Dns))) {
            *self = Self::default();
        }
    }

    /// Counts one more, and returns the wait after it.
    pub(super) fn one_more(&mut self, next: Stage, layer: LayerKind, metered: bool) -> Duration {
        let place = Some((next, layer));
        let before = if self.place == place { self.count } else { 0 };
        let count = before + 1;
        *self = Self { count, place };
        match (next, layer) {
            (Stage::Edge | Stage::Record, _) if count <= POLLS => POLL.after(count),
            (Stage::Edge | Stage::Record, _) => POLL_LATER.after(count - POLLS),
            _ if metered => RETRY_METERED.after(count),
            (Stage::Way, LayerKind::Exposure) => RETRY_EXPOSED.after(count),
            (Stage::Way, LayerKind::Dns) => RESOLVERS.after(count),
            (Stage::Way, _) => RETRY.after(count),
        }
    }
}

/// Returns the wait between a success and the next verification; `None`: it is renewed when somebody asks.
pub(super) fn renewal(metered: bool, wanted: bool, limited: bool) -> Option<Duration> {
    match (metered, wanted, limited) {
        (true, ..) => None,
        (_, true, _) => Some(RENEWAL_WANTED),
        (_, _, true) => Some(RENEWAL_LIMITED),
        _ => Some(RENEWAL),
    }
}

/// Returns the least wait between a success and a verification that somebody asks for.
pub(super) fn after_success(metered: bool) -> Duration {
    retry(metered).after(1)
}

/// Returns how long resolvers are left alone, whatever happens, of a wait after they were asked.
pub(super) fn resolvers_hold(wait: Duration) -> Duration {
    wait.min(RESOLVERS.after(u32::MAX))
}

fn retry(metered: bool) -> ExponentialBackoff {
    if metered { RETRY_METERED } else { RETRY }
}

/// Verifications sent because something in the stack changed: a service that comes and goes costs no more than
/// one that stays away.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    latest: Duration,
    count: u32,
}

impl Changes {
    /// Counts one that is sent now.
    pub(super) fn sent(&mut self, metered: bool, now: Duration) {
        let quiet = if metered { QUIET_METERED } else { QUIET };
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

    /// Returns the earliest moment for the next one.
    pub(super) fn earliest(&self, metered: bool) -> Duration {
        let at_once = if metered { CHANGES_METERED } else { CHANGES };
        let wait = match self.count.checked_sub(at_once) {
            Some(beyond) => retry(metered).after(beyond + 1),
            None => Duration::ZERO,
        };
        self.latest + wait
    }
}
