//! `/status`: the state of every layer. In public it has no services, addresses, outputs or links.

mod document;
mod render;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;

use super::error::Error;
use super::poll::{PollQuery, newer};
use super::{App, uncached};
use crate::runtime_config::cache::RuntimeConfigCache;
use document::LayerView;
pub use document::{StartupView, StatusView};
use sidelink_core::{LayerKind, Snapshot};

pub(super) async fn public(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    polled(&app, query, &headers, |published| {
        uncached(render::public(&published.snapshot, app.engine.unix_ms()))
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
        uncached(render::startup(&now.snapshot))
    })
    .await
}

pub(super) async fn full(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    polled(&app, query, &headers, |published| answer(&app, published)).await
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
pub(super) fn answer(app: &App, published: &RuntimeConfigCache) -> Response {
    uncached(StatusView::of(&published.snapshot, app.engine.unix_ms()))
}

/// Returns the full status as JSON.
pub(super) fn json(app: &App, published: &RuntimeConfigCache) -> Bytes {
    let view = StatusView::of(&published.snapshot, app.engine.unix_ms());
    serde_json::to_vec(&view).unwrap_or_default().into()
}

impl StatusView {
    /// Returns the full status. `now`: Unix milliseconds.
    pub(crate) fn of(snapshot: &Snapshot, now: u64) -> Self {
        render::full(snapshot, now)
    }

    /// Returns [`Snapshot::usable_host`] as a URL.
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

    /// Reports the same as [`Snapshot::is_shown`].
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sidelink_core::{Diagnosis, Layer, LayerKind, Phase, Snapshot, State};

    use super::StatusView;

    fn states() -> [State; 4] {
        let reason = || Diagnosis::Starting;
        [
            State::Ok,
            State::Limited(reason()),
            State::Waiting(reason()),
            State::Broken(reason()),
        ]
    }

    fn snapshot(states: [&State; 3], host: Option<&str>) -> Snapshot {
        let kinds = [LayerKind::Services, LayerKind::Edge, LayerKind::App];
        let layers = kinds.into_iter().zip(states).map(|(kind, state)| Layer {
            kind,
            state: state.clone(),
            waits_for: Vec::new(),
            observed: None,
            since: 0,
        });
        let ready = states.iter().all(|state| state.is_ok());
        Snapshot {
            layers: layers.collect(),
            phase: if ready { Phase::Ready } else { Phase::Degraded },
            public_host: host.map(str::to_owned),
            ..Snapshot::unknown(Arc::from("instance"))
        }
    }

    #[test]
    fn commands_decide_like_the_core_whether_the_public_url_may_be_shown() {
        let all = states();
        for (services, edge, app) in all.iter().flat_map(|services| {
            let pairs = all
                .iter()
                .flat_map(|edge| all.iter().map(move |app| (edge, app)));
            pairs.map(move |(edge, app)| (services, edge, app))
        }) {
            for host in [None, Some("a.example")] {
                let snapshot = snapshot([services, edge, app], host);
                let view = StatusView::of(&snapshot, 0);
                let url = snapshot.usable_host().map(|host| format!("https://{host}"));
                assert_eq!(view.link(), url.as_deref(), "{services:?} {edge:?} {app:?}");
                assert_eq!(
                    view.is_shown(),
                    snapshot.is_shown(),
                    "{services:?} {edge:?} {app:?}"
                );
            }
        }
    }
}
