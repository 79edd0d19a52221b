//! Who may use the control port: under which names, from which pages, and by which credential.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::App;
use super::error::Error;
use crate::http::signing_in::COOKIE;

/// Names under which this machine and the stack's containers know it, on whatever port it is published.
/// Any other is a page that made its own name point here (DNS rebinding).
const HOSTS: &[&str] = &["localhost", "127.0.0.1", "[::1]", "sidecar"];

/// How a request came in.
#[derive(Clone, Debug)]
pub(super) enum Asker {
    /// With the control token: a program.
    Token,
    /// With a session's cookie: the dashboard.
    Session(String),
}

/// Refuses other names, and pages of other origins.
pub(super) async fn host_and_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let Some(host) = text(headers, header::HOST).filter(|host| HOSTS.contains(&without_port(host)))
    else {
        return Error::HOST.into_response();
    };
    match headers.get(header::ORIGIN) {
        Some(origin) if !is_own(origin.as_bytes(), host) => Error::ORIGIN.into_response(),
        _ => next.run(request).await,
    }
}

/// Wants `Authorization: Bearer <control token>`, or the cookie of a session.
pub(super) async fn signed_in(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(asker) = asker(&app, request.headers()) else {
        return Error::NO_TOKEN.into_response();
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && matches!(asker, Asker::Session(_)) && !is_own_page(request.headers()) {
        return Error::NOT_OWN_PAGE.into_response();
    }
    request.extensions_mut().insert(asker);
    next.run(request).await
}

/// Wants the control token and takes no cookie.
pub(super) async fn token(State(app): State<App>, request: Request, next: Next) -> Response {
    if has_token(&app, request.headers()) {
        next.run(request).await
    } else {
        Error::NO_TOKEN.into_response()
    }
}

/// Who asks, if he may.
pub(super) fn asker(app: &App, headers: &HeaderMap) -> Option<Asker> {
    if has_token(app, headers) {
        return Some(Asker::Token);
    }
    let now = app.engine.clock.now();
    let session = cookies(headers).find(|session| app.sessions.holds(session, now))?;
    Some(Asker::Session(session.to_owned()))
}

/// The session cookies that came along; another Sidelink's on another port may be among them.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// A page of ours sent it. A browser sends a cookie along to every port of the same name, and what is
/// served on another one (the app, on 8080) counts as the same site: so the cookie alone proves nothing.
/// An `Origin` that is there is our own: [`host_and_origin`] has seen to that.
pub(super) fn is_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers
            .get("sec-fetch-site")
            .is_some_and(|site| site == "same-origin")
}

fn has_token(app: &App, headers: &HeaderMap) -> bool {
    let given =
        text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    given.is_some_and(|given| {
        given
            .as_bytes()
            .ct_eq(app.secrets.control_token.as_bytes())
            .into()
    })
}

fn is_own(origin: &[u8], host: &str) -> bool {
    origin.strip_prefix(b"http://") == Some(host.as_bytes())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// `localhost:8080` is `localhost`, `[::1]` stays.
pub(super) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if !name.ends_with(':') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            name
        }
        _ => host,
    }
}

/// The asker's `Host`, with which the gateway's stays unchanged; HTTP/2 has it in the URI.
pub(super) fn asked_host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> &'a str {
    text(headers, header::HOST)
        .or_else(|| uri.authority().map(|authority| authority.as_str()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn a_port_is_cut_off_and_nothing_else() {
        assert_eq!(without_port("localhost:8788"), "localhost");
        assert_eq!(without_port("[::1]:8788"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
        assert_eq!(without_port("localhost"), "localhost");
        assert_eq!(
            without_port("localhost:8788.evil.example"),
            "localhost:8788.evil.example"
        );
    }
}
