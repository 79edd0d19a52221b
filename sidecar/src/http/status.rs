//! `/status`: the state of every layer. In public it has no services, addresses, outputs or links.

mod document;
mod render;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use super::App;
use super::error::Error;
use super::poll::{PollQuery, newer};
use crate::runtime_config::cache::RuntimeConfigCache;
use document::LayerView;
pub use document::{StartupView, StatusView};
use sidelink_core::{LayerKind, Snapshot};

pub(super) async fn public(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    polled(&app, query, &headers, |now| {
        json_of(render::public(&now.snapshot))
    })
    .await
}

/// `GET /startup`, for the service `gate`, which has no token.
pub(super) async fn startup(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    polled(&app, query, &headers, |now| {
        json_of(render::startup(&now.snapshot))
    })
    .await
}

pub(super) async fn full(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    polled(&app, query, &headers, answer).await
}

async fn polled(
    app: &App,
    query: Result<Query<PollQuery>, QueryRejection>,
    headers: &HeaderMap,
    answer: impl FnOnce(&RuntimeConfigCache) -> Response,
) -> Result<Response, Error> {
    let newer = newer(app, query, headers, |now| now.snapshot.sequence).await?;
    let mut response = answer(&newer.published);
    newer.set_retry_after(response.headers_mut());
    Ok(response)
}

/// Returns the full status as a response.
pub(super) fn answer(published: &RuntimeConfigCache) -> Response {
    json_of(StatusView::of(&published.snapshot))
}

fn json_of(view: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

/// Returns the full status as JSON.
pub(super) fn json(published: &RuntimeConfigCache) -> Bytes {
    let view = StatusView::of(&published.snapshot);
    serde_json::to_vec(&view).unwrap_or_default().into()
}

impl StatusView {
    /// Returns the full status.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        render::full(snapshot)
    }

    /// Returns the public URL if it works, as [`sidelink_core::Snapshot::usable_host`] does.
    pub fn link(&self) -> Option<&str> {
        let outside = |layer: &&LayerView| {
            LayerKind::OF_PUBLIC_URL
                .iter()
                .any(|kind| kind.as_str() == layer.layer)
        };
        let works = |layer: &LayerView| matches!(layer.state.as_str(), "ok" | "limited");
        let url = self.public_url.as_deref()?;
        self.layers.iter().filter(outside).all(works).then_some(url)
    }

    /// Reports whether the public URL may be shown, as [`sidelink_core::Snapshot::is_shown`] does.
    pub fn is_shown(&self) -> bool {
        let limited = |layer: &LayerView| layer.state == "limited";
        self.phase == "ready" || self.awaited().is_some_and(limited)
    }

    /// Returns the layer that is awaited.
    pub fn awaited(&self) -> Option<&LayerView> {
        let name = &self.awaiting.as_ref()?.layer;
        self.layers.iter().find(|layer| layer.layer == *name)
    }
}
