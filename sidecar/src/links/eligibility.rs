//! Whether a link may be handed out now: on a fresh verification only, and never on a broken stack.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::error::LinkError;
use super::service::LinkService;
use crate::runtime::clock::millis;
use crate::storage::redis::Down;
use sidelink_core::{Diagnosis, Event, Mode, Phase, Role, ServiceView, Snapshot, State};

/// Age of the verification on which a link is handed out.
const MAX_VERIFICATION_AGE: Duration = Duration::from_secs(5);
/// Between two requests that keep a fresh verification fresh. The engine keeps it so for a minute.
pub(super) const FRESH_REQUEST_INTERVAL: Duration = Duration::from_secs(1);
/// Between two requests for a verification while there is none that is fresh.
const STALE_REQUEST_INTERVAL: Duration = Duration::from_millis(250);
/// A manual restart stops the service first: for so long a stop may be the beginning of one.
const MANUAL_RESTART_MS: u64 = 10_000;

/// Times of the latest requests for a verification, by the monotonic clock, milliseconds; 0: not yet.
#[derive(Debug, Default)]
pub(super) struct VerificationRequests {
    while_fresh: AtomicU64,
    while_stale: AtomicU64,
}

/// Claims the next request, if the interval has passed.
fn is_due(latest: &AtomicU64, interval: Duration, now: Duration) -> bool {
    let now = millis(now).max(1);
    let interval = millis(interval);
    let before = latest.load(Ordering::Relaxed);
    let due = before == 0 || now >= before.saturating_add(interval);
    due && latest
        .compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok()
}

/// A public hostname that works, as of its verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VerifiedHost {
    pub(super) host: String,
    /// Unix milliseconds.
    pub(super) verified_at: u64,
}

/// Whether a link may be handed out.
pub(super) enum Eligibility {
    Verified(VerifiedHost),
    /// A verification is awaited. `wake`: there is no hostname yet, so the tunnel may be suspended.
    Awaited {
        wake: bool,
    },
    /// The sidecar retries nothing until the operator changes something.
    Failed(LinkError),
}

impl Eligibility {
    pub(super) fn of(snapshot: &Snapshot, now: u64) -> Self {
        if snapshot.phase == Phase::Failed {
            return Self::Failed(LinkError::Failed(snapshot.why()));
        }
        let wake = snapshot.public_host.is_none();
        let host = snapshot.shown_host();
        let (Some(host), Some(verified_at)) = (host, snapshot.verified_at) else {
            return Self::Awaited { wake };
        };
        let age = u128::from(now.saturating_sub(verified_at));
        // Once the day's quota is spent, the latest verification has to do; the link shows its age.
        if age > MAX_VERIFICATION_AGE.as_millis() && snapshot.quota_spent(now).is_none() {
            return Self::Awaited { wake };
        }
        Self::Verified(VerifiedHost {
            host: host.to_owned(),
            verified_at,
        })
    }
}

impl LinkService {
    /// Reports whether the same hostname is still verified.
    pub(super) async fn is_still_verified(&self, verified: &VerifiedHost) -> bool {
        let published = self.engine.now().await;
        match Eligibility::of(&published.snapshot, self.engine.unix_ms()) {
            Eligibility::Verified(now) => now.host == verified.host,
            _ => false,
        }
    }

    /// Requests a fresh verification from the engine, and to wake a suspended tunnel.
    pub(super) async fn request_verification(&self, eligibility: &Eligibility) {
        let now = self.engine.clock.now().mono;
        let due = match eligibility {
            Eligibility::Verified(_) => {
                is_due(&self.requests.while_fresh, FRESH_REQUEST_INTERVAL, now)
            }
            Eligibility::Awaited { .. } => {
                is_due(&self.requests.while_stale, STALE_REQUEST_INTERVAL, now)
            }
            Eligibility::Failed(_) => false,
        };
        if !due {
            return;
        }
        if matches!(eligibility, Eligibility::Awaited { wake: true }) {
            self.engine.send(Event::WakeRequested).await;
        }
        let max_age = MAX_VERIFICATION_AGE;
        self.engine
            .send(Event::VerificationRequested { max_age })
            .await;
    }
}

/// Returns why waiting longer is in vain: Redis is down, or a service is stopped or out of restarts.
pub(super) fn blocked_by(snapshot: &Snapshot, now: u64) -> Option<LinkError> {
    let on_demand = snapshot.mode != Mode::Always;
    let wakes = |service: &ServiceView| match &service.tunnel {
        Some(tunnel) => on_demand || !tunnel.current,
        None => false,
    };
    let needed = snapshot.services.iter();
    let needed = needed.filter(|service| service.required && !wakes(service));
    let mut broken = needed.filter_map(|service| match &service.state {
        State::Broken(reason) => Some((service, reason)),
        _ => None,
    });
    broken.find_map(|(service, reason)| match reason {
        _ if service.role == Role::Redis => Some(Down.into()),
        Diagnosis::RestartsExhausted { .. } => Some(failed(service, reason)),
        Diagnosis::StoppedByHand | Diagnosis::Paused
            if now >= service.since + MANUAL_RESTART_MS =>
        {
            Some(failed(service, reason))
        }
        _ => None,
    })
}

/// The service's diagnosis, with its name in Compose.
fn failed(service: &ServiceView, reason: &Diagnosis) -> LinkError {
    LinkError::Failed(Some(Diagnosis::Of {
        service: service.name.clone(),
        reason: Box::new(reason.clone()),
    }))
}
