//! What everybody who asks is answered from: one value, derived from the model.

use std::sync::Arc;

use super::Role;
use super::service::State;
use crate::reason::Reason;
use crate::template::Template;

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Something is awaited; no link yet.
    Preparing,
    /// Every layer is ok.
    Ready,
    /// The link was proven and something broke since.
    Degraded,
    /// Nothing will be tried again until something changes.
    Failed,
}

impl Phase {
    /// As it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

/// A step of the way from Docker to the visitor, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The Docker API answers.
    Docker,
    /// Every required service behind the gateway works.
    Services,
    /// The one origin answers with our marker.
    Gateway,
    /// The tunnel is registered with its edge.
    Tunnel,
    /// Our marker is seen under the public name.
    Marker,
}

impl LayerKind {
    /// As it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Services => "services",
            Self::Gateway => "gateway",
            Self::Tunnel => "tunnel",
            Self::Marker => "marker",
        }
    }

    /// Not told by a service of its own.
    pub fn is_of_the_link(self) -> bool {
        matches!(self, Self::Docker | Self::Marker)
    }
}

/// One layer of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Which.
    pub kind: LayerKind,
    /// Its state, with the reason where it is not ok.
    pub state: State,
    /// The services that it waits for, by name.
    pub waits_for: Vec<String>,
    /// Unix milliseconds: since when the state's word has been so.
    pub since: u64,
}

/// One service as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// Compose's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Whether it can change the phase.
    pub required: bool,
    /// Its state, with the reason where it is not ok.
    pub state: State,
    /// Unix milliseconds: since when the state's word has been so.
    pub since: u64,
    /// How often Docker has restarted it.
    pub restarts: i64,
}

/// What is true now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Grows with every published change.
    pub sequence: u64,
    /// Of the runtime configuration: `max(last + 1, Unix milliseconds)` at every change of it.
    pub revision: u64,
    /// This installation's id.
    pub instance: Arc<str>,
    /// The verdict.
    pub phase: Phase,
    /// Unix milliseconds.
    pub phase_since: u64,
    /// The proven hostname, also while degraded; `None` when it is gone.
    pub public_host: Option<String>,
    /// Unix milliseconds of the latest proof.
    pub verified_at: Option<u64>,
    /// In the order of the way.
    pub layers: Vec<Layer>,
    /// By name.
    pub services: Vec<ServiceView>,
    /// Gateway, app and LiveKit that do not work here yet; empty: a tunnel may open.
    pub waits_locally_for: Vec<String>,
    /// What `env` of the runtime configuration is made from.
    pub template: Option<Arc<Template>>,
    /// Why the latest edit of `config/sidelink.yaml` was not taken.
    pub template_error: Option<String>,
    /// The tunnel is a test machine's stand-in.
    pub stand_in: bool,
}

impl Snapshot {
    /// Before anything is known.
    pub fn unknown(instance: Arc<str>) -> Self {
        Self {
            sequence: 0,
            revision: 0,
            instance,
            phase: Phase::Preparing,
            phase_since: 0,
            public_host: None,
            verified_at: None,
            layers: Vec::new(),
            services: Vec::new(),
            waits_locally_for: vec!["gateway".to_owned()],
            template: None,
            template_error: None,
            stand_in: false,
        }
    }

    /// The first layer that is not ok: the headline.
    pub fn headline(&self) -> Option<&Layer> {
        self.layers.iter().find(|layer| !layer.state.is_ok())
    }

    /// Why the phase is not `ready`.
    pub fn why(&self) -> Option<Reason> {
        match (&self.template_error, self.phase) {
            (Some(error), Phase::Failed) => Some(Reason::BadConfig {
                detail: error.clone(),
            }),
            _ => self.headline()?.state.reason().cloned(),
        }
    }

    /// All that a page is told: a change of any of it is a new revision.
    pub(super) fn told(&self) -> (Phase, Option<&str>, Option<u64>, Option<&Template>) {
        (
            self.phase,
            self.public_host.as_deref(),
            self.verified_at,
            self.template.as_deref(),
        )
    }
}
