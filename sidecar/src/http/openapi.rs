//! `/openapi.json`: every route of both listeners, for programs. Written by hand, so that the wire types carry no
//! second description of themselves, and held against the answers by `tests/http/openapi.rs` and `scripts/openapi`.

use axum::http::HeaderMap;
use axum::response::Response;

use super::dashboard::{etag, fixed};

const DOCUMENT: &str = include_str!("../../openapi.json");

pub(super) async fn json(headers: HeaderMap) -> Response {
    fixed(&headers, "application/json", DOCUMENT, &etag(DOCUMENT))
}
