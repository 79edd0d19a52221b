//! Creates links and sends them again.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::awaited::awaited;
use super::{App, Error, TokenPath, no_store, token};
use crate::http::body::{Body, Fields};
use crate::http::poll::seconds;
use crate::links::create::{LinkRequest, PARTICIPANTS, TTL_SECONDS};
use crate::links::issue::{Issuance, IssuedLink};
use crate::runtime::clock::rfc3339;

const MAX_ID: usize = 128;
const MAX_CONSULTATION_TYPE: usize = 64;
const MAX_IDEMPOTENCY_KEY: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct IssueQuery {
    wait: Option<String>,
}

type WaitQuery = Result<Query<IssueQuery>, QueryRejection>;

/// A link as it is handed out. Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IssuedView {
    token: String,
    consultation_url: String,
    room: String,
    expires_at: String,
    verified_at: String,
    qr: String,
}

/// `POST /links`
pub(in crate::http) async fn create(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: WaitQuery,
    body: Body,
) -> Result<Response, Error> {
    let wait = wait(query)?;
    let request = link_request(body)?;
    let key = idempotency_key(&headers)?;
    let issuance = app.links.create(&request, key, wait).await?;
    Ok(response(issuance, StatusCode::CREATED, &headers, &uri))
}

/// `POST /phone-check`
pub(in crate::http) async fn phone_check(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: WaitQuery,
) -> Result<Response, Error> {
    let wait = wait(query)?;
    let request = LinkRequest::phone_check();
    let issuance = app.links.create(&request, None, wait).await?;
    Ok(response(issuance, StatusCode::CREATED, &headers, &uri))
}

/// `POST /links/{token}/resend`
pub(in crate::http) async fn resend(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: WaitQuery,
    path: TokenPath,
) -> Result<Response, Error> {
    let wait = wait(query)?;
    let issuance = app.links.resend(&token(path), wait).await?;
    Ok(response(issuance, StatusCode::OK, &headers, &uri))
}

fn response(issuance: Issuance, status: StatusCode, headers: &HeaderMap, uri: &Uri) -> Response {
    match issuance {
        Issuance::Issued(link) => {
            (status, [no_store()], Json(IssuedView::of(link))).into_response()
        }
        Issuance::Awaited(published) => awaited(&published.snapshot, headers, uri),
    }
}

impl IssuedView {
    fn of(link: IssuedLink) -> Self {
        Self {
            token: link.token,
            consultation_url: link.url,
            room: link.room,
            expires_at: rfc3339(link.expires_at),
            verified_at: rfc3339(link.verified_at),
            qr: link.qr,
        }
    }
}

/// `?wait=25s`; without it the response comes at once.
fn wait(query: WaitQuery) -> Result<Duration, Error> {
    let Query(IssueQuery { wait }) = query.map_err(|_| Error::BAD_WAIT)?;
    let wait = wait.map(|text| seconds(&text, 1)).transpose()?;
    Ok(wait.unwrap_or_default())
}

fn link_request(body: Body) -> Result<LinkRequest, Error> {
    let mut fields = Fields::of(body)?;
    let mut request = LinkRequest::consultation(
        fields.text("professionalId", MAX_ID)?,
        fields.text("clientId", MAX_ID)?,
        fields.text("consultationType", MAX_CONSULTATION_TYPE)?,
    );
    if let Some(ttl) = fields.optional_number("ttl", TTL_SECONDS)? {
        request.ttl = ttl;
    }
    if let Some(path) = fields.optional("pathTemplate", "a text of 1 to 512 characters")? {
        request.path = path;
    }
    if let Some(number) = fields.optional_number("maxParticipants", PARTICIPANTS)? {
        request.max_participants = number;
    }
    fields.end()?;
    request.check_path()?;
    Ok(request)
}

/// `Idempotency-Key`, if there is one.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&[u8]>, Error> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next().map(|key| key.as_bytes()) else {
        return Ok(None);
    };
    let is_valid = (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len())
        && key.iter().all(u8::is_ascii_graphic)
        && keys.next().is_none();
    is_valid.then_some(Some(key)).ok_or(Error::BAD_KEY)
}
