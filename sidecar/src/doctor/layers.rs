//! The layers and services of a snapshot, as checks.

use super::{Check, LocalizedText};
use sidelink_core::Diagnosis;
use sidelink_core::{Layer, LayerKind, ServiceView, Snapshot, State};
use sidelink_diagnostics::Lang;
use sidelink_diagnostics::{Explain, Message};

const LAYER: &str = "layer";
const SERVICE: &str = "service";

pub(super) fn checks(snapshot: &Snapshot) -> Vec<Check> {
    let layers = snapshot.layers.iter();
    let layers = layers.map(|row| {
        of_a_service(row, snapshot).unwrap_or_else(|| layer(row, snapshot.service_of(row)))
    });
    let services = snapshot.services.iter().map(service);
    layers.chain(services).collect()
}

fn layer(layer: &Layer, about: &str) -> Check {
    let works = match &layer.observed {
        Some(observed) => LocalizedText::same(observed),
        None => works(),
    };
    let first = layer.waits_for.first().map(String::as_str);
    check(
        LAYER,
        layer.kind.as_str(),
        about,
        &layer.state,
        works,
        || after_layer(layer.kind, first),
    )
}

/// Skips a layer that is not ok because of one service: the service has its own check, and one cause is one problem.
fn of_a_service(layer: &Layer, snapshot: &Snapshot) -> Option<Check> {
    let reason = layer.state.reason()?;
    let same = |view: &&ServiceView| match reason {
        Diagnosis::Of { service, .. } => view.name == *service,
        reason => layer.kind == LayerKind::Tunnel && view.state.reason() == Some(reason),
    };
    let culprit = snapshot.services.iter().find(same)?;
    let skips = matches!(&culprit.state, State::Waiting(why) if is_expected(why));
    let what = vec![culprit.name.clone()];
    let waits = Diagnosis::WaitsFor { what };
    let observed = message_of(&waits);
    (!skips).then(|| Check::skipped(LAYER, layer.kind.as_str(), observed))
}

/// Reports whether another problem comes first, or the service is suspended.
fn is_expected(why: &Diagnosis) -> bool {
    matches!(why, Diagnosis::WaitsFor { .. } | Diagnosis::Suspended)
}

fn service(service: &ServiceView) -> Check {
    // The public URL works without it.
    if let (false, State::Waiting(why)) = (service.required, &service.state) {
        let observed = message_of(why);
        return Check::skipped(SERVICE, &service.name, observed);
    }
    let name = &service.name;
    check(SERVICE, name, name, &service.state, works(), || {
        LocalizedText::same(format!("docker compose logs {}", service.name))
    })
}

fn works() -> LocalizedText {
    LocalizedText::new("works", "funciona")
}

fn check(
    group: &str,
    name: &str,
    about: &str,
    state: &State,
    works: LocalizedText,
    next: impl FnOnce() -> LocalizedText,
) -> Check {
    match state {
        State::Ok => Check::ok(group, name, works),
        State::Waiting(reason) if is_expected(reason) => {
            Check::skipped(group, name, message_of(reason))
        }
        State::Waiting(reason) | State::Broken(reason) => {
            let next = next_of(reason, about).unwrap_or_else(next);
            Check::failed(group, name, message_of(reason), next)
        }
        State::Limited(reason) => {
            let next = next_of(reason, about).unwrap_or_else(next);
            Check::warning(group, name, message_of(reason), next)
        }
    }
}

/// Returns the message of a diagnosis.
pub(super) fn message_of(reason: &Diagnosis) -> LocalizedText {
    LocalizedText::new(reason.message(Lang::En), reason.message(Lang::Pt))
}

fn next_of(reason: &Diagnosis, about: &str) -> Option<LocalizedText> {
    let en = reason.next_for(about, Lang::En)?;
    let pt = reason.next_for(about, Lang::Pt)?;
    Some(LocalizedText::new(en, pt))
}

/// Returns the next step where the diagnosis has none.
fn after_layer(kind: LayerKind, waits_for: Option<&str>) -> LocalizedText {
    match kind {
        LayerKind::Docker => {
            LocalizedText::same("docker compose up -d; docker compose logs docker-proxy")
        }
        LayerKind::Services | LayerKind::Gateway | LayerKind::Tunnel => {
            let name = waits_for.unwrap_or(match kind {
                LayerKind::Gateway => "gateway",
                LayerKind::Tunnel => "cloudflared",
                _ => "",
            });
            LocalizedText::same(format!("docker compose logs {name}").trim_end().to_owned())
        }
        LayerKind::App => LocalizedText::same("docker compose logs app gateway"),
        LayerKind::Livekit | LayerKind::WebSocket => {
            LocalizedText::same("docker compose logs livekit gateway")
        }
        LayerKind::Media => LocalizedText::same("docker compose logs bridge gateway"),
        LayerKind::Edge
        | LayerKind::Dns
        | LayerKind::Tls
        | LayerKind::Instance
        | LayerKind::Exposure => LocalizedText::new(
            "the sidecar retries automatically; docs/diagnoses.md lists this message",
            "o sidecar tenta de novo automaticamente; docs/diagnoses.md traz esta mensagem",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::CheckOutcome;

    #[test]
    fn a_suspended_tunnel_is_not_a_problem() {
        let outcome = |state: &State| {
            let next = || LocalizedText::same("docker compose logs cloudflared");
            check(LAYER, "tunnel", "cloudflared", state, works(), next).outcome
        };
        assert_eq!(
            outcome(&State::Waiting(Diagnosis::Suspended)),
            CheckOutcome::Skipped
        );
        let lost = State::Waiting(Diagnosis::TunnelUnregistered);
        assert_eq!(outcome(&lost), CheckOutcome::Failed);
        let full = State::Limited(Diagnosis::of_code("icecast_full", "200"));
        assert_eq!(
            outcome(&full),
            CheckOutcome::Warning,
            "it works for other visitors"
        );
    }
}
