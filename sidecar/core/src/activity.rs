//! Recent activity: events for people, not a log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::State;
use crate::diagnosis::{Diagnosis, PublicUrlFault};
use crate::event::Now;
use crate::layer::LayerKind;
use crate::snapshot::{Phase, Snapshot};

/// A busy hour; a reader scrolls no further back.
const MAX_RECORDS: usize = 100;

/// An event that a user may want to know about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityEvent {
    /// A service changed its state.
    Service {
        /// Compose's name.
        name: String,
        /// Its new state.
        state: State,
    },
    /// Docker or the public URL changed its state.
    Layer {
        /// The layer; of those outside, the headline.
        kind: LayerKind,
        /// Its new state.
        state: State,
    },
    /// The phase changed.
    Phase {
        /// The new phase.
        phase: Phase,
        /// It works, but not for every visitor.
        limited: bool,
        /// Why it is not `ready`.
        why: Option<Diagnosis>,
    },
    /// Sidelink started or restarted a service.
    Healed {
        /// Compose's name.
        service: String,
        /// Its container had ended; otherwise it ran and was restarted.
        start: bool,
        /// Number of the attempt in this row of attempts.
        attempt: u32,
        /// What was wrong with it.
        why: Diagnosis,
    },
    /// A user requested a start or restart.
    Requested {
        /// Compose's name.
        service: String,
        /// Its container had ended.
        start: bool,
    },
    /// The on-demand tunnel was suspended or woken.
    Tunnel {
        /// Compose's name.
        service: String,
        /// Suspended; otherwise woken.
        suspended: bool,
    },
    /// The public URL is about to change, or comes from another tunnel now.
    Announced(Diagnosis),
}

impl ActivityEvent {
    /// Returns `service`, `layer`, `phase`, `act` or `tunnel`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Service { .. } => "service",
            Self::Layer { .. } => "layer",
            Self::Phase { .. } => "phase",
            Self::Healed { .. } | Self::Requested { .. } => "act",
            Self::Tunnel { .. } | Self::Announced(_) => "tunnel",
        }
    }

    /// Returns the name of the service, or `docker` or `link`.
    pub fn subject(&self) -> &str {
        match self {
            Self::Service { name, .. } => name,
            Self::Layer { kind, .. } => subject_of(*kind),
            Self::Healed { service, .. }
            | Self::Requested { service, .. }
            | Self::Tunnel { service, .. } => service,
            Self::Phase { .. } | Self::Announced(_) => "link",
        }
    }

    /// Returns the new state as it stands in JSON, where there is one.
    pub fn state(&self) -> Option<&'static str> {
        match self {
            Self::Service { state, .. } | Self::Layer { state, .. } => Some(state.as_str()),
            Self::Phase { phase, .. } => Some(phase.as_str()),
            _ => None,
        }
    }
}

/// Returns the name under which activity shows a layer.
fn subject_of(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Docker => "docker",
        _ => "link",
    }
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRecord {
    /// Grows by one with each record.
    pub number: u64,
    /// When it happened, Unix milliseconds.
    pub at: u64,
    /// The event.
    pub event: ActivityEvent,
}

/// The latest records, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Shared with every snapshot since the latest record.
    records: Arc<VecDeque<Arc<ActivityRecord>>>,
    added: u64,
}

/// Compares counts, because records are only ever added.
impl PartialEq for Activity {
    fn eq(&self, other: &Self) -> bool {
        self.added == other.added
    }
}

impl Eq for Activity {}

impl Activity {
    /// Returns the records, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Arc<ActivityRecord>> {
        self.records.iter()
    }

    /// Returns the records after the one of that number.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Arc<ActivityRecord>> {
        self.records
            .iter()
            .filter(move |record| record.number > number)
    }

    /// Adds a record; the oldest one goes when there are too many.
    pub fn add(&mut self, event: ActivityEvent, now: Now) {
        let records = Arc::make_mut(&mut self.records);
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        self.added += 1;
        records.push_back(Arc::new(ActivityRecord {
            number: self.added,
            at: now.unix_ms,
            event,
        }));
    }
}

/// Remembers what was recorded of each service and layer, so that only changes become events.
#[derive(Debug, Default)]
pub(crate) struct ChangeDetector {
    services: BTreeMap<String, StateCode>,
    layers: BTreeMap<&'static str, (LayerKind, StateCode)>,
    phase: Option<Phase>,
}

/// A state and its diagnosis' code. A new text of the same diagnosis is not a change.
type StateCode = (&'static str, Option<&'static str>);

impl ChangeDetector {
    /// Returns the changes since the snapshot before.
    pub(crate) fn changes(&mut self, snapshot: &Snapshot) -> Vec<ActivityEvent> {
        let mut events = Vec::new();
        for service in &snapshot.services {
            if is_passing(&service.state) {
                continue;
            }
            let before = self
                .services
                .insert(service.name.clone(), state_code(&service.state));
            if is_change(before, &service.state) {
                events.push(ActivityEvent::Service {
                    name: service.name.clone(),
                    state: service.state.clone(),
                });
            }
        }
        let docker = snapshot
            .layers
            .first()
            .map(|layer| (layer.kind, &layer.state));
        // The headline stands for all layers outside.
        let outside = snapshot
            .headline_outside()
            .map(|layer| (layer.kind, &layer.state));
        let verified = snapshot.public_host.is_some();
        let outside = outside.or(verified.then_some((LayerKind::Edge, &State::Ok)));
        for (place, layer) in [("docker", docker), ("link", outside)] {
            let Some((kind, state)) = layer.filter(|(_, state)| !is_passing(state)) else {
                continue;
            };
            let before = self.layers.insert(place, (kind, state_code(state)));
            let same = before.is_some_and(|(was, _)| was == kind);
            let before = before.map(|(_, code)| code);
            if (!same && before.is_some() && !state.is_ok()) || is_change(before, state) {
                events.push(ActivityEvent::Layer {
                    kind,
                    state: state.clone(),
                });
            }
        }
        if self.phase.replace(snapshot.phase) != Some(snapshot.phase) {
            events.push(ActivityEvent::Phase {
                phase: snapshot.phase,
                limited: snapshot.is_shown(),
                why: snapshot.why(),
            });
        }
        events
    }
}

fn state_code(state: &State) -> StateCode {
    (state.as_str(), state.reason().map(Diagnosis::code))
}

/// Reports whether the state ends before a user can read about it.
fn is_passing(state: &State) -> bool {
    let passing = |reason: &Diagnosis| {
        matches!(
            reason,
            Diagnosis::NotProbed | Diagnosis::PublicUrl(PublicUrlFault::Changed)
        )
    };
    matches!(state, State::Waiting(reason) if passing(reason))
}

/// Reports whether the state is a change worth a record.
///
/// Waiting at the start is not, because everything waits then; nor is waiting for something else.
fn is_change(before: Option<StateCode>, state: &State) -> bool {
    match (before, state) {
        (None, State::Waiting(_)) => false,
        (Some(("waiting", _)), State::Waiting(_)) => false,
        (Some(before), _) => before != state_code(state),
        (None, _) => true,
    }
}
