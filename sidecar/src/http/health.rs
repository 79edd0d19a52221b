//! Whether the process lives, and whether the link works.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use crate::model::Phase;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    phase: &'static str,
    waiting_for: Option<&'static str>,
}

/// Says nothing of the stack: a container whose phase is bad must not be restarted for it.
pub(super) async fn live() -> Response {
    const OK: &str = "{\"status\":\"ok\"}\n";
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        OK,
    )
        .into_response()
}

pub(super) async fn ready(State(app): State<App>) -> Response {
    let published = app.now().await;
    let snapshot = &published.snapshot;
    let status = if snapshot.phase == Phase::Ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let waiting_for = snapshot.headline().map(|layer| layer.kind.word());
    let body = Ready {
        phase: snapshot.phase.word(),
        waiting_for,
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
