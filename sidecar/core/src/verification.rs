//! What a proof of the public link is asked for, and what it comes back with.

use crate::diagnosis::Diagnosis;
use crate::layer::LayerKind;
use crate::page::Page;

/// Where a proof begins. What has been seen once for a name is not asked again before the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The edge itself, without asking anybody for the name.
    #[default]
    Edge,
    /// The zone's own name server, which remembers no "no such name".
    Record,
    /// Public resolvers, and behind them the whole way.
    Way,
}

/// A proof to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationJob {
    /// Comes back with the result; an old one marks it as stale.
    pub epoch: u64,
    /// The public hostname.
    pub host: String,
    /// Where it begins.
    pub from: Stage,
    /// Make do with what there is: one resolver of two, or this network's own.
    pub lenient: bool,
    /// Try every door that no visitor may open. Not at each renewal: some thirty requests.
    pub check_exposure: bool,
    /// The app's page.
    pub page: Page,
}

/// When a verification began and when it came back, Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was sent.
    pub began_at: u64,
    /// When its result came.
    pub ended_at: u64,
}

/// What a proof came back with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The first layer that is not ok; all before it are.
    pub broken: Option<(LayerKind, Diagnosis)>,
    /// Layers that work, but not for every visitor, each with the reason; at most one entry per layer.
    pub limited: Vec<(LayerKind, Diagnosis)>,
    /// What was seen, layer by layer: an address, a status. The same in every language.
    pub observed: Vec<(LayerKind, String)>,
    /// Where the next one begins.
    pub next: Stage,
}

impl Verification {
    /// Every layer is ok, or ok for some.
    pub fn works(&self) -> bool {
        self.broken.is_none()
    }

    /// Returns why a layer does not work for every visitor.
    pub fn limit_of(&self, layer: LayerKind) -> Option<&Diagnosis> {
        let limit = self.limited.iter().find(|(kind, _)| *kind == layer);
        limit.map(|(_, reason)| reason)
    }

    /// What was seen of a layer.
    pub fn observed_of(&self, layer: LayerKind) -> Option<&str> {
        let observed = self.observed.iter().find(|(kind, _)| *kind == layer);
        observed.map(|(_, what)| what.as_str())
    }
}
