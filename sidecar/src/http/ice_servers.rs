//! ICE servers for a page's `RTCConfiguration`: read in public, and set by a page for itself or by the app for all.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::guard::bearer_token;
use super::visitor::network;
use super::{App, uncached};
use crate::ice::{IceList, IceListError, IceServer, IceServers};
use crate::livekit::access_token::identity_of;
use crate::runtime::clock::rfc3339;

/// Part of a TURN user's name where a link asks, before a client has joined by it.
const VISITOR: &str = "visitor";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    ice_servers: &'a [IceServer],
    /// RFC 3339. Null where no credential expires.
    expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OwnList {
    ice_servers: Vec<IceServer>,
}

/// The body of both POST routes.
type Body = Result<Json<OwnList>, JsonRejection>;

/// `GET` in public: short-lived credentials for a link's token or a LiveKit token, without one STUN servers only.
pub(super) async fn read(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    let given = if headers.contains_key(header::AUTHORIZATION) {
        let participant = participant(&app, &headers).await?;
        app.ice.of(&participant, app.engine.unix_ms()).await
    } else {
        app.ice.stun_only()
    };
    Ok(answer(&given))
}

/// `POST` in public: keeps the caller's own list for this participant.
pub(super) async fn keep(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let participant = bearer_token(&headers).and_then(|token| identity_of(&app.secrets, token));
    let participant = participant.ok_or(Error::NOT_A_PARTICIPANT)?;
    app.ice.keep(&participant, list(body)?);
    Ok(answer(
        &app.ice.of(&participant, app.engine.unix_ms()).await,
    ))
}

/// `POST` on the control port: takes a list in place of the configured one, until the sidecar restarts.
pub(super) async fn replace(State(app): State<App>, body: Body) -> Result<Response, Error> {
    app.ice.replace(list(body)?);
    Ok(answer(&app.ice.of(VISITOR, app.engine.unix_ms()).await))
}

fn answer(
    IceServers {
        servers,
        expires_at,
    }: &IceServers,
) -> Response {
    let view = View {
        ice_servers: servers,
        expires_at: expires_at.map(rfc3339),
    };
    uncached(view)
}

fn list(body: Body) -> Result<IceList, Error> {
    let Json(OwnList { ice_servers }) = body.map_err(|_| Error::BAD_BODY)?;
    IceList::parse(ice_servers).map_err(Error::from)
}

impl From<IceListError> for Error {
    fn from(error: IceListError) -> Self {
        Self::BAD_FIELD.with_text(
            format!("iceServers cannot be used: {error}."),
            "iceServers não pode ser usado.".to_owned(),
            "Send up to 8 entries as in RTCConfiguration: urls that begin with stun:, turn: or turns:, and for TURN username and credential.".to_owned(),
        )
    }
}

/// Returns whom credentials are for.
async fn participant(app: &App, headers: &HeaderMap) -> Result<String, Error> {
    let token = bearer_token(headers).ok_or(Error::BAD_TOKEN)?;
    if token.contains('.') {
        return identity_of(&app.secrets, token).ok_or(Error::BAD_TOKEN);
    }
    app.links.read(token, network(headers)).await?;
    Ok(VISITOR.to_owned())
}
