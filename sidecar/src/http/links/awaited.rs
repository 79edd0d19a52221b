//! The response while no link can be handed out yet.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::no_store;
use crate::http::guard::requested_host;
use crate::runtime::clock::{rfc3339, unix_ms};
use sidelink_core::Snapshot;
use sidelink_diagnostics::{DiagnosisView, Explain, Lang, waiting};

/// Most awaited parts take seconds.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(2);

/// 202: what is awaited, and where to follow it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AwaitedView {
    status_url: String,
    phase: &'static str,
    waiting_for: Option<WaitingFor>,
    /// Seconds.
    retry_after: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaitingFor {
    layer: &'static str,
    since: String,
    message: String,
    message_pt: String,
    /// The diagnosis with the next step, where one is known.
    reason: Option<DiagnosisView>,
}

pub(super) fn awaited(snapshot: &Snapshot, headers: &HeaderMap, uri: &Uri) -> Response {
    let layer = snapshot.headline().filter(|layer| !layer.is_limited());
    let waiting_for = layer.map(|layer| {
        let seconds = unix_ms().saturating_sub(layer.since) / 1000;
        let reason = layer.state.reason();
        WaitingFor {
            layer: layer.kind.as_str(),
            since: rfc3339(layer.since),
            message: waiting(layer, snapshot.tunnel_kind(), seconds, Lang::En),
            message_pt: waiting(layer, snapshot.tunnel_kind(), seconds, Lang::Pt),
            reason: reason.map(|reason| reason.view_for(snapshot.service_of(layer))),
        }
    });
    let body = AwaitedView {
        status_url: format!("http://{}/status", requested_host(headers, uri)),
        phase: snapshot.phase.as_str(),
        waiting_for,
        retry_after: RETRY_AFTER.as_secs(),
    };
    let retry_after = (header::RETRY_AFTER, RETRY_AFTER.as_secs().to_string());
    (StatusCode::ACCEPTED, [retry_after, no_store()], Json(body)).into_response()
}
