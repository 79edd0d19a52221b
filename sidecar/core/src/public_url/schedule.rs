//! When the public URL is verified: at once, again, and how often.
//!
//! One verification is under way at a time, and one moment is due. [`VerificationSchedule::schedule`] alone moves
//! that moment; [`VerificationSchedule::dispatch`] alone sends, and counts what it sends.

use std::time::Duration;

use super::backoff::{Changes, Failures, RENEWAL_WANTED, after_success, renewal, resolvers_hold};
use super::quota::{DailyQuota, QuotaSpent};
use crate::Now;
use crate::diagnosis::{Diagnosis, PublicUrlFault};
use crate::layer::LayerKind;
use crate::page::Page;
use crate::verification::{Attempt, Stage, Verification, VerificationJob};

/// How long after a request that goes on.
const WANTED: Duration = Duration::from_secs(60);
/// Records were seen 0.8 to 3.7 s after the registration: that long nothing is asked where only resolvers can be.
const SETTLE: Duration = Duration::from_secs(5);
/// Any other tunnel's name has had its record for long.
const SETTLE_OTHER: Duration = Duration::from_secs(3);
/// A resolver that cannot be asked is waited for so long; then the others do, or this network's own.
const STRICT: Duration = Duration::from_secs(15);

/// Why a verification is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    /// The wait after the one before is over.
    Timer,
    /// Something happened that may change the answer.
    Change,
    /// A client asks. It never gets ahead of the backoff.
    Request,
}

/// When the verifications of one name are sent.
#[derive(Debug, Default)]
pub(super) struct VerificationSchedule {
    /// Of the one sent last. Results of earlier ones are stale.
    epoch: u64,
    /// When the next one is sent, by the monotonic clock.
    due: Option<Duration>,
    under_way: Option<UnderWay>,
    /// The one that is due answers to a change.
    change: bool,
    changes: Changes,
    stage: Stage,
    failures: Failures,
    /// No client's request brings the next one before this moment.
    backoff_until: Duration,
    /// Nothing does: a resolver that is asked too early remembers that the name does not exist.
    held_until: Duration,
    /// When the resolvers were asked first.
    resolvers_since: Option<Duration>,
    wanted_until: Duration,
    /// The tunnel's provider counts requests.
    metered: bool,
    quota: DailyQuota,
    /// Nothing was exposed at the last look, and nothing has changed since.
    unexposed: bool,
}

/// A verification that was sent and is not back.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    /// Unix milliseconds.
    began_at: u64,
    /// It looks for exposed endpoints.
    checks: bool,
    /// Something changed since it began: it does not count, and another one is due.
    superseded: bool,
}

/// A result that belongs to the present name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    Counts(Attempt),
    Superseded,
}

impl VerificationSchedule {
    /// Forgets the name before, and schedules the first verification of a new one.
    pub(super) fn begin(&mut self, quick: bool, metered: bool, now: Now) -> Result<(), QuotaSpent> {
        self.stop();
        self.metered = metered;
        if quick {
            return self.schedule(now.mono, Trigger::Timer, now);
        }
        self.stage = Stage::Way;
        self.held_until = now.mono + SETTLE_OTHER;
        self.schedule(self.held_until, Trigger::Timer, now)
    }

    /// Nothing is to be verified any more; what is under way is stale.
    pub(super) fn stop(&mut self) {
        *self = Self {
            epoch: self.epoch,
            wanted_until: self.wanted_until,
            changes: self.changes,
            quota: self.quota,
            ..Self::default()
        };
    }

    /// The exposure checks are to be made again. Where requests are counted, once for a name is enough.
    pub(super) fn doubt(&mut self) {
        self.unexposed &= self.metered;
    }

    /// Something in the stack changed: one that is under way does not count any more.
    pub(super) fn change(&mut self, now: Now) -> Result<(), QuotaSpent> {
        self.schedule(now.mono, Trigger::Change, now)?;
        self.change = true;
        if let Some(under_way) = &mut self.under_way {
            under_way.superseded = true;
        }
        Ok(())
    }

    /// The machine slept: what was waited for is over, and connections from before are dead.
    pub(super) fn slept(&mut self, now: Now) -> Result<(), QuotaSpent> {
        (self.held_until, self.failures) = (Duration::ZERO, Failures::default());
        self.change(now)
    }

