//! What happened lately: a history for people, not a log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::event::Now;
use super::service::State;
use super::snapshot::{LayerKind, Phase, Snapshot};
use crate::lang::Lang;
use crate::reason::{Outside, Reason};

/// A busy hour; a reader scrolls no further back.
const LENGTH: usize = 100;

/// Something that a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
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
        why: Option<Reason>,
    },
    /// A service was started (or restarted) by us.
    Act {
        /// Compose's name.
        service: String,
        /// It had ended; otherwise it ran and was restarted.
        start: bool,
        /// In a row.
        attempt: u32,
        /// What was wrong with it.
        why: Reason,
    },
    /// Somebody asked for a start or restart.
    Wanted {
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
        asleep: bool,
    },
    /// A word beforehand, or that the link comes from another tunnel now.
    Announced(Reason),
}

/// News with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Grows by one.
    pub number: u64,
    /// Unix milliseconds.
    pub at: u64,
    /// What happened.
    pub news: News,
}

/// The latest entries, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: VecDeque<Arc<Entry>>,
    added: u64,
}

/// Entries are only ever added.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.added == other.added
    }
}

impl Eq for History {}

impl History {
    /// Oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Those after the entry of that number.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries
            .iter()
            .filter(move |entry| entry.number > number)
    }

    /// Puts it at the end; the oldest goes.
    pub fn add(&mut self, news: News, now: Now) {
        if self.entries.len() == LENGTH {
            self.entries.pop_front();
        }
        self.added += 1;
        self.entries.push_back(Arc::new(Entry {
            number: self.added,
            at: now.unix_ms,
            news,
        }));
    }
}

/// What has been noted of each part, so that only changes are news.
#[derive(Debug, Default)]
pub(super) struct Noted {
    services: BTreeMap<String, Word>,
    layers: BTreeMap<&'static str, (LayerKind, Word)>,
    phase: Option<Phase>,
}

/// A state's word and its reason's code: other words for the same are no news.
type Word = (&'static str, Option<&'static str>);

impl Noted {
    /// Compares with what was noted before.
    pub(super) fn changes(&mut self, snapshot: &Snapshot) -> Vec<News> {
        let mut news = Vec::new();
        for service in &snapshot.services {
            if is_passing(&service.state) {
                continue;
            }
            let before = self
                .services
                .insert(service.name.clone(), word(&service.state));
            if is_news(before, &service.state) {
                news.push(News::Service {
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
        let proven = snapshot.public_host.is_some();
        let outside = outside.or(proven.then_some((LayerKind::Edge, &State::Ok)));
        for (place, layer) in [("docker", docker), ("link", outside)] {
            let Some((kind, state)) = layer.filter(|(_, state)| !is_passing(state)) else {
                continue;
            };
            let before = self.layers.insert(place, (kind, word(state)));
            let same = before.is_some_and(|(was, _)| was == kind);
            let before = before.map(|(_, word)| word);
            if (!same && before.is_some() && !state.is_ok()) || is_news(before, state) {
                news.push(News::Layer {
                    kind,
                    state: state.clone(),
                });
            }
        }
        if self.phase.replace(snapshot.phase) != Some(snapshot.phase) {
            news.push(News::Phase {
                phase: snapshot.phase,
                limited: snapshot.is_shown(),
                why: snapshot.why(),
            });
        }
        news
    }
}

fn word(state: &State) -> Word {
    (state.word(), state.reason().map(Reason::code))
}

/// Over before anybody can read of it.
fn is_passing(state: &State) -> bool {
    let passing = |reason: &Reason| {
        matches!(
            reason,
            Reason::NotProbed | Reason::Outside(Outside::Changed)
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

impl News {
    /// `service`, `layer`, `phase`, `act`, `tunnel`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Service { .. } => "service",
            Self::Layer { .. } => "layer",
            Self::Phase { .. } => "phase",
            Self::Act { .. } | Self::Wanted { .. } => "act",
            Self::Tunnel { .. } | Self::Announced(_) => "tunnel",
        }
    }

    /// The service, the layer or the link.
    pub fn subject(&self) -> &str {
        match self {
            Self::Service { name, .. } => name,
            Self::Layer { kind, .. } => place(*kind),
            Self::Act { service, .. }
            | Self::Wanted { service, .. }
            | Self::Tunnel { service, .. } => service,
            Self::Phase { .. } | Self::Announced(_) => "link",
        }
    }

    /// The new state's word, where there is one.
    pub fn state(&self) -> Option<&'static str> {
        match self {
            Self::Service { state, .. } | Self::Layer { state, .. } => Some(state.word()),
            Self::Phase { phase, .. } => Some(phase.word()),
            _ => None,
        }
    }

    /// Without its subject.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Service { state, .. } | Self::Layer { state, .. } => state
                .reason()
                .map_or_else(|| "ok".to_owned(), |reason| reason.message(lang)),
            Self::Phase {
                phase,
                limited,
                why,
            } => phase_message(*phase, *limited, why.as_ref(), lang),
            Self::Act {
                start,
                attempt,
                why,
                ..
            } => {
                let why = why.message(lang);
                match start {
                    true => lang.pick(
                        format!("started again (attempt {attempt}): {why}"),
                        format!("iniciado de novo (tentativa {attempt}): {why}"),
                    ),
                    false => lang.pick(
                        format!("restarted (attempt {attempt}): {why}"),
                        format!("reiniciado (tentativa {attempt}): {why}"),
                    ),
                }
            }
            Self::Wanted { start: true, .. } => lang
                .pick(
                    "started, because somebody asked for it",
                    "iniciado a pedido",
                )
                .to_owned(),
            Self::Wanted { start: false, .. } => lang
                .pick(
                    "restarted, because somebody asked for it",
                    "reiniciado a pedido",
                )
                .to_owned(),
            Self::Tunnel { asleep: true, .. } => lang
                .pick(
                    "put to sleep: nobody needs the link now",
                    "colocado em repouso: ninguém precisa do link agora",
                )
                .to_owned(),
            Self::Tunnel { asleep: false, .. } => lang
                .pick("woken: a link is wanted", "acordado: um link foi pedido")
                .to_owned(),
            Self::Announced(reason) => reason.message(lang),
        }
    }
}

/// What people know the layer as, in a history.
fn place(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Docker => "docker",
        _ => "link",
    }
}

fn phase_message(phase: Phase, limited: bool, why: Option<&Reason>, lang: Lang) -> String {
    let word = match phase {
        Phase::Ready => {
            return lang
                .pick("ready: the link works", "pronto: o link funciona")
                .to_owned();
        }
        Phase::Preparing => lang.pick("preparing", "preparando"),
        Phase::Degraded if limited => lang.pick(
            "the link works, but not for everybody",
            "o link funciona, mas não para todos",
        ),
        Phase::Degraded => lang.pick("the link is disturbed", "o link está com problemas"),
        Phase::Failed => lang.pick(
            "failed, until something is changed",
            "falhou, até que algo seja alterado",
        ),
    };
    match why {
        Some(reason) => format!("{word}: {}", reason.message(lang)),
        None => word.to_owned(),
    }
}
