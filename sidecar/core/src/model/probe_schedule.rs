//! The probe schedule of one service.

use std::time::Duration;

use crate::backoff::ExponentialBackoff;
use crate::{Finding, Job, ProbeResult, Target};

/// The results of the latest probes of one target.
#[derive(Debug, Default)]
pub(super) struct ProbeSchedule {
    /// Results of an earlier epoch are stale.
    epoch: u64,
    last: Option<ProbeResult>,
    failures: u32,
    /// It worked once since the last reset, so that a failure is not part of its start.
    was_ok: bool,
    /// An immediate probe is under way; another one would only delay the answer.
    hurried: bool,
}

impl ProbeSchedule {
    /// Resets the schedule and returns an immediate probe.
    pub(super) fn restart(&mut self, key: &str, target: Target) -> Job {
        *self = Self {
            epoch: self.epoch,
            ..Self::default()
        };
        self.now(key, target)
    }

    /// Returns an immediate probe, which replaces the scheduled one.
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

    /// Resets the schedule; a probe that is under way becomes stale.
    pub(super) fn stop(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            ..Self::default()
        };
    }

    /// Records a result and returns the delay before the next probe: `interval` after a success, `retry` after
    /// failures. Returns `None` when the result is stale.
    pub(super) fn record(
        &mut self,
        epoch: u64,
        outcome: ProbeResult,
        interval: Duration,
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
                interval
            }
        };
        self.last = Some(outcome);
        Some(wait)
    }

    /// Returns the probe that follows a recorded result.
    pub(super) fn next(&self, key: &str, after: Duration, target: Target) -> Job {
        Job {
            key: key.to_owned(),
            epoch: self.epoch,
            after,
            target,
        }
    }

    /// Returns the latest result; `None` before the first.
    pub(super) fn last(&self) -> Option<&ProbeResult> {
        self.last.as_ref()
    }

    /// Reports whether an immediate probe is under way.
    pub(super) fn is_hurried(&self) -> bool {
        self.hurried
    }

    /// Reports whether it worked once since the last reset.
    pub(super) fn was_ok(&self) -> bool {
        self.was_ok
    }
}
