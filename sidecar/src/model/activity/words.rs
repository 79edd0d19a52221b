//! ActivityEvent in words.

use super::ActivityEvent;
use crate::lang::Lang;
use crate::model::{LayerKind, Phase};
use crate::reason::Reason;

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
            Self::Healed {
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
            Self::Requested { start: true, .. } => lang
                .pick(
                    "started, because somebody asked for it",
                    "iniciado a pedido",
                )
                .to_owned(),
            Self::Requested { start: false, .. } => lang
                .pick(
                    "restarted, because somebody asked for it",
                    "reiniciado a pedido",
                )
                .to_owned(),
            Self::Tunnel {
                suspended: true, ..
            } => lang
                .pick(
                    "put to sleep: nobody needs the link now",
                    "colocado em repouso: ninguém precisa do link agora",
                )
                .to_owned(),
            Self::Tunnel {
                suspended: false, ..
            } => lang
                .pick("woken: a link is wanted", "acordado: um link foi pedido")
                .to_owned(),
            Self::Announced(reason) => reason.message(lang),
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
