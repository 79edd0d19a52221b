//! The tunnel's public URL, from its name to its verification, and how long that counts.

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
use state::{Failure, UrlState, Verified};

/// Every quick tunnel's name ends so, and changes at every start.
pub const QUICK_TUNNEL_SUFFIX: &str = ".trycloudflare.com";
/// Two renewals may be lost on the way before a verification expires.
const EXPIRES_MS: u64 = 150_000;

/// The public URL: what is known of it, and when it is verified.
#[derive(Debug, Default)]
pub(crate) struct PublicUrl {
    state: UrlState,
    schedule: VerificationSchedule,
    /// The tunnel's provider counts requests: a verification does not expire.
    metered: bool,
}

impl PublicUrl {
    /// The public name, also before anything was seen to work under it.
    pub(crate) fn host(&self) -> Option<&str> {
        match &self.state {
            UrlState::Unknown => None,
            UrlState::Named { host } | UrlState::Verifying { host, .. } => Some(host),
            UrlState::Verified(verified) => Some(&verified.host),
        }
    }

    fn as_verified(&self) -> Option<&Verified> {
        match &self.state {
            UrlState::Verified(verified) => Some(verified),
            _ => None,
        }
    }

    /// The name under which a verification succeeded, and when the latest did, Unix milliseconds.
    pub(crate) fn verified(&self) -> Option<(&str, u64)> {
        let verified = self.as_verified()?;
        Some((&verified.host, verified.at))
    }

    /// When the verification expires, Unix milliseconds.
    pub(crate) fn expires_at(&self) -> Option<u64> {
        let (_, at) = self.verified()?;
        (!self.metered).then_some(at + EXPIRES_MS)
    }

    /// The latest attempt that counts, once one has succeeded.
    pub(crate) fn attempt(&self) -> Option<Attempt> {
        Some(self.as_verified()?.attempt)
    }

    /// When the next verification is sent, by the monotonic clock.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        self.schedule.next_at()
    }

    /// The same of one that follows an attempt under a name that works or has worked.
    pub(crate) fn next_attempt(&self) -> Option<Duration> {
        self.as_verified().and(self.next_at())
    }

    /// The provider counts requests and the day's verifications are used up and back: when the next day begins, Unix
    /// milliseconds.
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

    /// Follows the tunnel's own account, and returns whether there is a new name to verify.
    /// `metered`: the tunnel's provider counts requests.
    pub(crate) fn follow(
        &mut self,
        account: Option<&ProbeResult>,
        metered: bool,
        now: Now,
    ) -> bool {
        let (hostname, ready) = match account {
            // The tunnel ended or began anew: a quick tunnel's name ends with it.
            None => (None, false),
            // No account is no event: the name may still work.
            Some(
                Err(_)
                | Ok(
                    Finding::Works
                    | Finding::App { .. }
                    | Finding::Limited(_)
                    | Finding::Livekit { .. },
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
        // With the quota spent the name is awaited all the same, until the next day: its layer says so.
        let _ = self
            .schedule
            .begin(host.ends_with(QUICK_TUNNEL_SUFFIX), metered, now);
    }

    fn forget(&mut self, state: UrlState) {
        self.state = state;
        self.schedule.stop();
    }

    /// Something in the stack changed. With `void` the latest verification does not count any more, unless the
    /// quota leaves no other: then the latest has to do.
    pub(crate) fn changed(&mut self, void: Option<PublicUrlFault>, now: Now) {
        self.schedule.doubt();
        match &mut self.state {
            UrlState::Unknown | UrlState::Named { .. } => {}
            UrlState::Verifying { .. } => {
                // Refused for today: it is due tomorrow, and nothing is shown before.
                let _ = self.schedule.change(now);
            }
            UrlState::Verified(verified) => {
                if self.schedule.change(now).is_ok() {
                    verified.void = void.or(verified.void.take());
                }
            }
        }
    }

    /// The clocks jumped: what was seen before says nothing of now. Nothing else becomes exposed by that.
    pub(crate) fn slept(&mut self, now: Now) {
        match &mut self.state {
            UrlState::Unknown | UrlState::Named { .. } => {}
            UrlState::Verifying { .. } => {
                let _ = self.schedule.slept(now);
            }
            UrlState::Verified(verified) => {
                if self.schedule.slept(now).is_ok() {
                    verified.void = Some(PublicUrlFault::Slept);
                }
            }
        }
    }

    /// A verification too old to count expires; another one is under way or is asked for.
    pub(crate) fn age(&mut self, now: Now) {
        let expired = self.expires_at().is_some_and(|at| at <= now.unix_ms);
        let UrlState::Verified(verified) = &mut self.state else {
            return;
        };
        if expired && verified.void.is_none() && self.schedule.expired(now).is_ok() {
            verified.void = Some(PublicUrlFault::Expired { at: verified.at });
        }
    }

    /// A client asks for a verification not older than this; one that is to be brand new makes the exposure checks
    /// as well. While none has succeeded yet, the schedule is as fast as it can be without being asked.
    pub(crate) fn wanted(&mut self, max_age: Duration, now: Now) {
        let Some(verified) = self.as_verified() else {
            return;
        };
        let age = Duration::from_millis(now.unix_ms.saturating_sub(verified.at));
        let fresh = verified.void.is_none() && age < max_age;
        if max_age.is_zero() {
            self.schedule.doubt();
        }
        // Refused for today: what is known is the answer, and says that the quota is spent.
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

    /// Takes in what a verification came back with.
    pub(crate) fn record(&mut self, epoch: u64, verification: Verification, now: Now) {
        let Some(Recorded::Counts(attempt)) = self.schedule.record(epoch, &verification, now)
        else {
            return;
        };
        let lost = self.lost_outside_since();
        let latest = match &verification.broken {
            None => Ok(verification),
            Some((layer, _)) => {
                let outside = *layer <= LayerKind::Instance;
                Err(Failure {
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
                    UrlState::Verified(Box::new(Verified::first(host, verification, attempt)));
            }
            (UrlState::Verifying { failed, .. }, Err(failure)) => *failed = Some(failure),
            (UrlState::Unknown | UrlState::Named { .. }, _) => {}
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match &self.state {
            UrlState::Verifying { failed, .. } => failed.as_ref(),
            UrlState::Verified(verified) => verified.latest.as_ref().err(),
            UrlState::Unknown | UrlState::Named { .. } => None,
        }
    }

    /// What the latest verification found wrong.
    pub(crate) fn trouble(&self) -> Option<&Diagnosis> {
        let (_, reason) = self.failure()?.verification.broken.as_ref()?;
        Some(reason)
    }

    /// The latest verification found nothing wrong.
    pub(crate) fn works(&self) -> bool {
        self.as_verified()
            .is_some_and(|verified| verified.latest.is_ok())
    }

    /// Since when what is found wrong lies between the visitor and the tunnel, by the monotonic clock.
    pub(crate) fn lost_outside_since(&self) -> Option<Duration> {
        self.failure()?.lost_outside_since
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
