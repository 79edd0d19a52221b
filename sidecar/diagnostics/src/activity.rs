//! The messages of recent activity, each without its subject.

use sidelink_core::{ActivityEvent, Diagnosis, Phase};

use crate::{Lang, Message};

impl Message for ActivityEvent {
    /// Returns the message without its subject.
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
                        format!("started (attempt {attempt}): {why}"),
                        format!("iniciado novamente (tentativa {attempt}): {why}"),
                    ),
                    false => lang.pick(
                        format!("restarted (attempt {attempt}): {why}"),
                        format!("reiniciado (tentativa {attempt}): {why}"),
                    ),
                }
            }
            Self::Requested { start: true, .. } => lang
                .pick("started by request", "iniciado a pedido")
                .to_owned(),
            Self::Requested { start: false, .. } => lang
                .pick("restarted by request", "reiniciado a pedido")
                .to_owned(),
            Self::Tunnel {
                suspended: true, ..
            } => lang
                .pick(
                    "suspended: no link is needed now",
                    "suspenso: nenhum link é necessário agora",
                )
                .to_owned(),
            Self::Tunnel {
                suspended: false, ..
            } => lang
                .pick(
                    "woken: a link was requested",
                    "reativado: um link foi solicitado",
                )
                .to_owned(),
            Self::Announced(reason) => reason.message(lang),
        }
    }
}

fn phase_message(phase: Phase, limited: bool, why: Option<&Diagnosis>, lang: Lang) -> String {
    let state = match phase {
        Phase::Ready => {
            return lang
                .pick(
                    "ready: the public URL works",
                    "pronto: a URL pública funciona",
                )
                .to_owned();
        }
        Phase::Preparing => lang.pick("preparing", "preparando"),
        Phase::Degraded if limited => lang.pick(
            "the public URL works, but not for every visitor",
            "a URL pública funciona, mas não para todos os visitantes",
        ),
        Phase::Degraded => lang.pick(
            "the public URL has problems",
            "a URL pública está com problemas",
        ),
        Phase::Failed => lang.pick(
            "failed until the operator fixes a problem",
            "com falha até que o operador corrija um problema",
        ),
    };
    match why {
        Some(reason) => format!("{state}: {}", reason.message(lang)),
        None => state.to_owned(),
    }
}
