//! The schedule of the public URL's verifications.
//!
//! One verification is under way at a time, and one time is due. [`VerificationSchedule::schedule`] alone moves
//! that time; [`VerificationSchedule::dispatch`] alone sends, and counts what it sends.

use std::time::Duration;

use super::backoff::{
    Changes, Failures, RENEWAL_INTERVAL_REQUESTED, after_success, renewal, resolvers_hold,
};
use super::quota::{DailyQuota, QuotaSpent};
use crate::Now;
use crate::diagnosis::{Diagnosis, PublicUrlFault};
use crate::layer::LayerKind;
use crate::page::Page;
use crate::verification::{Attempt, Stage, Verification, VerificationJob};

/// Time after a client's request in which verifications are frequent.
const REQUESTED_TIME: Duration = Duration::from_secs(60);
/// Delay of a quick tunnel's first DNS query where only resolvers can be queried: records appear 0.8 to 3.7 s after
/// the registration.
const SETTLE_TIME: Duration = Duration::from_secs(5);
/// The same for any other tunnel, whose DNS record already exists.
const SETTLE_TIME_OTHER: Duration = Duration::from_secs(3);
/// Time in which all resolvers are required; after that the reachable ones, or this network's resolver, are enough.
const STRICT_TIME: Duration = Duration::from_secs(15);

/// Why a verification is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    /// The delay after the one before is over.
    Timer,
    /// A change in the stack may change the result.
    Change,
    /// A client requests it, which never shortens the backoff.
    Request,
}

/// The verification schedule of one hostname.
#[derive(Debug, Default)]
pub(super) struct VerificationSchedule {
    /// Epoch of the latest verification. Results of earlier ones are stale.
    epoch: u64,
    /// When the next one is sent, by the monotonic clock.
    due_at: Option<Duration>,
    under_way: Option<UnderWay>,
    /// The next one is due to a change.
    change: bool,
    changes: Changes,
    stage: Stage,
    failures: Failures,
    /// No client's request brings the next one before this time.
    backoff_until: Duration,
    /// Nothing does, because a resolver that is queried too early caches that the hostname does not exist.
    held_until: Duration,
    /// When the resolvers were first queried.
    resolvers_since: Option<Duration>,
    /// A client has requested verifications recently.
    requested_until: Duration,
    /// The tunnel's provider limits requests.
    metered: bool,
    quota: DailyQuota,
    /// The latest exposure check found nothing, and nothing has changed since.
    unexposed: bool,
}

/// A verification that has not returned yet.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    /// When it was sent, Unix milliseconds.
    began_at: u64,
    /// It includes the exposure check.
    checks_exposure: bool,
    /// Something changed since it began, so its result is invalid and another one is due.
    superseded: bool,
}

/// Whether a result for the present hostname is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    Counts(Attempt),
    Superseded,
}

impl VerificationSchedule {
    /// Schedules the first verification of a new hostname.
    pub(super) fn begin(&mut self, quick: bool, metered: bool, now: Now) -> Result<(), QuotaSpent> {
        self.stop();
        self.metered = metered;
        if quick {
            return self.schedule(now.mono, Trigger::Timer, now);
        }
        self.stage = Stage::Path;
        self.held_until = now.mono + SETTLE_TIME_OTHER;
        self.schedule(self.held_until, Trigger::Timer, now)
    }

    /// Stops verifying; a verification that is under way becomes stale.
    pub(super) fn stop(&mut self) {
        *self = Self {
            epoch: self.epoch,
            requested_until: self.requested_until,
            changes: self.changes,
            quota: self.quota,
            ..Self::default()
        };
    }

    /// Requires a new exposure check. Where the provider limits requests, one for each hostname is enough.
    pub(super) fn invalidate_exposure(&mut self) {
        self.unexposed &= self.metered;
    }

    /// Schedules a verification after a change in the stack, which invalidates one that is under way.
    pub(super) fn change(&mut self, now: Now) -> Result<(), QuotaSpent> {
        self.schedule(now.mono, Trigger::Change, now)?;
        self.change = true;
        if let Some(under_way) = &mut self.under_way {
            under_way.superseded = true;
        }
        Ok(())
    }

    /// Schedules a verification after a suspension: delays from before are over, and connections are dead.
    pub(super) fn resumed(&mut self, now: Now) -> Result<(), QuotaSpent> {
        (self.held_until, self.failures) = (Duration::ZERO, Failures::default());
        self.change(now)
    }

    /// Schedules a verification by request. One that is under way answers all requests that come meanwhile.
    pub(super) fn request(&mut self, fresh: bool, now: Now) -> Result<(), QuotaSpent> {
        self.requested_until = now.mono + REQUESTED_TIME;
        if let Some(under_way) = self.under_way {
            // That is not enough when this request includes the exposure check.
            if self.unexposed || under_way.checks_exposure || under_way.superseded {
                return Ok(());
            }
            self.schedule(now.mono, Trigger::Request, now)?;
            self.under_way = Some(UnderWay {
                superseded: true,
                ..under_way
            });
            return Ok(());
        }
        match (fresh, self.metered) {
            (false, _) => self.schedule(now.mono, Trigger::Request, now),
            (true, false) => {
                self.schedule(now.mono + RENEWAL_INTERVAL_REQUESTED, Trigger::Request, now)
            }
            (true, true) => Ok(()),
        }
    }

