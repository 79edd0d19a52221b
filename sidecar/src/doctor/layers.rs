//! What the running service knows, as checks: its layers, its services, its configuration.

use super::{Check, Told};
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
        Some(observed) => Told::same(observed),
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

/// A layer that is not ok because one service is not: that service has a row of its own, and one cause is one problem.
fn of_a_service(layer: &Layer, snapshot: &Snapshot) -> Option<Check> {
    let reason = layer.state.reason()?;
    let same = |view: &&ServiceView| match reason {
        Diagnosis::Of { service, .. } => view.name == *service,
        reason => layer.kind == LayerKind::Tunnel && view.state.reason() == Some(reason),
    };
    let culprit = snapshot.services.iter().find(same)?;
    let skips = matches!(&culprit.state, State::Waiting(why) if is_no_trouble(why));
    let what = vec![culprit.name.clone()];
    let waits = Diagnosis::WaitsFor { what };
    let observed = Told::new(waits.message(Lang::En), waits.message(Lang::Pt));
    (!skips).then(|| Check::skipped(LAYER, layer.kind.as_str(), observed))
}

/// Something else comes first, or nobody needs it.
fn is_no_trouble(why: &Diagnosis) -> bool {
    matches!(why, Diagnosis::WaitsFor { .. } | Diagnosis::Suspended)
}

fn service(service: &ServiceView) -> Check {
    // What the public URL does without may take its time.
    if let (false, State::Waiting(why)) = (service.required, &service.state) {
        let observed = Told::new(why.message(Lang::En), why.message(Lang::Pt));
        return Check::skipped(SERVICE, &service.name, observed);
    }
    let name = &service.name;
    check(SERVICE, name, name, &service.state, works(), || {
        Told::same(format!("docker compose logs {}", service.name))
    })
}

fn works() -> Told {
    Told::new("works", "funciona")
}

fn check(
    group: &str,
    name: &str,
    about: &str,
    state: &State,
    works: Told,
    next: impl FnOnce() -> Told,
) -> Check {
    let told = |reason: &Diagnosis| Told::new(reason.message(Lang::En), reason.message(Lang::Pt));
    match state {
        State::Ok => Check::ok(group, name, works),
        State::Waiting(reason) if is_no_trouble(reason) => {
            Check::skipped(group, name, told(reason))
        }
        State::Waiting(reason) | State::Broken(reason) => {
            let next = next_of(reason, about).unwrap_or_else(next);
            Check::failed(group, name, told(reason), next)
        }
        State::Limited(reason) => {
            let next = next_of(reason, about).unwrap_or_else(next);
            Check::warning(group, name, told(reason), next)
        }
    }
}

fn next_of(reason: &Diagnosis, about: &str) -> Option<Told> {
    let en = reason.next_for(about, Lang::En)?;
    let pt = reason.next_for(about, Lang::Pt)?;
    Some(Told::new(en, pt))
}

/// What to do where the reason itself names nothing.
fn after_layer(kind: LayerKind, waits_for: Option<&str>) -> Told {
    match kind {
        LayerKind::Docker => Told::same("docker compose up -d; docker compose logs docker-proxy"),
        LayerKind::Services | LayerKind::Gateway | LayerKind::Tunnel => {
            let name = waits_for.unwrap_or(match kind {
                LayerKind::Gateway => "gateway",
                LayerKind::Tunnel => "cloudflared",
                _ => "",
            });
            Told::same(format!("docker compose logs {name}").trim_end().to_owned())
        }
        LayerKind::App => Told::same("docker compose logs app gateway"),
        LayerKind::Livekit | LayerKind::WebSocket => {
            Told::same("docker compose logs livekit gateway")
        }
        LayerKind::Edge
        | LayerKind::Dns
        | LayerKind::Tls
        | LayerKind::Instance
        | LayerKind::Exposure => Told::new(
            "the sidecar tries again by itself; README.md, Troubleshooting, has this sentence",
            "o sidecar tenta de novo sozinho; o README.md, em Troubleshooting, traz esta frase",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn a_tunnel_that_sleeps_is_no_trouble() {
        let outcome = |state: &State| {
            let next = || Told::same("docker compose logs cloudflared");
            check(LAYER, "tunnel", "cloudflared", state, works(), next).outcome
        };
        assert_eq!(
            outcome(&State::Waiting(Diagnosis::Suspended)),
            Outcome::Skipped
        );
        let lost = State::Waiting(Diagnosis::TunnelUnregistered);
        assert_eq!(outcome(&lost), Outcome::Failed);
        let full = State::Limited(Diagnosis::of_code("icecast_full", "200"));
        assert_eq!(outcome(&full), Outcome::Warning, "it works for others");
    }
}
