//! Shows a link to a visitor, and lets clients and the professional into its room.

use std::net::SocketAddrV4;

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use serde::Serialize;

use super::{App, Error, TokenPath, token};
use crate::http::body::{Body, Fields};
use crate::http::guard::requested_host;
use crate::http::uncached;
use crate::http::visitor::network;
use crate::ice::IceServer;
use crate::links::identity::DisplayName;
use crate::links::join::{Client, JoinRequest, JoinedRoom};
use crate::links::{DeviceKind, LinkKind};
use crate::media_path::MediaPath;
use crate::runtime::clock::rfc3339;

/// Far longer than the resume secrets that the sidecar hands out.
pub(super) const MAX_RESUME: usize = 512;

/// What a visitor with the token may read. Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicLinkView {
    kind: LinkKind,
    consultation_type: String,
    expires_at: String,
}

/// What a page needs to enter the room. Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JoinedView<'a> {
    livekit_url: &'a str,
    token: &'a str,
    probe_token: &'a str,
    media_tunnel: bool,
    other_urls: &'a [String],
    direct_address: Option<SocketAddrV4>,
    known_path: Option<MediaPath>,
    identity: &'a str,
    name: &'a str,
    ice_servers: &'a [IceServer],
    resume: String,
    expires_at: String,
    consultation_type: &'a str,
    kind: LinkKind,
}

/// `GET /links/{token}` in public.
pub(in crate::http) async fn read(
    State(app): State<App>,
    headers: HeaderMap,
    path: TokenPath,
) -> Result<Response, Error> {
    let record = app.links.read(&token(path), network(&headers)).await?;
    let view = PublicLinkView {
        kind: record.kind,
        consultation_type: record.consultation_type,
        expires_at: rfc3339(record.expires_at),
    };
    Ok(uncached(view))
}

/// `POST /links/{token}/join` in public.
pub(in crate::http) async fn join(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    path: TokenPath,
    body: Body,
) -> Result<Response, Error> {
    let request = join_request(body, &headers, &uri)?;
    let client = Client {
        network: network(&headers),
        device: device(&headers),
    };
    let joined = app.links.join(&token(path), client, request).await?;
    Ok(response(&joined))
}

/// `POST /links/{token}/join` on the control port, for the professional.
pub(in crate::http) async fn join_as_host(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    path: TokenPath,
    body: Body,
) -> Result<Response, Error> {
    let request = join_request(body, &headers, &uri)?;
    let joined = app.links.join_as_host(&token(path), request).await?;
    Ok(response(&joined))
}

fn join_request(body: Body, headers: &HeaderMap, uri: &Uri) -> Result<JoinRequest, Error> {
    let mut fields = Fields::of(body)?;
    let name = fields.one::<String>("name", "a text")?;
    let resume = fields.optional_text("resume", MAX_RESUME)?;
    fields.end()?;
    Ok(JoinRequest {
        name: DisplayName::parse(&name).ok_or(Error::BAD_PERSON)?,
        resume,
        host: requested_host(headers, uri).to_owned(),
    })
}

fn response(joined: &JoinedRoom) -> Response {
    let view = JoinedView {
        livekit_url: &joined.livekit_url,
        token: &joined.access_token,
        probe_token: &joined.probe_token,
        media_tunnel: joined.media_tunnel,
        other_urls: &joined.other_urls,
        direct_address: joined.direct_address,
        known_path: joined.known_path,
        identity: &joined.identity.identity,
        name: joined.name.as_str(),
        ice_servers: &joined.ice_servers.servers,
        resume: joined.identity.resume(),
        expires_at: rfc3339(joined.expires_at),
        consultation_type: &joined.consultation_type,
        kind: joined.kind,
    };
    uncached(view)
}

pub(super) fn device(headers: &HeaderMap) -> DeviceKind {
    let agent = headers.get(header::USER_AGENT);
    DeviceKind::of(
        agent
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default(),
    )
}
