//! What everybody who asks is answered from: one value, derived from the model.

use std::sync::Arc;

use super::container::Container;
use super::service::{Service, State};
use super::{Link, Model, Now, Role};
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
    fn told(&self) -> (Phase, Option<&str>, Option<u64>, Option<&Template>) {
        (
            self.phase,
            self.public_host.as_deref(),
            self.verified_at,
            self.template.as_deref(),
        )
    }
}

impl Model {
    /// What is true now; `None` when nothing has changed since `previous`.
    pub fn snapshot(&self, previous: &Snapshot, now: Now) -> Option<Snapshot> {
        let layers = self.layers(previous, now);
        let (public_host, verified_at) = match &self.link {
            Link::Proven { host, at } => (Some(host.clone()), Some(*at)),
            _ => (None, None),
        };
        let phase = self.phase(&layers, public_host.is_some());
        let mut next = Snapshot {
            sequence: previous.sequence,
            revision: previous.revision,
            instance: Arc::clone(&self.instance),
            phase,
            phase_since: if phase == previous.phase {
                previous.phase_since
            } else {
                now.unix_ms
            },
            public_host,
            verified_at,
            layers,
            services: self.service_views(previous, now),
            waits_locally_for: self.waits_locally_for(),
            template: self.template.clone(),
            template_error: self.template_error.clone(),
            stand_in: self
                .tunnel()
                .is_some_and(|tunnel| tunnel.container.stand_in),
        };
        if next == *previous {
            return None;
        }
        next.sequence += 1;
        if previous.revision == 0 || next.told() != previous.told() {
            next.revision = now.unix_ms.max(previous.revision + 1);
        }
        Some(next)
    }

    fn phase(&self, layers: &[Layer], proven: bool) -> Phase {
        if self.template.is_none() && self.template_error.is_some() {
            Phase::Failed
        } else if layers.iter().all(|layer| layer.state.is_ok()) {
            Phase::Ready
        } else if proven {
            Phase::Degraded
        } else {
            Phase::Preparing
        }
    }

    fn layers(&self, previous: &Snapshot, now: Now) -> Vec<Layer> {
        let behind = |s: &&Service| !matches!(s.container.role, Role::Gateway | Role::Tunnel);
        let gateway = |s: &&Service| s.container.role == Role::Gateway;
        let (services, services_wait) = verdict(self.required().filter(behind));
        let (gateway, gateway_wait) = verdict(self.required().filter(gateway));
        [
            (LayerKind::Docker, self.docker.clone(), Vec::new()),
            (LayerKind::Services, services, services_wait),
            (LayerKind::Gateway, gateway, gateway_wait),
            (LayerKind::Tunnel, self.tunnel_state(), Vec::new()),
            (LayerKind::Marker, self.marker_state(), Vec::new()),
        ]
        .into_iter()
        .map(|(kind, state, waits_for)| {
            let before = previous.layers.iter().find(|layer| layer.kind == kind);
            let since = since(before.map(|layer| (&layer.state, layer.since)), &state, now);
            Layer {
                kind,
                state,
                waits_for,
                since,
            }
        })
        .collect()
    }

    fn required(&self) -> impl Iterator<Item = &Service> {
        self.services
            .values()
            .filter(|service| service.container.required)
    }

    /// A tunnel that has not been started waits for the gate; that is told, not "created".
    fn tunnel_state(&self) -> State {
        let waits = self.waits_locally_for();
        match self.tunnel().map(Service::state) {
            None => State::Waiting(Reason::NotSeen),
            Some(State::Waiting(Reason::NotStarted) | State::Broken(Reason::Exited { .. }))
                if !waits.is_empty() =>
            {
                State::Waiting(Reason::WaitsFor { what: waits })
            }
            Some(state) => state,
        }
    }

    fn marker_state(&self) -> State {
        match (&self.link, self.link_prober.last()) {
            (Link::None | Link::Named { .. }, _) => State::Waiting(Reason::WaitsFor {
                what: vec![LayerKind::Tunnel.word().to_owned()],
            }),
            (Link::Proving { .. }, Some(Err(reason))) => State::Waiting(reason.clone()),
            (Link::Proving { .. }, _) => State::Waiting(Reason::NotProbed),
            (Link::Proven { .. }, Some(Err(reason))) => State::Broken(reason.clone()),
            (Link::Proven { .. }, _) => State::Ok,
        }
    }

    fn service_views(&self, previous: &Snapshot, now: Now) -> Vec<ServiceView> {
        self.services
            .iter()
            .map(|(name, service)| {
                let state = service.state();
                let before = previous.services.iter().find(|view| view.name == *name);
                let since = since(before.map(|view| (&view.state, view.since)), &state, now);
                let Container {
                    role,
                    required,
                    restarts,
                    ..
                } = service.container;
                ServiceView {
                    name: name.clone(),
                    role,
                    required,
                    state,
                    since,
                    restarts,
                }
            })
            .collect()
    }
}

/// A change of words alone, say of an error's text, does not begin a new time.
fn since(before: Option<(&State, u64)>, state: &State, now: Now) -> u64 {
    match before {
        Some((was, since)) if was.word() == state.word() => since,
        _ => now.unix_ms,
    }
}

/// Of several services: broken when one is, else waiting when one does; the first reason is told.
fn verdict<'a>(services: impl Iterator<Item = &'a Service>) -> (State, Vec<String>) {
    let mut seen = false;
    let mut worst = State::Ok;
    let mut waits_for = Vec::new();
    for service in services {
        seen = true;
        let name = &service.container.service;
        let of = |reason| Reason::Of {
            service: name.clone(),
            reason: Box::new(reason),
        };
        let state = match service.state() {
            State::Ok => continue,
            State::Waiting(reason) => State::Waiting(of(reason)),
            State::Broken(reason) => State::Broken(of(reason)),
        };
        waits_for.push(name.clone());
        if worst.is_ok() || (worst.word() == "waiting" && state.word() == "broken") {
            worst = state;
        }
    }
    if seen {
        (worst, waits_for)
    } else {
        (State::Waiting(Reason::NotSeen), waits_for)
    }
}
