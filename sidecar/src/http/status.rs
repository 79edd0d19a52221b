//! `/status`: the verdict, layer by layer. In public it names states, never addresses, outputs or links.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::App;
use super::error::Error;
use super::poll::{Wait, newer};
use crate::clock::{rfc3339, unix_ms};
use crate::documents::Published;
use crate::lang::Lang;
use crate::model::{Layer, LayerKind, ServiceView, Snapshot, State as Verdict};
use crate::reason::ReasonView;

/// The document. `Deserialize` is for the commands, which read what this very program writes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// For `?after=`.
    pub sequence: u64,
    /// `preparing`, `ready`, `degraded` or `failed`.
    pub phase: String,
    /// RFC 3339.
    pub since: String,
    /// Only on the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// RFC 3339, of the latest proof.
    pub verified_at: Option<String>,
    /// Seconds since then.
    pub proof_age: Option<u64>,
    /// What the phase waits for.
    pub awaiting: Option<Awaiting>,
    /// Gateway, app and LiveKit where they do not work yet: no tunnel opens before.
    pub waits_locally_for: Vec<String>,
    /// In the order of the way.
    pub layers: Vec<LayerView>,
    /// By name.
    pub services: Vec<ServiceStatus>,
    /// Why the latest edit of `config/sidelink.yaml` was not taken; only on the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_error: Option<String>,
    /// The tunnel is a test machine's stand-in.
    pub stand_in: bool,
}

/// The first layer that is not ok.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Awaiting {
    /// Which.
    pub layer: String,
    /// RFC 3339.
    pub since: String,
    /// Seconds since then.
    pub seconds: u64,
    /// English: `waiting for Cloudflare's edge, 12 s`.
    pub message: String,
    /// Brazilian Portuguese.
    #[serde(rename = "message_pt")]
    pub message_pt: String,
}

/// One layer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerView {
    /// `docker`, `services`, `gateway`, `tunnel`, `edge`, `dns`, `tls`, `marker`, `app`, `livekit` or `websocket`.
    pub layer: String,
    /// `ok`, `waiting`, `limited` (works, but not for everybody) or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Services by name.
    pub waits_for: Vec<String>,
    /// What was seen from outside; only on the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// Only on the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonOwned>,
}

/// One service.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// Compose's name.
    pub name: String,
    /// `ok`, `waiting` or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Whether it can change the phase.
    pub required: bool,
    /// How often Docker has restarted it.
    pub restarts: i64,
    /// Only on the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonOwned>,
}

/// A reason that can be read back.
#[derive(Debug, Deserialize, Serialize)]
pub struct ReasonOwned {
    /// Stable, for programs.
    pub code: String,
    /// English.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
}

pub(super) async fn public(
    State(app): State<App>,
    query: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Error> {
    let published = newer(&app, query, |published| published.snapshot.sequence).await?;
    Ok(answer(&published, false))
}

pub(super) async fn full(
    State(app): State<App>,
    query: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Error> {
    let published = newer(&app, query, |published| published.snapshot.sequence).await?;
    Ok(answer(&published, true))
}

/// `internals`: with the link, addresses and reasons.
pub(super) fn answer(published: &Published, internals: bool) -> Response {
    let view = view(&published.snapshot, internals);
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

/// With internals, as JSON.
pub(super) fn json(published: &Published) -> Bytes {
    let view = StatusView::of(&published.snapshot);
    serde_json::to_vec(&view).unwrap_or_default().into()
}

impl StatusView {
    /// With internals.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        view(snapshot, true)
    }

    /// [`Snapshot::link`], as a URL.
    pub fn link(&self) -> Option<&str> {
        let outside = |layer: &&LayerView| {
            LayerKind::OF_THE_LINK
                .iter()
                .any(|kind| kind.word() == layer.layer)
        };
        let works = |layer: &LayerView| matches!(layer.state.as_str(), "ok" | "limited");
        let url = self.public_url.as_deref()?;
        self.layers.iter().filter(outside).all(works).then_some(url)
    }

    /// [`Snapshot::is_shown`].
    pub fn is_shown(&self) -> bool {
        let limited = |layer: &LayerView| layer.state == "limited";
        self.phase == "ready" || self.awaited().is_some_and(limited)
    }

    /// The layer that is awaited.
    pub fn awaited(&self) -> Option<&LayerView> {
        let name = &self.awaiting.as_ref()?.layer;
        self.layers.iter().find(|layer| layer.layer == *name)
    }
}

fn view(snapshot: &Snapshot, internals: bool) -> StatusView {
    let now = unix_ms();
    StatusView {
        sequence: snapshot.sequence,
        phase: snapshot.phase.word().to_owned(),
        since: rfc3339(snapshot.phase_since),
        public_url: snapshot
            .public_host
            .as_ref()
            .filter(|_| internals)
            .map(|host| format!("https://{host}")),
        verified_at: snapshot.verified_at.map(rfc3339),
        proof_age: snapshot.verified_at.map(|at| seconds_since(at, now)),
        awaiting: snapshot.headline().map(|layer| awaiting(layer, now)),
        waits_locally_for: snapshot.waits_locally_for.clone(),
        layers: snapshot
            .layers
            .iter()
            .map(|layer| layer_view(layer, internals))
            .collect(),
        services: snapshot
            .services
            .iter()
            .map(|service| service_view(service, internals))
            .collect(),
        config_error: snapshot.template_error.clone().filter(|_| internals),
        stand_in: snapshot.stand_in,
    }
}

fn awaiting(layer: &Layer, now: u64) -> Awaiting {
    let seconds = seconds_since(layer.since, now);
    Awaiting {
        layer: layer.kind.word().to_owned(),
        since: rfc3339(layer.since),
        seconds,
        message: layer.awaited(seconds, Lang::En),
        message_pt: layer.awaited(seconds, Lang::Pt),
    }
}

fn seconds_since(at: u64, now: u64) -> u64 {
    now.saturating_sub(at) / 1000
}

fn layer_view(layer: &Layer, internals: bool) -> LayerView {
    LayerView {
        layer: layer.kind.word().to_owned(),
        state: layer.state.word().to_owned(),
        since: rfc3339(layer.since),
        waits_for: layer.waits_for.clone(),
        seen: layer.seen.clone().filter(|_| internals),
        reason: reason(&layer.state, internals),
    }
}

fn service_view(service: &ServiceView, internals: bool) -> ServiceStatus {
    ServiceStatus {
        name: service.name.clone(),
        state: service.state.word().to_owned(),
        since: rfc3339(service.since),
        required: service.required,
        restarts: service.restarts,
        reason: reason(&service.state, internals),
    }
}

fn reason(state: &Verdict, internals: bool) -> Option<ReasonOwned> {
    let ReasonView {
        code,
        message,
        message_pt,
    } = state.reason().filter(|_| internals)?.view();
    Some(ReasonOwned {
        code: code.to_owned(),
        message,
        message_pt,
    })
}
