//! Liveness of the process, and readiness of the public URL.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sidelink_diagnostics::waiting;

use super::App;
use sidelink_core::{Layer, Phase};
use sidelink_diagnostics::Lang;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    phase: &'static str,
    waiting_for: Option<&'static str>,
    /// What is awaited, in the requested language, without addresses and services, because this is public.
    message: Option<String>,
}

/// Reports only that the process runs: it must not be restarted because the stack is broken.
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

/// Returns the language of `Accept-Language`; English if it names neither of the two.
pub(super) fn language(headers: &HeaderMap) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    Lang::from_accept_language(accepted.unwrap_or_default())
}

pub(super) async fn ready(State(app): State<App>, headers: HeaderMap) -> Response {
    let published = app.now().await;
    let snapshot = &published.snapshot;
    let status = if snapshot.phase == Phase::Ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let waiting_for = snapshot.headline().map(Layer::without_services);
    let lang = language(&headers);
    let message = waiting_for.as_ref().map(|layer| {
        let seconds = app.engine.unix_ms().saturating_sub(layer.since) / 1000;
        waiting(layer, snapshot.tunnel_kind(), seconds, lang)
    });
    let body = Ready {
        phase: snapshot.phase.as_str(),
        waiting_for: waiting_for.map(|layer| layer.kind.as_str()),
        message,
    };
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language"),
    ];
    (status, headers, Json(body)).into_response()
}
