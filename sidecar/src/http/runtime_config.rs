//! `/runtime-config`: serves bytes that were rendered when the state changed.

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;

use super::App;
use super::error::Error;
use super::guard::requested_host;
use super::poll::newer;
use crate::runtime_config::cache::Document;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
/// A page must never act on an old address.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Another site must not load it as a script.
const OWN_PAGES: HeaderValue = HeaderValue::from_static("same-origin");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// `origin` depends on the client's host.
const HOST: HeaderValue = HeaderValue::from_static("host");

pub(super) async fn json(
    State(app): State<App>,
    request: Request,
) -> Result<Response<Body>, Error> {
    let (uri, headers) = (request.uri(), request.headers());
    let query = Query::try_from_uri(uri);
    let newer = newer(&app, query, headers, |now| now.snapshot.revision).await?;
    let document = newer.published.document(requested_host(headers, uri));
    let mut response = answer(&document, &document.json, JSON, headers);
    newer.set_retry_after(response.headers_mut());
    Ok(response)
}

pub(super) async fn script(State(app): State<App>, request: Request) -> Response<Body> {
    let (uri, headers) = (request.uri(), request.headers());
    let published = app.now().await;
    let document = published.document(requested_host(headers, uri));
    answer(&document, &document.script, SCRIPT, headers)
}

fn answer(
    document: &Document,
    bytes: &Bytes,
    kind: HeaderValue,
    headers: &HeaderMap,
) -> Response<Body> {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|etag| *etag == document.etag);
    let body = if known {
        Body::empty()
    } else {
        Body::from(bytes.clone())
    };
    let mut response = Response::new(body);
    let out = response.headers_mut();
    out.insert(header::ETAG, document.etag.clone());
    out.insert(header::CACHE_CONTROL, NO_STORE);
    out.insert(header::VARY, HOST);
    out.insert(CORP, OWN_PAGES);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        out.insert(header::CONTENT_TYPE, kind);
    }
    response
}
