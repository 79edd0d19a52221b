//! The state of the public URL.

use std::time::Duration;

use crate::diagnosis::PublicUrlFault;
use crate::layer::LayerKind;
use crate::verification::{Attempt, Verification};

/// What is known about the public URL.
#[derive(Debug, Default)]
pub(super) enum UrlState {
    /// No hostname yet, or no longer one.
    #[default]
    Unknown,
    /// The tunnel has a hostname but is not registered yet.
    Named { host: String },
    /// The tunnel is registered; no verification has succeeded yet.
    Verifying {
        host: String,
        failed: Option<FailedVerification>,
    },
    /// A verification has succeeded for this hostname.
    Verified(Box<VerifiedUrl>),
}

/// A verification that found a fault.
#[derive(Debug)]
pub(super) struct FailedVerification {
    pub(super) verification: Verification,
    /// Since when the fault lies between the visitor and the tunnel, by the monotonic clock.
    pub(super) lost_outside_since: Option<Duration>,
}

/// A hostname whose verification has succeeded.
#[derive(Debug)]
pub(super) struct VerifiedUrl {
    pub(super) host: String,
    /// When the latest success returned, Unix milliseconds.
    pub(super) at: u64,
    /// Result of the latest verification.
    pub(super) latest: Result<Verification, FailedVerification>,
    /// Why the latest success is no longer valid.
    pub(super) invalidated_by: Option<PublicUrlFault>,
    /// Observation of the latest exposure check; most renewals have none.
    pub(super) exposure: Option<String>,
    /// Times of the latest verification.
    pub(super) attempt: Attempt,
}

impl VerifiedUrl {
    /// Creates the state after the first success.
    pub(super) fn first(host: String, verification: Verification, attempt: Attempt) -> Self {
        Self {
            host,
            at: attempt.ended_at,
            exposure: verification
                .observed_of(LayerKind::Exposure)
                .map(str::to_owned),
            latest: Ok(verification),
            invalidated_by: None,
            attempt,
        }
    }

    /// Records the result of a later verification.
    pub(super) fn record(
        &mut self,
        latest: Result<Verification, FailedVerification>,
        attempt: Attempt,
    ) {
        if let Ok(verification) = &latest {
            (self.at, self.invalidated_by) = (attempt.ended_at, None);
            let observed = verification
                .observed_of(LayerKind::Exposure)
                .map(str::to_owned);
            self.exposure = observed.or(self.exposure.take());
        }
        (self.latest, self.attempt) = (latest, attempt);
    }
}
