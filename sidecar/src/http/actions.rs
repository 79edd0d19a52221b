//! What a person may ask the sidecar to do. The answer is that it was heard; what comes of it stands in `/status`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::error::Error;
use sidelink_core::Event;

/// Nobody would answer any more while they restart.
const OURS: &[&str] = &["sidecar", "docker-proxy"];

#[derive(Serialize)]
struct Heard {
    /// `restart` or `link`.
    accepted: &'static str,
    service: Option<String>,
    /// What is published after this one may show it.
    sequence: u64,
}

/// `POST /services/{name}/restart`
pub(super) async fn restart(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(name) = name.map_err(|_| Error::NO_SERVICE)?;
    if OURS.contains(&name.as_str()) {
        return Err(Error::NOT_BY_US);
    }
    let known = |service: &sidelink_core::ServiceView| service.name == name;
    if !app.latest().snapshot.services.iter().any(known) {
        return Err(Error::NO_SERVICE);
    }
    let service = Some(name.clone());
    Ok(heard(
        &app,
        Event::RestartRequested { service: name },
        "restart",
        service,
    )
    .await)
}

/// `POST /tunnel/wake`
pub(super) async fn link(State(app): State<App>) -> Response {
    heard(&app, Event::WakeRequested, "link", None).await
}

async fn heard(
    app: &App,
    event: Event,
    accepted: &'static str,
    service: Option<String>,
) -> Response {
    let sequence = app.latest().snapshot.sequence;
    app.engine.tell(event).await;
    let body = Heard {
        accepted,
        service,
        sequence,
    };
    (
        StatusCode::ACCEPTED,
        [(header::CACHE_CONTROL, "no-store")],
        Json(body),
    )
        .into_response()
}
