//! Who may use the control port: under which names, from which pages, and by which credential.

use axum::extract::{MatchedPath, Request, State};
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

/// Which credentials a route takes beside the operator's token, which opens every route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Access {
    /// The app's token, which the most exposed container holds.
    app: bool,
    /// The dashboard's session.
    session: bool,
}

const OPERATOR: Access = Access {
    app: false,
    session: false,
};
const DASHBOARD: Access = Access {
    app: false,
    session: true,
};
const APP: Access = Access {
    app: true,
    session: false,
};
const APP_AND_DASHBOARD: Access = Access {
    app: true,
    session: true,
};

/// The routes that want a credential. One that is not listed is refused to everybody.
const ROUTES: &[(&str, Access)] = &[
    ("/status", APP_AND_DASHBOARD),
    ("/status/ws", DASHBOARD),
    ("/verify", DASHBOARD),
    ("/qr.svg", DASHBOARD),
    ("/services/{name}/restart", DASHBOARD),
    ("/tunnel/wake", DASHBOARD),
    ("/doctor", DASHBOARD),
    ("/phone-check", DASHBOARD),
    ("/dashboard/code", OPERATOR),
    ("/livekit-token", APP),
    ("/links", APP),
    ("/links/{token}", APP),
    ("/links/{token}/resend", APP),
    ("/links/{token}/join", APP),
];

/// How a request came in.
#[derive(Clone, Debug)]
pub(super) enum Asker {
    /// With a token: a program.
    Token,
    /// With a session's cookie: the dashboard.
    Session(String),
}

impl Asker {
    /// Returns once the session has ended; a token lasts.
    pub(super) async fn over(&self, app: &App) {
        match self {
            Self::Token => std::future::pending().await,
            Self::Session(session) => app.sessions.over(session, app.engine.clock).await,
        }
    }
}

/// What a bearer token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bearer {
    Operator,
    App,
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

/// Wants a credential that [`ROUTES`] lists for the route.
pub(super) async fn allowed(
    State(app): State<App>,
    matched: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let access = matched.and_then(|matched| access(matched.as_str()));
    match access.map_or(Err(Error::OPERATOR_ONLY), |access| {
        admit(&app, access, &request)
    }) {
        Ok(asker) => {
            request.extensions_mut().insert(asker.clone());
            answered(&app, asker, request, next).await
        }
        Err(error) => error.into_response(),
    }
}

/// An answer that is awaited does not outlive the session that asked for it. What changes something is never cut off.
async fn answered(app: &App, asker: Asker, request: Request, next: Next) -> Response {
    if *request.method() != Method::GET {
        return next.run(request).await;
    }
    tokio::select! {
        biased;
        () = asker.over(app) => Error::NO_TOKEN.into_response(),
        response = next.run(request) => response,
    }
}

fn access(route: &str) -> Option<Access> {
    let listed = ROUTES.iter().find(|(path, _)| *path == route);
    listed.map(|(_, access)| *access)
}

fn admit(app: &App, access: Access, request: &Request) -> Result<Asker, Error> {
    let headers = request.headers();
    match bearer(app, headers) {
        Some(Bearer::Operator) => return Ok(Asker::Token),
        Some(Bearer::App) if access.app => return Ok(Asker::Token),
        Some(Bearer::App) => return Err(Error::OPERATOR_ONLY),
        None => {}
    }
    let session = access.session.then(|| session(app, headers)).flatten();
    let session = session.ok_or(Error::NO_TOKEN)?;
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_own_page(headers) {
        return Err(Error::NOT_OWN_PAGE);
    }
    Ok(Asker::Session(session))
}

/// The operator or the dashboard asks.
pub(super) fn is_signed_in(app: &App, headers: &HeaderMap) -> bool {
    bearer(app, headers) == Some(Bearer::Operator) || session(app, headers).is_some()
}

fn session(app: &App, headers: &HeaderMap) -> Option<String> {
    let now = app.engine.clock.now();
    let session = cookies(headers).find(|session| app.sessions.holds(session, now))?;
    Some(session.to_owned())
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

/// Whose token came along. Both are compared, so that the time says nothing.
fn bearer(app: &App, headers: &HeaderMap) -> Option<Bearer> {
    let given = text(headers, header::AUTHORIZATION)?.strip_prefix("Bearer ")?;
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
