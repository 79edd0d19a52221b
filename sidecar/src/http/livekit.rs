//! `POST /livekit-token`: signs a LiveKit access token for the app, which never gets LiveKit's secret.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::{App, uncached};
use crate::connections::Applicant;
use crate::livekit::access_token::{Grant, LIFE_SECONDS, PROCESSOR, is_reserved, sign, unique};
use crate::runtime::clock::rfc3339;
use sidelink_diagnostics::is_visible;

/// Length of a room's, identity's or participant's name, characters.
const MAX_NAME: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequest {
    room: String,
    identity: String,
    name: Option<String>,
    /// It processes what others publish.
    #[serde(default)]
    processor: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenView {
    token: String,
    /// The requested identity, made unique.
    identity: String,
    expires_at: String,
}

pub(super) async fn token(
    State(app): State<App>,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<Response, Error> {
    let Json(TokenRequest {
        room,
        identity,
        name,
        processor,
    }) = body.map_err(|_| Error::BAD_BODY)?;
    let usable = |text: &str| {
        !text.trim().is_empty() && text.chars().count() <= MAX_NAME && is_visible(text)
    };
    if !usable(&room)
        || !usable(&identity)
        || !name.as_deref().is_none_or(usable)
        || is_reserved(&room)
    {
        return Err(Error::BAD_NAME);
    }
    let requested = identity;
    let identity = unique(&requested)?;
    let applicant = Applicant {
        identity: &identity,
        room: &room,
        max_of_room: None, // the app decides who joins
    };
    app.connection_limit.admit(applicant).await?;
    tracing::info!(room, requested, identity, "identity made unique");
    let grant = Grant {
        room: &room,
        identity: &identity,
        name: name.as_deref(),
        max_participants: None,
        mark: processor.then_some(PROCESSOR),
    };
    let token = sign(&app.secrets, &grant)?;
    let expires_at = rfc3339(app.engine.unix_ms() + LIFE_SECONDS * 1000);
    Ok(uncached(TokenView {
        token,
        identity,
        expires_at,
    }))
}
