//! When a container that ended is started again by us.
//!
//! Docker's restart rule brings back what ends by itself. It does not bring back what was killed
//! from outside, nor a tunnel, which has no restart rule: a restart loop against the tunnel's
//! provider ends in its rate limit.

use std::time::Duration;

use super::Now;
use super::container::{Container, Role, Run};
use crate::pace::Pace;

/// Time for Docker's own restart rule to act first.
const GRACE: Duration = Duration::from_secs(2);
/// Nobody else starts a tunnel; but Docker tells of a stop signal only after it has sent it, so
/// the end may be known first.
const GRACE_TUNNEL: Duration = Duration::from_millis(300);
/// After a start that did not last.
const PACE: Pace = Pace::from_millis(2_000, 60_000);
/// Each start of a quick tunnel asks its provider for a name: far slower, up to five minutes.
const PACE_TUNNEL: Pace = Pace::from_millis(5_000, 300_000);
/// A run of this length ends the count of failed starts.
const LASTED: Duration = Duration::from_secs(120);

/// What was done to bring one service back.
#[derive(Debug, Default)]
pub(super) struct Heal {
    starts: u32,
    not_before: Option<Duration>,
}

/// What to do about a container that ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Start it now.
    Start,
    /// Look again after this time.
    Wait(Duration),
}

impl Heal {
    /// The container has ended, and by nobody's wish: start it, or wait how long?
    pub(super) fn act(&mut self, container: &Container, now: Now) -> Act {
        let at = *self
            .not_before
            .get_or_insert_with(|| now.mono + grace(container, self.starts));
        if now.mono < at {
            return Act::Wait(at - now.mono);
        }
        self.starts += 1;
        self.not_before = None;
        Act::Start
    }

    /// It runs: nothing is scheduled, and after a while the earlier starts are forgotten.
    pub(super) fn runs(&mut self, container: &Container, now: Now) {
        self.not_before = None;
        let ran_ms = now.unix_ms.saturating_sub(container.started_at);
        if Duration::from_millis(ran_ms) > LASTED {
            self.starts = 0;
        }
    }
}

fn grace(container: &Container, starts: u32) -> Duration {
    let (first, pace) = match container.role {
        Role::Tunnel => (GRACE_TUNNEL, PACE_TUNNEL),
        _ => (GRACE, PACE),
    };
    if starts == 0 {
        first
    } else {
        pace.after(starts)
    }
}

/// Stopped by somebody's wish, judged from the first sight of a container that had already ended.
///
/// An engine that goes down takes the sidecar with it, so what ended within 15 s of the sidecar's
/// own previous end (Docker gives each container 10 s to stop) went down together with it. Exit
/// codes 0, 130, 137 and 143 are those of a stop; 255 is Docker's for a machine that lost power.
pub(super) fn was_stopped_by_hand(container: &Container, own_previous_end: Option<u64>) -> bool {
    let Run::Exited {
        code,
        out_of_memory: false,
        finished_at,
        ..
    } = container.run
    else {
        return false;
    };
    let together = own_previous_end.is_some_and(|end| end.abs_diff(finished_at) < 15_000);
    matches!(code, 0 | 130 | 137 | 143) && !together
}
