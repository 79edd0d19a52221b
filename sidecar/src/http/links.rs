//! Links over HTTP: each handler reads its input, calls a use case of [`crate::links`] and writes the response.

mod awaited;
mod create;
mod errors;
mod join;
mod list;
mod report;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header;

use super::App;
use super::error::Error;

pub(super) use create::{create, phone_check, resend};
pub(super) use join::{join, join_as_host, read};
pub(super) use list::{end, get, list};
pub(super) use report::report;

/// A token in a path.
type TokenPath = Result<Path<String>, PathRejection>;

/// Returns the token; empty, which is not a token, if the path cannot be decoded.
fn token(path: TokenPath) -> String {
    path.map(|Path(token)| token).unwrap_or_default()
}

pub(in crate::http) fn no_store() -> (header::HeaderName, String) {
    (header::CACHE_CONTROL, "no-store".to_owned())
}
