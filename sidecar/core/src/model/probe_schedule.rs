//! The memory of one thing that is probed again and again.

use std::time::Duration;

use crate::backoff::ExponentialBackoff;
use crate::{Finding, Job, ProbeResult, Target};

/// What the latest probes of one target said.
#[derive(Debug, Default)]
pub(super) struct ProbeSchedule {
    /// Results of probes that were asked for under an earlier epoch are stale.
    epoch: u64,
    last: Option<ProbeResult>,
    failures: u32,
    /// It was ok once since the last reset: failing now is a break, not a start.
    was_ok: bool,
    /// Asked to answer at once, and has not yet: whoever asks again would only put its answer off.
    hurried: bool,
}

impl ProbeSchedule {
    /// Forgets everything and asks for a probe at once.
    pub(super) fn restart(&mut self, key: &str, target: Target) -> Job {
        *self = Self {
            epoch: self.epoch,
            ..Self::default()
        };
        self.now(key, target)
    }

    /// Asks for a probe at once, and drops the one that is scheduled.
    pub(super) fn now(&mut self, key: &str, target: Target) -> Job {
        self.epoch += 1;
        self.hurried = true;
        Job {
            key: key.to_owned(),
            epoch: self.epoch,
            after: Duration::ZERO,
            target,
        }
    }

    /// Forgets everything; whatever is under way is stale.
    pub(super) fn stop(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            ..Self::default()
        };
    }

    /// Takes a result in. `None` when it is stale; otherwise the wait before the next probe:
    /// `every` after a success, `retry` after failures.
    pub(super) fn record(
        &mut self,
        epoch: u64,
        outcome: ProbeResult,
        every: Duration,
        retry: ExponentialBackoff,
    ) -> Option<Duration> {
        if epoch != self.epoch {
            return None;
        }
        self.hurried = false;
        let wait = match &outcome {
            Ok(Finding::Tunnel { ready: false, .. }) | Err(_) => {
                self.failures = self.failures.saturating_add(1);
                retry.after(self.failures)
            }
            Ok(_) => {
                self.failures = 0;
                self.was_ok = true;
                every
            }
        };
        self.last = Some(outcome);
        Some(wait)
    }

    /// The job that follows a recorded result.
    pub(super) fn next(&self, key: &str, after: Duration, target: Target) -> Job {
        Job {
            key: key.to_owned(),
            epoch: self.epoch,
            after,
            target,
        }
    }

    /// The latest result; `None` before the first.
    pub(super) fn last(&self) -> Option<&ProbeResult> {
        self.last.as_ref()
    }

    /// A probe is under way that was to answer at once.
    pub(super) fn is_hurried(&self) -> bool {
        self.hurried
    }

    /// It was ok once since the last restart.
    pub(super) fn was_ok(&self) -> bool {
        self.was_ok
    }
}
