//! The tunnel's public URL: its hostname, its verification, and when that expires.

mod backoff;
mod layers;
mod quota;
mod schedule;
mod state;

use std::time::Duration;

use crate::diagnosis::{Diagnosis, PublicUrlFault};
use crate::layer::LayerKind;
use crate::verification::{Attempt, Verification, VerificationJob};
use crate::{Finding, Now, ProbeResult};
pub use quota::DailyQuota;
use schedule::{Recorded, VerificationSchedule};
use state::{FailedVerification, UrlState, VerifiedUrl};

/// Suffix of every quick tunnel's hostname, which changes at every start.
pub const QUICK_TUNNEL_SUFFIX: &str = ".trycloudflare.com";
/// Age at which a verification expires: two renewals may fail before.
const MAX_AGE_MS: u64 = 150_000;

/// The state of the public URL and its verification schedule.
#[derive(Debug, Default)]
pub(crate) struct PublicUrl {
    state: UrlState,
    schedule: VerificationSchedule,
    /// The tunnel's provider limits requests, so verifications do not expire.
    metered: bool,
}

impl PublicUrl {
    /// Returns the public hostname, also before it is verified.
    pub(crate) fn host(&self) -> Option<&str> {
        match &self.state {
            UrlState::Unknown => None,
            UrlState::Named { host } | UrlState::Verifying { host, .. } => Some(host),
            UrlState::Verified(verified) => Some(&verified.host),
        }
    }

    fn as_verified(&self) -> Option<&VerifiedUrl> {
        match &self.state {
            UrlState::Verified(verified) => Some(verified),
            _ => None,
        }
    }

    /// Returns the verified hostname, and the time of the latest success in Unix milliseconds.
    pub(crate) fn verified(&self) -> Option<(&str, u64)> {
        let verified = self.as_verified()?;
        Some((&verified.host, verified.at))
    }

    /// Returns when the verification expires, Unix milliseconds.
    pub(crate) fn expires_at(&self) -> Option<u64> {
        let (_, at) = self.verified()?;
        (!self.metered).then_some(at + MAX_AGE_MS)
    }

    /// Returns the latest valid attempt, once one has succeeded.
    pub(crate) fn attempt(&self) -> Option<Attempt> {
        Some(self.as_verified()?.attempt)
    }

