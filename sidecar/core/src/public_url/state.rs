//! What is known of the public URL.

use std::time::Duration;

use crate::diagnosis::PublicUrlFault;
use crate::layer::LayerKind;
use crate::verification::{Attempt, Verification};

#[derive(Debug, Default)]
pub(super) enum UrlState {
    /// No name yet, or the name is gone.
    #[default]
    Unknown,
    /// The tunnel has a name, which does not work before the tunnel is registered.
    Named { host: String },
    /// Registered. No verification has succeeded yet.
    Verifying {
        host: String,
        failed: Option<Failure>,
    },
    /// A verification has succeeded under this name.
    Verified(Box<Verified>),
}

/// What the latest verification found wrong.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) verification: Verification,
    pub(super) lost_outside_since: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Verified {
    pub(super) host: String,
    /// The latest success, Unix milliseconds.
    pub(super) at: u64,
    /// The latest verification found nothing wrong.
    pub(super) latest: Result<Verification, Failure>,
    /// Why a latest success does not count any more.
    pub(super) void: Option<PublicUrlFault>,
    /// What the latest exposure check saw: most renewals make none.
    pub(super) exposure: Option<String>,
    pub(super) attempt: Attempt,
}

impl Verified {
    pub(super) fn first(host: String, verification: Verification, attempt: Attempt) -> Self {
        Self {
            host,
            at: attempt.ended_at,
            exposure: verification
                .observed_of(LayerKind::Exposure)
                .map(str::to_owned),
            latest: Ok(verification),
            void: None,
            attempt,
        }
    }

    pub(super) fn record(&mut self, latest: Result<Verification, Failure>, attempt: Attempt) {
        if let Ok(verification) = &latest {
            (self.at, self.void) = (attempt.ended_at, None);
            let observed = verification
                .observed_of(LayerKind::Exposure)
                .map(str::to_owned);
            self.exposure = observed.or(self.exposure.take());
        }
        (self.latest, self.attempt) = (latest, attempt);
    }
}
