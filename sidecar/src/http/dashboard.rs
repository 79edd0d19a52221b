//! The dashboard's files, and the security headers of the control port. The files hold no data, so they need no
//! credential.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::Error;

/// Path, media type and content of each file in `sidecar/dashboard`, listed by `build.rs`.
const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

/// Pages run only the control port's own files, connect only to it and are never framed. The hash is that of the script
/// inside `index.html`.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'sha256-OL2Zd82Qf5X56wf5po1eu/ryE4mSt99P46jgd1WW814='; \
     style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
/// A page on another port of this machine counts as the same site; it must not embed anything from here either.
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Adds the security headers to every response of the control port, errors included.
pub(super) async fn set_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    headers.insert(RESOURCE_POLICY, SAME_ORIGIN);
    response
}

/// Returns the paths of all files but `/`.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    let paths = FILES.iter().map(|&(path, ..)| path);
    paths.filter(|&path| path != "/")
}

/// `GET /` and `GET /{file}`
pub(super) async fn file(uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    let mut files = FILES.iter();
    let &(_, kind, content) = files
        .find(|(path, ..)| *path == uri.path())
        .ok_or(Error::NOT_FOUND)?;
    Ok(fixed(&headers, kind, content, &etag(content)))
}

/// Returns a tag that changes only with the content.
pub(super) fn etag(content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Returns the content, or 304 if the client has it.
pub(super) fn fixed(
    headers: &HeaderMap,
    kind: &'static str,
    content: &'static str,
    etag: &str,
) -> Response {
    // Revalidated each time, because a new version of the program has new files under the same names.
    let cached = [(header::ETAG, etag), (header::CACHE_CONTROL, "no-cache")];
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    (cached, [(header::CONTENT_TYPE, kind)], content).into_response()
}