    /// Returns when the next verification is sent, by the monotonic clock.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        self.schedule.next_at()
    }

    /// Returns the same for a hostname that works or has worked.
    pub(crate) fn next_attempt(&self) -> Option<Duration> {
        self.as_verified().and(self.next_at())
    }

    /// Returns when the next day begins, Unix milliseconds, while the day's verifications are used up and none is under way.
    pub(crate) fn quota_spent_until(&self, now: Now) -> Option<u64> {
        let spent = self.schedule.spent(now)?;
        (!self.schedule.is_under_way()).then_some(spent.until)
    }

    /// See [`VerificationSchedule::sent_today`].
    pub(crate) fn sent_today(&self) -> DailyQuota {
        self.schedule.sent_today()
    }

    /// See [`VerificationSchedule::sent_before`].
    pub(crate) fn sent_before(&mut self, before: DailyQuota, now: Now) {
        self.schedule.sent_before(before, now);
    }

    /// Follows the tunnel's report, and returns whether there is a new hostname to verify.
    ///
    /// `metered`: the tunnel's provider limits requests.
    pub(crate) fn follow(&mut self, report: Option<&ProbeResult>, metered: bool, now: Now) -> bool {
        let (hostname, ready) = match report {
            // The tunnel ended or restarted, and with it a quick tunnel's hostname.
            None => (None, false),
            // Without a report nothing changes, because the hostname may still work.
            Some(
                Err(_)
                | Ok(
                    Finding::Works
                    | Finding::App { .. }
                    | Finding::Limited(_)
                    | Finding::Livekit { .. }
                    | Finding::Bridge { .. },
                ),
            ) => {
                return false;
            }
            Some(Ok(Finding::Tunnel {
                hostname, ready, ..
            })) => (hostname.as_deref(), *ready),
        };
        let same = self.host() == hostname;
        match (hostname, &self.state) {
            (None, UrlState::Unknown) => {}
            (None, _) => self.forget(UrlState::Unknown),
            (Some(_), UrlState::Verifying { .. } | UrlState::Verified(_)) if same => {}
            (Some(host), _) if ready => {
                self.begin(host, metered, now);
                return true;
            }
            (Some(_), UrlState::Named { .. }) if same => {}
            (Some(host), _) => self.forget(UrlState::Named {
                host: host.to_owned(),
            }),
        }
        false
    }

    fn begin(&mut self, host: &str, metered: bool, now: Now) {
        self.forget(UrlState::Verifying {
            host: host.to_owned(),
            failed: None,
        });
        self.metered = metered;
        // With the quota spent, the verification waits until the next day, and its layer reports that.
        let _ = self
            .schedule
            .begin(host.ends_with(QUICK_TUNNEL_SUFFIX), metered, now);
    }

    fn forget(&mut self, state: UrlState) {
        self.state = state;
        self.schedule.stop();
    }

    /// Records that something in the stack changed.
    ///
    /// With `cause` the latest verification becomes invalid, unless the quota allows no other one.
    pub(crate) fn changed(&mut self, cause: Option<PublicUrlFault>, now: Now) {
        self.schedule.invalidate_exposure();
        match &mut self.state {
            UrlState::Unknown | UrlState::Named { .. } => {}
            UrlState::Verifying { .. } => {
                // With the quota spent it is due tomorrow, and nothing is shown before.
                let _ = self.schedule.change(now);
            }
            UrlState::Verified(verified) => {
                if self.schedule.change(now).is_ok() {
                    verified.invalidated_by = cause.or(verified.invalidated_by.take());
                }
            }
        }
    }

    /// Records that the machine resumed from suspension: earlier results are invalid, except the exposure check's.
    pub(crate) fn resumed(&mut self, now: Now) {
        match &mut self.state {
            UrlState::Unknown | UrlState::Named { .. } => {}
            UrlState::Verifying { .. } => {
                let _ = self.schedule.resumed(now);
            }
            UrlState::Verified(verified) => {
                if self.schedule.resumed(now).is_ok() {
                    verified.invalidated_by = Some(PublicUrlFault::Slept);
                }
            }
        }
    }

    /// Marks an old verification as expired; another one is under way or requested.
    pub(crate) fn expire(&mut self, now: Now) {
        let expired = self.expires_at().is_some_and(|at| at <= now.unix_ms);
        let UrlState::Verified(verified) = &mut self.state else {
            return;
        };
        if expired && verified.invalidated_by.is_none() && self.schedule.expired(now).is_ok() {
            verified.invalidated_by = Some(PublicUrlFault::Expired { at: verified.at });
        }
    }

    /// Records a client's request for a verification not older than `max_age`. With zero, the exposure check is
    /// repeated as well.
    ///
    /// Before the first success a request changes nothing, because the schedule is already as fast as possible.
    pub(crate) fn request(&mut self, max_age: Duration, now: Now) {
        let Some(verified) = self.as_verified() else {
            return;
        };
        let age = Duration::from_millis(now.unix_ms.saturating_sub(verified.at));
        let fresh = verified.invalidated_by.is_none() && age < max_age;
        if max_age.is_zero() {
            self.schedule.invalidate_exposure();
        }
        // With the quota spent, the present result is the answer, and reports that.
        let _ = self.schedule.request(fresh, now);
    }

    /// Sends the verification that is due.
    pub(crate) fn dispatch(&mut self, now: Now) -> Option<VerificationJob> {
        let (host, verified) = match &self.state {
            UrlState::Verifying { host, .. } => (host, false),
            UrlState::Verified(verified) => (&verified.host, true),
            UrlState::Unknown | UrlState::Named { .. } => return None,
        };
        self.schedule.dispatch(host, verified, now)
    }

    /// Records the result of a verification.
    pub(crate) fn record(&mut self, epoch: u64, verification: Verification, now: Now) {
        let Some(Recorded::Counts(attempt)) = self.schedule.record(epoch, &verification, now)
        else {
            return;
        };
        let lost = self.lost_outside_since();
        let latest = match &verification.failure {
            None => Ok(verification),
            Some((layer, _)) => {
                let outside = *layer <= LayerKind::Instance;
                Err(FailedVerification {
                    lost_outside_since: outside.then(|| lost.unwrap_or(now.mono)),
                    verification,
                })
            }
        };
        match (&mut self.state, latest) {
            (UrlState::Verified(verified), latest) => verified.record(latest, attempt),
            (UrlState::Verifying { host, .. }, Ok(verification)) => {
                let host = std::mem::take(host);
                self.state =
                    UrlState::Verified(Box::new(VerifiedUrl::first(host, verification, attempt)));
            }
            (UrlState::Verifying { failed, .. }, Err(failure)) => *failed = Some(failure),
            (UrlState::Unknown | UrlState::Named { .. }, _) => {}
        }
    }

    fn failed(&self) -> Option<&FailedVerification> {
        match &self.state {
            UrlState::Verifying { failed, .. } => failed.as_ref(),
            UrlState::Verified(verified) => verified.latest.as_ref().err(),
            UrlState::Unknown | UrlState::Named { .. } => None,
        }
    }

    /// Returns the fault that the latest verification found.
    pub(crate) fn fault(&self) -> Option<&Diagnosis> {
        let (_, reason) = self.failed()?.verification.failure.as_ref()?;
        Some(reason)
    }

    /// Reports whether the latest verification succeeded.
    pub(crate) fn works(&self) -> bool {
        self.as_verified()
            .is_some_and(|verified| verified.latest.is_ok())
    }

    /// Returns since when the fault lies between the visitor and the tunnel, by the monotonic clock.
    pub(crate) fn lost_outside_since(&self) -> Option<Duration> {
        self.failed()?.lost_outside_since
    }
}

#[cfg(test)]
impl PublicUrl {
    /// See [`VerificationSchedule::hurried`].
    pub(crate) fn hurried(&mut self, now: Now) -> u64 {
        let host = self.host().unwrap_or_default().to_owned();
        self.schedule.hurried(&host, now)
    }

    /// See [`VerificationSchedule::preview`].
    pub(crate) fn preview(&self) -> Option<(Duration, VerificationJob)> {
        let host = self.host().unwrap_or_default();
        self.schedule.preview(host, self.as_verified().is_some())
    }
}
