//! Restarts a service and wakes a tunnel. The response acknowledges the request; `/status` shows the result.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::error::Error;
use sidelink_core::Event;

/// Services whose restart would cut this request off.
const NEVER_RESTARTED: &[&str] = &["sidecar", "docker-proxy"];

#[derive(Serialize)]
struct Accepted {
    /// `restart` or `link`.
    accepted: &'static str,
    service: Option<String>,
    /// Number of the latest status; later ones may show the result.
    sequence: u64,
}

/// `POST /services/{name}/restart`
pub(super) async fn restart(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(name) = name.map_err(|_| Error::NO_SERVICE)?;
    if NEVER_RESTARTED.contains(&name.as_str()) {
        return Err(Error::NOT_BY_US);
    }
    let known = |service: &sidelink_core::ServiceView| service.name == name;
    if !app.latest().snapshot.services.iter().any(known) {
        return Err(Error::NO_SERVICE);
    }
    let service = Some(name.clone());
    Ok(accept(
        &app,
        Event::RestartRequested { service: name },
        "restart",
        service,
    )
    .await)
}

/// `POST /tunnel/wake`
pub(super) async fn wake(State(app): State<App>) -> Response {
    accept(&app, Event::WakeRequested, "link", None).await
}

async fn accept(
    app: &App,
    event: Event,
    accepted: &'static str,
    service: Option<String>,
) -> Response {
    let sequence = app.latest().snapshot.sequence;
    app.engine.send(event).await;
    let body = Accepted {
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
