//! `/openapi.json`: describes every route of both listeners. It is written by hand, so that the wire types need no
//! second description; `tests/http/openapi.rs` and `scripts/openapi` compare it with the routes and their responses.

use axum::http::HeaderMap;
use axum::response::Response;

use super::dashboard::{etag, fixed};

const DOCUMENT: &str = include_str!("../../openapi.json");

pub(super) async fn json(headers: HeaderMap) -> Response {
    fixed(&headers, "application/json", DOCUMENT, &etag(DOCUMENT))
}