    /// A client asks. One that is under way is the answer to all who ask meanwhile.
    pub(super) fn request(&mut self, fresh: bool, now: Now) -> Result<(), QuotaSpent> {
        self.wanted_until = now.mono + WANTED;
        if let Some(under_way) = self.under_way {
            // Unless the client wants the exposure checks, too.
            if self.unexposed || under_way.checks || under_way.superseded {
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
            (true, false) => self.schedule(now.mono + RENEWAL_WANTED, Trigger::Request, now),
            (true, true) => Ok(()),
        }
    }

    /// The latest success is too old to count. One that is under way is awaited.
    pub(super) fn expired(&mut self, now: Now) -> Result<(), QuotaSpent> {
        match self.under_way {
            Some(_) => Ok(()),
            None => self.schedule(now.mono, Trigger::Request, now),
        }
    }

    /// Moves the due moment to `at` where that is earlier and the trigger's backoff allows it. With the quota spent
    /// one is due when the next day begins, and the caller is told that none comes before.
    fn schedule(&mut self, at: Duration, trigger: Trigger, now: Now) -> Result<(), QuotaSpent> {
        let allowed = match trigger {
            Trigger::Timer => Duration::ZERO,
            Trigger::Change => self.changes.earliest(self.metered),
            Trigger::Request => self.backoff_until,
        };
        let at = at.max(allowed).max(self.held_until);
        let spent = self.spent(now);
        let at = spent.map_or(at, |spent| at.max(now.mono + spent.wait));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
        spent.map_or(Ok(()), Err)
    }

    /// Sends the one that is due, and counts it.
    pub(super) fn dispatch(
        &mut self,
        host: &str,
        verified: bool,
        now: Now,
    ) -> Option<VerificationJob> {
        let is_due = self.due.is_some_and(|due| due <= now.mono);
        if !is_due || self.under_way.is_some() {
            return None;
        }
        if self.metered
            && let Err(spent) = self.quota.spend(now)
        {
            self.due = Some(now.mono + spent.wait);
            return None;
        }
        self.due = None;
        self.epoch += 1;
        if std::mem::take(&mut self.change) {
            self.changes.sent(self.metered, now.mono);
            self.failures.forgive();
        }
        let job = self.job(host, verified, now.mono);
        self.under_way = Some(UnderWay {
            began_at: now.unix_ms,
            checks: job.check_exposure,
            superseded: false,
        });
        Some(job)
    }

    fn job(&self, host: &str, verified: bool, at: Duration) -> VerificationJob {
        let patient = self.resolvers_since.is_none_or(|since| at < since + STRICT);
        VerificationJob {
            epoch: self.epoch,
            host: host.to_owned(),
            from: self.stage,
            lenient: verified || !patient,
            check_exposure: !self.unexposed,
            page: Page::default(), // said where the job leaves the model
        }
    }

    /// When the next one is sent, by the monotonic clock; `None` while none is due or one is under way.
    pub(super) fn next_at(&self) -> Option<Duration> {
        self.due.filter(|_| self.under_way.is_none())
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// What was sent today, where the provider counts requests.
    pub(super) fn sent_today(&self) -> DailyQuota {
        self.quota
    }

    /// Counts what an earlier process sent.
    pub(super) fn sent_before(&mut self, before: DailyQuota, now: Now) {
        self.quota.add(before, now);
    }

    /// The provider counts requests, and the day's verifications are used up.
    pub(super) fn spent(&self, now: Now) -> Option<QuotaSpent> {
        self.quota.left(now).err().filter(|_| self.metered)
    }

    /// Takes a result in, and schedules what follows from it. `None`: it is stale.
    pub(super) fn record(
        &mut self,
        epoch: u64,
        verification: &Verification,
        now: Now,
    ) -> Option<Recorded> {
        let under_way = self.under_way.take_if(|_| epoch == self.epoch)?;
        self.stage = verification.next;
        if verification.next == Stage::Way {
            self.resolvers_since.get_or_insert(now.mono);
        }
        let failed_at = verification.broken.as_ref().map(|(layer, _)| *layer);
        // What resolvers say does not depend on the stack, and asking them again at once does harm.
        if under_way.superseded && failed_at != Some(LayerKind::Dns) {
            return Some(Recorded::Superseded);
        }
        (self.due, self.change) = (None, false);
        let after = match &verification.broken {
            None => self.succeeded(verification, under_way.checks, now),
            Some((layer, reason)) => Some(self.failed(verification.next, *layer, reason, now)),
        };
        if let Some(after) = after {
            // Refused for today: it is due tomorrow, and the result counts all the same.
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
        checked: bool,
        now: Now,
    ) -> Option<Duration> {
        self.unexposed |= checked;
        self.failures = Failures::default();
        self.held_until = Duration::ZERO;
        self.backoff_until = now.mono + after_success(self.metered);
        let wanted = now.mono < self.wanted_until;
        renewal(self.metered, wanted, !verification.limited.is_empty())
    }

    fn failed(&mut self, next: Stage, layer: LayerKind, why: &Diagnosis, now: Now) -> Duration {
        let after = match why {
            Diagnosis::PublicUrl(PublicUrlFault::Settling) => SETTLE,
            _ => self.failures.one_more(next, layer, self.metered),
        };
        self.backoff_until = now.mono + after;
        if layer == LayerKind::Dns {
            self.held_until = now.mono + resolvers_hold(after);
        }
        after
    }
}

#[cfg(test)]
impl VerificationSchedule {
    /// The one that is under way, or else the next one, sent before its time: its epoch.
    pub(super) fn hurried(&mut self, host: &str, now: Now) -> u64 {
        if self.under_way.is_none() {
            self.due = Some(now.mono);
            self.dispatch(host, true, now);
        }
        self.epoch
    }

    /// The one that is due, as it would be sent then.
    pub(super) fn preview(
        &self,
        host: &str,
        verified: bool,
    ) -> Option<(Duration, VerificationJob)> {
        let at = self.due?;
        Some((at, self.job(host, verified, at)))
    }
}