    /// Schedules a verification after the latest success expired, unless one is under way.
    pub(super) fn expired(&mut self, now: Now) -> Result<(), QuotaSpent> {
        match self.under_way {
            Some(_) => Ok(()),
            None => self.schedule(now.mono, Trigger::Request, now),
        }
    }

    /// Moves the due time to `at` where that is earlier and the trigger's backoff allows it.
    ///
    /// With the quota spent, one is due when the next day begins, and the error reports that.
    fn schedule(&mut self, at: Duration, trigger: Trigger, now: Now) -> Result<(), QuotaSpent> {
        let allowed = match trigger {
            Trigger::Timer => Duration::ZERO,
            Trigger::Change => self.changes.earliest(self.metered),
            Trigger::Request => self.backoff_until,
        };
        let at = at.max(allowed).max(self.held_until);
        let spent = self.spent(now);
        let at = spent.map_or(at, |spent| at.max(now.mono + spent.wait));
        self.due_at = Some(self.due_at.map_or(at, |due| due.min(at)));
        spent.map_or(Ok(()), Err)
    }

    /// Returns the verification that is due, and counts it.
    pub(super) fn dispatch(
        &mut self,
        host: &str,
        verified: bool,
        now: Now,
    ) -> Option<VerificationJob> {
        let is_due = self.due_at.is_some_and(|due| due <= now.mono);
        if !is_due || self.under_way.is_some() {
            return None;
        }
        if self.metered
            && let Err(spent) = self.quota.spend(now)
        {
            self.due_at = Some(now.mono + spent.wait);
            return None;
        }
        self.due_at = None;
        self.epoch += 1;
        if std::mem::take(&mut self.change) {
            self.changes.sent(self.metered, now.mono);
            self.failures.on_change();
        }
        let job = self.job(host, verified, now.mono);
        self.under_way = Some(UnderWay {
            began_at: now.unix_ms,
            checks_exposure: job.check_exposure,
            superseded: false,
        });
        Some(job)
    }

    fn job(&self, host: &str, verified: bool, at: Duration) -> VerificationJob {
        let patient = self
            .resolvers_since
            .is_none_or(|since| at < since + STRICT_TIME);
        VerificationJob {
            epoch: self.epoch,
            host: host.to_owned(),
            from: self.stage,
            lenient: verified || !patient,
            check_exposure: !self.unexposed,
            page: Page::default(), // this and the next are added where the job leaves the model
            media: false,
        }
    }

    /// Returns when the next one is sent, by the monotonic clock; `None` while none is due or one is under way.
    pub(super) fn next_at(&self) -> Option<Duration> {
        self.due_at.filter(|_| self.under_way.is_none())
    }

    /// Reports whether a verification is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Returns the number sent today, where the provider limits requests.
    pub(super) fn sent_today(&self) -> DailyQuota {
        self.quota
    }

    /// Adds what an earlier process sent.
    pub(super) fn sent_before(&mut self, before: DailyQuota, now: Now) {
        self.quota.add(before, now);
    }

    /// Returns the spent quota, when the provider limits requests and the day's verifications are used up.
    pub(super) fn spent(&self, now: Now) -> Option<QuotaSpent> {
        self.quota.left(now).err().filter(|_| self.metered)
    }

    /// Records a result, and schedules the next verification. Returns `None` when the result is stale.
    pub(super) fn record(
        &mut self,
        epoch: u64,
        verification: &Verification,
        now: Now,
    ) -> Option<Recorded> {
        let under_way = self.under_way.take_if(|_| epoch == self.epoch)?;
        self.stage = verification.next;
        if verification.next == Stage::Path {
            self.resolvers_since.get_or_insert(now.mono);
        }
        let failed_at = verification.failure.as_ref().map(|(layer, _)| *layer);
        // A resolver's answer does not depend on the stack, and querying it again at once does harm.
        if under_way.superseded && failed_at != Some(LayerKind::Dns) {
            return Some(Recorded::Superseded);
        }
        (self.due_at, self.change) = (None, false);
        let after = match &verification.failure {
            None => self.succeeded(verification, under_way.checks_exposure, now),
            Some((layer, reason)) => Some(self.failed(verification.next, *layer, reason, now)),
        };
        if let Some(after) = after {
            // With the quota spent it is due tomorrow, and this result is still valid.
            let _ = self.schedule(now.mono + after, Trigger::Timer, now);
        }
        Some(Recorded::Counts(Attempt {
            began_at: under_way.began_at,
            ended_at: now.unix_ms,
        }))
    }

    fn succeeded(
        &mut self,
        verification: &Verification,
        exposure_checked: bool,
        now: Now,
    ) -> Option<Duration> {
        self.unexposed |= exposure_checked;
        self.failures = Failures::default();
        self.held_until = Duration::ZERO;
        self.backoff_until = now.mono + after_success(self.metered);
        let requested = now.mono < self.requested_until;
        renewal(self.metered, requested, !verification.limited.is_empty())
    }

    fn failed(&mut self, next: Stage, layer: LayerKind, why: &Diagnosis, now: Now) -> Duration {
        let after = match why {
            Diagnosis::PublicUrl(PublicUrlFault::Settling) => SETTLE_TIME,
            _ => self.failures.count(next, layer, self.metered),
        };
        self.backoff_until = now.mono + after;
        if layer == LayerKind::Dns {
            self.held_until = now.mono + resolvers_hold(after);
        }
        after
    }
}

#[cfg(test)]
mod testing;
