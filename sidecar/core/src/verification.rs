//! The job and the result of a verification of the public URL.

use crate::diagnosis::Diagnosis;
use crate::layer::LayerKind;
use crate::page::Page;

/// The stage at which a verification begins. A stage that has succeeded once for a hostname is not repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The edge itself, without DNS.
    #[default]
    Edge,
    /// The zone's name server, which does not cache a missing record.
    Record,
    /// Public resolvers, and then the whole path.
    Path,
}

/// A verification to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationJob {
    /// Returned with the result; an old one marks it as stale.
    pub epoch: u64,
    /// The public hostname.
    pub host: String,
    /// The stage at which it begins.
    pub from: Stage,
    /// Accept a subset of the resolvers: one of two, or this network's.
    pub lenient: bool,
    /// Include the exposure check. It takes some thirty requests, so not every renewal includes it.
    pub check_exposure: bool,
    /// The app's page.
    pub page: Page,
    /// The stack has a bridge, whose path is checked too.
    pub media: bool,
}

/// The times of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was sent, Unix milliseconds.
    pub began_at: u64,
    /// When its result came, Unix milliseconds.
    pub ended_at: u64,
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The first layer that failed, with its diagnosis; all layers before it work.
    pub failure: Option<(LayerKind, Diagnosis)>,
    /// Layers that work, but not for every visitor, each with the diagnosis; at most one entry per layer.
    pub limited: Vec<(LayerKind, Diagnosis)>,
    /// Observations of each layer: an address, a status. The same in every language.
    pub observed: Vec<(LayerKind, String)>,
    /// The stage at which the next one begins.
    pub next: Stage,
}

impl Verification {
    /// Reports whether every layer works, perhaps with a limit.
    pub fn works(&self) -> bool {
        self.failure.is_none()
    }

    /// Returns why a layer does not work for every visitor.
    pub fn limit_of(&self, layer: LayerKind) -> Option<&Diagnosis> {
        let limit = self.limited.iter().find(|(kind, _)| *kind == layer);
        limit.map(|(_, reason)| reason)
    }

    /// Returns what was observed of a layer.
    pub fn observed_of(&self, layer: LayerKind) -> Option<&str> {
        let observed = self.observed.iter().find(|(kind, _)| *kind == layer);
        observed.map(|(_, what)| what.as_str())
    }
}
