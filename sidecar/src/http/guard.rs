//! Access to the control port: by `Host`, by `Origin` and by credential.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::App;
use super::error::Error;
use super::login::COOKIE;
use super::routes::{self, Access};

/// Names of the control port for this machine and the stack's containers, on any published port. A request under
/// another name comes from a page whose name was made to point here (DNS rebinding).
const HOSTS: &[&str] = &["localhost", "127.0.0.1", "[::1]", "sidecar"];

/// The credential of a request.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// A token: the caller is a program.
    Token,
    /// A session's cookie: the caller is the dashboard.
    Session(String),
}

impl Caller {
    /// Returns once the session has ended; never for a token.
    pub(super) async fn ended(&self, app: &App) {
        match self {
            Self::Token => std::future::pending().await,
            Self::Session(session) => app.sessions.ended(session, app.engine.clock).await,
        }
    }
}

/// The owner of a bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bearer {
    Operator,
    App,
}

/// Refuses requests under other names, and those of pages of other origins.
pub(super) async fn check_host_and_origin(request: Request, next: Next) -> Response {
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

/// Refuses a request without a credential that [`routes::ROUTES`] lists for its path. A path without one is refused.
pub(super) async fn check_credential(
    State(app): State<App>,
    matched: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let access = matched.and_then(|matched| routes::access(matched.as_str()));
    match access.map_or(Err(Error::OPERATOR_ONLY), |access| {
        admit(&app, access, &request)
    }) {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            respond(&app, caller, request, next).await
        }
        Err(error) => error.into_response(),
    }
}

/// Ends a long poll with its session. A request that changes something is never cut off.
async fn respond(app: &App, caller: Caller, request: Request, next: Next) -> Response {
    if *request.method() != Method::GET {
        return next.run(request).await;
    }
    tokio::select! {
        biased;
        () = caller.ended(app) => Error::NO_TOKEN.into_response(),
        response = next.run(request) => response,
    }
}

fn admit(app: &App, access: Access, request: &Request) -> Result<Caller, Error> {
    let headers = request.headers();
    match bearer(app, headers) {
        Some(Bearer::Operator) => return Ok(Caller::Token),
        Some(Bearer::App) if access.takes_app() => return Ok(Caller::Token),
        Some(Bearer::App) => return Err(Error::OPERATOR_ONLY),
        None => {}
    }
    let session = access
        .takes_session()
        .then(|| session(app, headers))
        .flatten();
    let session = session.ok_or(Error::NO_TOKEN)?;
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_own_page(headers) {
        return Err(Error::NOT_OWN_PAGE);
    }
    Ok(Caller::Session(session))
}

/// Reports whether the caller is the operator or the dashboard.
pub(super) fn is_signed_in(app: &App, headers: &HeaderMap) -> bool {
    bearer(app, headers) == Some(Bearer::Operator) || session(app, headers).is_some()
}

fn session(app: &App, headers: &HeaderMap) -> Option<String> {
    let now = app.engine.clock.now();
    let session = cookies(headers).find(|session| app.sessions.contains(session, now))?;
    Some(session.to_owned())
}

/// Returns the request's session cookies. Those of another Sidelink on another port may be among them.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Reports whether one of the dashboard's own pages sent the request.
///
/// The cookie alone does not show that: a browser sends it to every port of the same name, and the app on port 8080
/// counts as the same site. An `Origin` is the control port's own here, because [`check_host_and_origin`] refuses others.
pub(super) fn is_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers
            .get("sec-fetch-site")
            .is_some_and(|site| site == "same-origin")
}

/// Returns the request's token, without a check.
pub(super) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    text(headers, header::AUTHORIZATION)?.strip_prefix("Bearer ")
}

/// Returns the owner of the request's token. Both are always compared, so that the time reveals nothing.
fn bearer(app: &App, headers: &HeaderMap) -> Option<Bearer> {
    let given = bearer_token(headers)?;
    let is = |token: &str| bool::from(given.as_bytes().ct_eq(token.as_bytes()));
    let (operator, own) = (is(&app.secrets.control_token), is(&app.secrets.app_token));
    match (operator, own) {
        (true, _) => Some(Bearer::Operator),
        (false, true) => Some(Bearer::App),
        (false, false) => None,
    }
}

fn is_own(origin: &[u8], host: &str) -> bool {
    origin.strip_prefix(b"http://") == Some(host.as_bytes())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the host without its port: `localhost:8080` becomes `localhost`, `[::1]` stays.
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

/// Returns the client's `Host`, which the gateway leaves unchanged; in HTTP/2 it is in the URI.
pub(super) fn requested_host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> &'a str {
    text(headers, header::HOST)
        .or_else(|| uri.authority().map(|authority| authority.as_str()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn only_the_port_is_removed() {
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
