//! What happened lately: a activity for people, not a log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::State;
use crate::diagnosis::{Diagnosis, PublicUrlFault};
use crate::event::Now;
use crate::layer::LayerKind;
use crate::snapshot::{Phase, Snapshot};

/// A busy hour; a reader scrolls no further back.
const LENGTH: usize = 100;

/// Something that a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityEvent {
    /// A service changed its state.
    Service {
        /// Compose's name.
        name: String,
        /// Its new state.
        state: State,
    },
    /// Docker or the link changed its state.
    Layer {
        /// Which; of those outside the headline.
        kind: LayerKind,
        /// Its new state.
        state: State,
    },
    /// The verdict changed.
    Phase {
        /// The new one.
        phase: Phase,
        /// It works, but not for everybody.
        limited: bool,
        /// Why it is not `ready`.
        why: Option<Diagnosis>,
    },
    /// A service was started (or restarted) by us.
    Healed {
        /// Compose's name.
        service: String,
        /// It had ended; otherwise it ran and was restarted.
        start: bool,
        /// In a row.
        attempt: u32,
        /// What was wrong with it.
        why: Diagnosis,
    },
    /// Somebody asked for a start or restart.
    Requested {
        /// Compose's name.
        service: String,
        /// It had ended.
        start: bool,
    },
    /// The tunnel was put to sleep (on demand), or woken.
    Tunnel {
        /// Compose's name.
        service: String,
        /// To sleep.
        suspended: bool,
    },
    /// A word beforehand, or that the link comes from another tunnel now.
    Announced(Diagnosis),
}

impl ActivityEvent {
    /// `service`, `layer`, `phase`, `act`, `tunnel`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Service { .. } => "service",
            Self::Layer { .. } => "layer",
            Self::Phase { .. } => "phase",
            Self::Healed { .. } | Self::Requested { .. } => "act",
            Self::Tunnel { .. } | Self::Announced(_) => "tunnel",
        }
    }

    /// The service, the layer or the link.
    pub fn subject(&self) -> &str {
        match self {
            Self::Service { name, .. } => name,
            Self::Layer { kind, .. } => place(*kind),
            Self::Healed { service, .. }
            | Self::Requested { service, .. }
            | Self::Tunnel { service, .. } => service,
            Self::Phase { .. } | Self::Announced(_) => "link",
        }
    }

    /// The new state's word, where there is one.
    pub fn state(&self) -> Option<&'static str> {
        match self {
            Self::Service { state, .. } | Self::Layer { state, .. } => Some(state.as_str()),
            Self::Phase { phase, .. } => Some(phase.as_str()),
            _ => None,
        }
    }
}

/// What people know the layer as, in a activity.
fn place(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Docker => "docker",
        _ => "link",
    }
}

/// ActivityEvent with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRecord {
    /// Grows by one.
    pub number: u64,
    /// Unix milliseconds.
    pub at: u64,
    /// What happened.
    pub event: ActivityEvent,
}

/// The latest entries, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Shared with every snapshot since the latest entry.
    entries: Arc<VecDeque<Arc<ActivityRecord>>>,
    added: u64,
}

/// Entries are only ever added.
impl PartialEq for Activity {
    fn eq(&self, other: &Self) -> bool {
        self.added == other.added
    }
}

impl Eq for Activity {}

impl Activity {
    /// Oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<ActivityRecord>> {
        self.entries.iter()
    }

    /// Those after the entry of that number.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Arc<ActivityRecord>> {
        self.entries
            .iter()
            .filter(move |entry| entry.number > number)
    }

    /// Puts it at the end; the oldest goes.
    pub fn add(&mut self, event: ActivityEvent, now: Now) {
        let entries = Arc::make_mut(&mut self.entries);
        if entries.len() == LENGTH {
            entries.pop_front();
        }
        self.added += 1;
        entries.push_back(Arc::new(ActivityRecord {
            number: self.added,
            at: now.unix_ms,
            event,
        }));
    }
}

/// What has been detector of each part, so that only changes are event.
#[derive(Debug, Default)]
pub(crate) struct ChangeDetector {
    services: BTreeMap<String, Word>,
    layers: BTreeMap<&'static str, (LayerKind, Word)>,
    phase: Option<Phase>,
}

/// A state's word and its reason's code: other words for the same are no event.
type Word = (&'static str, Option<&'static str>);

impl ChangeDetector {
    /// Compares with what was detector before.
    pub(crate) fn changes(&mut self, snapshot: &Snapshot) -> Vec<ActivityEvent> {
        let mut event = Vec::new();
        for service in &snapshot.services {
            if is_passing(&service.state) {
                continue;
            }
            let before = self
                .services
                .insert(service.name.clone(), word(&service.state));
            if is_news(before, &service.state) {
                event.push(ActivityEvent::Service {
                    name: service.name.clone(),
                    state: service.state.clone(),
                });
            }
        }
        let docker = snapshot
            .layers
            .first()
            .map(|layer| (layer.kind, &layer.state));
        // Of the layers outside the headline stands for all.
        let outside = snapshot
            .headline_outside()
            .map(|layer| (layer.kind, &layer.state));
        let verified = snapshot.public_host.is_some();
        let outside = outside.or(verified.then_some((LayerKind::Edge, &State::Ok)));
        for (place, layer) in [("docker", docker), ("link", outside)] {
            let Some((kind, state)) = layer.filter(|(_, state)| !is_passing(state)) else {
                continue;
            };
            let before = self.layers.insert(place, (kind, word(state)));
            let same = before.is_some_and(|(was, _)| was == kind);
            let before = before.map(|(_, word)| word);
            if (!same && before.is_some() && !state.is_ok()) || is_news(before, state) {
                event.push(ActivityEvent::Layer {
                    kind,
                    state: state.clone(),
                });
            }
        }
        if self.phase.replace(snapshot.phase) != Some(snapshot.phase) {
            event.push(ActivityEvent::Phase {
                phase: snapshot.phase,
                limited: snapshot.is_shown(),
                why: snapshot.why(),
            });
        }
        event
    }
}

fn word(state: &State) -> Word {
    (state.as_str(), state.reason().map(Diagnosis::code))
}

/// Over before anybody can read of it.
fn is_passing(state: &State) -> bool {
    let passing = |reason: &Diagnosis| {
        matches!(
            reason,
            Diagnosis::NotProbed | Diagnosis::PublicUrl(PublicUrlFault::Changed)
        )
    };
    matches!(state, State::Waiting(reason) if passing(reason))
}

/// Waiting at the very beginning is none: everything waits then. Nor is what a wait waits for next.
fn is_news(before: Option<Word>, state: &State) -> bool {
    match (before, state) {
        (None, State::Waiting(_)) => false,
        (Some(("waiting", _)), State::Waiting(_)) => false,
        (Some(before), _) => before != word(state),
        (None, _) => true,
    }
}
