//! `/metrics`: gauges of the latest snapshot, and the counters and histograms of [`crate::runtime::metrics`].

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tracing::Instrument;

use super::App;
use crate::runtime::metrics::{LinkAction, Metrics, PREFIX};
use sidelink_core::{Phase, Snapshot};

/// The format that prometheus-client writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is open now.
#[derive(Clone, Copy, Debug, Default)]
struct Connections {
    /// WebSockets of pages that follow the runtime config.
    websockets: usize,
    /// WebSockets and long polls of pages.
    pages: usize,
    /// WebSockets of dashboards.
    dashboards: usize,
}

/// `GET /metrics`
pub(super) async fn text(State(app): State<App>) -> Response {
    let published = app.now().await;
    let connections = Connections {
        websockets: app.followers.pages(),
        pages: app.permits.open(),
        dashboards: app.followers.dashboards(),
    };
    let text = render(&published.snapshot, connections, &app.metrics);
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

/// Counts links and refused requests of the routes that it is laid on, and gives requests for links a span.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let action = link_action(&request);
    let response = match action {
        Some(action) => {
            let span = tracing::info_span!("link", action = action.as_str());
            next.run(request).instrument(span).await
        }
        None => next.run(request).await,
    };
    let status = response.status();
    match action {
        Some(action) if status == done(action) => app.metrics.link(action),
        _ if status.is_client_error() || status.is_server_error() => {
            app.metrics.refused(status.as_u16());
        }
        _ => {}
    }
    response
}

fn link_action(request: &Request) -> Option<LinkAction> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    match (request.method(), route) {
        (&Method::POST, "/links" | "/phone-check") => Some(LinkAction::Create),
        (&Method::POST, "/links/{token}/join") => Some(LinkAction::Join),
        (&Method::DELETE, "/links/{token}") => Some(LinkAction::End),
        _ => None,
    }
}

/// The status of a request that was fulfilled: 202 only names what is awaited.
fn done(action: LinkAction) -> StatusCode {
    match action {
        LinkAction::Create => StatusCode::CREATED,
        LinkAction::Join => StatusCode::OK,
        LinkAction::End => StatusCode::NO_CONTENT,
    }
}

fn render(snapshot: &Snapshot, connections: Connections, metrics: &Metrics) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = encode_registry(&mut out, &gauges(snapshot, connections));
    metrics.write(&mut out);
    let _ = encode_eof(&mut out);
    out
}

/// Made anew for each request, because a snapshot has all of their values.
fn gauges(snapshot: &Snapshot, connections: Connections) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let phases = [
        Phase::Preparing,
        Phase::Ready,
        Phase::Degraded,
        Phase::Failed,
    ];
    let phases = phases.map(|phase| (phase.as_str(), u64::from(phase == snapshot.phase)));
    let layers = snapshot.layers.iter();
    let layers = layers.map(|layer| (layer.kind.as_str(), u64::from(layer.state.is_ok())));
    let services = snapshot.services.iter();
    let services =
        services.map(|service| (service.name.as_str(), u64::from(service.state.is_ok())));
    let followers = [
        ("page", connections.pages as u64),
        ("dashboard", connections.dashboards as u64),
    ];
    registry.register("phase", "1 for the current phase", by("phase", phases));
    registry.register("layer_ok", "1 where the layer is ok", by("layer", layers));
    registry.register(
        "service_ok",
        "1 where the service works",
        by("service", services),
    );
    registry.register(
        "followers",
        "Open WebSockets and long polls, by kind",
        by("kind", followers),
    );
    if let Some(verified_at) = snapshot.verified_at {
        registry.register(
            "verified_timestamp_seconds",
            "Unix time of the latest verification",
            single(verified_at / 1000),
        );
    }
    registry.register(
        "config_revision",
        "Revision of the runtime config",
        single(snapshot.revision),
    );
    registry.register(
        "config_websockets",
        "Pages that follow the runtime config by WebSocket",
        single(connections.websockets as u64),
    );
    registry
}

/// One gauge for each value of a label.
fn by<'a>(
    label: &'static str,
    rows: impl IntoIterator<Item = (&'a str, u64)>,
) -> Family<[(&'static str, String); 1], Gauge> {
    let family = Family::<[(&'static str, String); 1], Gauge>::default();
    for (value, number) in rows {
        set(&family.get_or_create(&[(label, value.to_owned())]), number);
    }
    family
}

fn single(number: u64) -> Gauge {
    let gauge = Gauge::default();
    set(&gauge, number);
    gauge
}

fn set(gauge: &Gauge, number: u64) {
    gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
}

#[cfg(test)]
mod tests;
