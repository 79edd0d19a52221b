//! The recent activity in sentences, each without its subject.

use sidelink_core::{ActivityEvent, Diagnosis, Phase};

use crate::{Lang, Message};

impl Message for ActivityEvent {
    /// Without its subject.
    fn message(&self, lang: Lang) -> String {
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

fn phase_message(phase: Phase, limited: bool, why: Option<&Diagnosis>, lang: Lang) -> String {
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
