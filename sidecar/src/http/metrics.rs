//! `/metrics`: the publication as Prometheus text. All of it follows from one snapshot, so there is no registry.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::App;
use sidelink_core::{Phase, Snapshot};

pub(super) async fn text(State(app): State<App>) -> Response {
    let published = app.now().await;
    let websockets = app.followers.pages();
    let text = render(&published.snapshot, websockets);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn render(snapshot: &Snapshot, websockets: usize) -> String {
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, rows: Vec<(String, u64)>| {
        // Writing into a string cannot fail.
        let _ = writeln!(
            out,
            "# HELP sidelink_{name} {help}\n# TYPE sidelink_{name} gauge"
        );
        for (labels, value) in rows {
            let _ = writeln!(out, "sidelink_{name}{labels} {value}");
        }
    };
    let phases = [
        Phase::Preparing,
        Phase::Ready,
        Phase::Degraded,
        Phase::Failed,
    ];
    let row =
        |name: &str, value: &str, is: bool| (format!("{{{name}=\"{value}\"}}"), u64::from(is));
    let phase = phases
        .map(|phase| row("phase", phase.as_str(), phase == snapshot.phase))
        .into();
    gauge("phase", "1 for the present phase.", phase);
    let layers = snapshot
        .layers
        .iter()
        .map(|layer| row("layer", layer.kind.as_str(), layer.state.is_ok()));
    gauge("layer_ok", "1 where the layer is ok.", layers.collect());
    let services = snapshot
        .services
        .iter()
        .map(|service| row("service", &service.name, service.state.is_ok()));
    gauge(
        "service_ok",
        "1 where the service works.",
        services.collect(),
    );
    let verified = snapshot.verified_at.map(|ms| (String::new(), ms / 1000));
    gauge(
        "verified_timestamp_seconds",
        "Unix time of the link's latest proof.",
        verified.into_iter().collect(),
    );
    gauge(
        "config_revision",
        "Revision of the runtime configuration.",
        vec![(String::new(), snapshot.revision)],
    );
    gauge(
        "config_websockets",
        "Pages that follow it by WebSocket.",
        vec![(String::new(), websockets as u64)],
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phase_is_1_and_no_proof_has_no_time() {
        let text = render(&Snapshot::unknown("i".into()), 3);
        assert!(text.contains("sidelink_phase{phase=\"preparing\"} 1\n"));
        assert!(text.contains("sidelink_phase{phase=\"ready\"} 0\n"));
        assert!(text.contains("sidelink_config_websockets 3\n"));
        assert!(!text.contains("\nsidelink_verified_timestamp_seconds"));
    }
}
