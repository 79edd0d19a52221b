//! Signs in to the dashboard: the operator requests a login code, which the browser exchanges for a session cookie.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::guard;
use super::{App, uncached};
use crate::config::loopback::local_url;
use crate::http::session::{CODE_LIFE, SESSION_LIFE};
use crate::random::RandomError;
use crate::runtime::clock::{millis, rfc3339};

/// The cookie's name.
pub(super) const COOKIE: &str = "sidelink_session";

/// A login link. `Deserialize` is for `sidelink dashboard`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoginLink {
    /// The address to open in a browser on this machine.
    pub url: String,
    /// RFC 3339.
    pub expires_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    signed_in: bool,
}

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    code: String,
}

/// `POST /dashboard/code`
pub(super) async fn code(State(app): State<App>) -> Result<Response, Error> {
    let now = app.engine.clock.now();
    let code = app.sessions.code(now).map_err(no_random)?;
    let life = millis(CODE_LIFE);
    // Not `localhost`: a browser sends a cookie to every port of its name, and the app is at localhost:8080.
    let link = LoginLink {
        url: format!(
            "{}/login?code={code}",
            local_url("127.0.0.1", app.settings.control_port)
        ),
        expires_at: rfc3339(now.unix_ms.saturating_add(life)),
    };
    Ok(uncached(link))
}

/// `GET /login?code=`: redirects to the dashboard, with the cookie.
pub(super) async fn login(
    State(app): State<App>,
    method: Method,
    query: Result<Query<LoginQuery>, QueryRejection>,
) -> Result<Response, Error> {
    // A program that previews links must not use the code up.
    if method == Method::HEAD {
        return Err(Error::METHOD);
    }
    let Query(LoginQuery { code }) = query.map_err(|_| Error::BAD_CODE)?;
    let session = app
        .sessions
        .redeem(&code, app.engine.clock.now())
        .map_err(no_random)?
        .ok_or(Error::BAD_CODE)?;
    let cookie = cookie(&session, SESSION_LIFE.as_secs());
    Ok((
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, "/"),
            (header::SET_COOKIE, cookie.as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response())
}

/// `POST /logout`: ends the caller's session, if there is one.
pub(super) async fn logout(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    let mut given = guard::cookies(&headers).peekable();
    if given.peek().is_some() && !guard::is_own_page(&headers) {
        return Err(Error::NOT_OWN_PAGE);
    }
    let now = app.engine.clock.now();
    given.for_each(|session| app.sessions.end(session, now));
    Ok((
        [
            (header::SET_COOKIE, cookie("", 0).as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Json(SessionView { signed_in: false }),
    )
        .into_response())
}

/// `GET /session`: lets the page show how to sign in.
pub(super) async fn session(State(app): State<App>, headers: HeaderMap) -> Response {
    let signed_in = guard::is_signed_in(&app, &headers);
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(SessionView { signed_in }),
    )
        .into_response()
}

/// Not `Secure`: the control port speaks plain HTTP, on this machine only.
fn cookie(value: &str, seconds: u64) -> String {
    format!("{COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}")
}

fn no_random(error: RandomError) -> Error {
    tracing::warn!(%error, "cannot create a login code or session");
    Error::INTERNAL
}
