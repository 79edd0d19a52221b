//! Which names the public listener answers under, and which pages may read it.
//!
//! A page that was opened under a name that this stack had in the last 24 h may: a call that goes on under an old name
//! so learns of the new one. So may what `SIDELINK_ALLOWED_ORIGINS` lists. On this machine's own names every other
//! page is refused, also where a browser asks no leave: a script, a WebSocket.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::Either;
use tower::{Layer, Service, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::App;
use super::error::Error;
use super::guard::{asked_host, without_port};
use super::server::Site;
use crate::config::loopback::is_loopback;
use sidelink_core::Event;

/// An old name does not come back within minutes.
const KEPT: Duration = Duration::from_secs(600);
/// With whose answer it is, which the gateway says.
const EXPOSED: [HeaderName; 3] = [
    header::ETAG,
    header::RETRY_AFTER,
    HeaderName::from_static("x-sidelink-instance"),
];
/// Under this name the stack's containers reach the listener. It has one label, so no site can have it.
const OWN: &str = "sidecar";
/// They say that the process lives and whether it is ready: nothing that is anybody's secret.
const HEALTH: &[&str] = &["/healthz", "/health", "/readyz"];

/// What answers on the public listener: the routes, under this stack's names and for pages that may read what is
/// behind. Without an `Origin` there is nothing for CORS to decide.
pub(super) fn site(app: App, routes: Router) -> impl Site {
    let cors = layer(app.clone());
    let mut named = service_fn(move |request| named(app.clone(), routes.clone(), request));
    let mut with_cors = cors.layer(named.clone());
    service_fn(move |request: Request| {
        if request.headers().contains_key(header::ORIGIN) {
            Either::Left(with_cors.call(request))
        } else {
            Either::Right(named.call(request))
        }
    })
}

async fn named(app: App, mut routes: Router, request: Request) -> Result<Response, Infallible> {
    if let Some(error) = refusal(&app, &request) {
        return Ok(error.into_response());
    }
    if let Some(event) = visited(&app, &request) {
        app.engine.tell(event).await;
    }
    routes.call(request).await
}

/// Without credentials; preflights are answered here.
fn layer(app: App) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, asked: &Parts| {
        let host = asked_host(&asked.headers, &asked.uri);
        let origin = origin.to_str().unwrap_or_default();
        may_read(&app, origin, host)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers(EXPOSED)
        .max_age(KEPT)
        .vary([header::ORIGIN])
}

/// What follows from a visitor's address, where something does.
fn visited(app: &App, request: &Request) -> Option<Event> {
    let is_local = is_loopback(asked_host(request.headers(), request.uri()));
    let is_health = HEALTH.contains(&request.uri().path());
    let visits = !is_local && !is_health;
    visits.then(|| app.addresses.saw(request.headers()))?
}

/// Refuses names that are not the stack's, because a site may let its own lead here (DNS rebinding), and pages that
/// may not read what is behind.
fn refusal(app: &App, request: &Request) -> Option<Error> {
    if HEALTH.contains(&request.uri().path()) {
        return None;
    }
    let headers = request.headers();
    let host = asked_host(headers, request.uri());
    let origin = text(headers, "origin");
    if is_loopback(host) {
        let is_own = is_own_page(headers, host) || origin.is_some_and(|o| is_listed(app, o));
        return (!is_own).then_some(Error::FOREIGN);
    }
    if without_port(host) == OWN {
        return None;
    }
    if !is_public(app, host) {
        return Some(Error::NOT_OURS);
    }
    // Other requests of another page it cannot read: for them CORS is enough.
    let upgrades = headers.contains_key(header::UPGRADE);
    let reads = |origin| is_of(origin, host) || may_read(app, origin, host);
    (upgrades && !origin.is_none_or(reads)).then_some(Error::FOREIGN)
}

/// A page under this very `Host` asks, or no page. `Sec-Fetch-Site` is the browser's own word, where there is one:
/// a development server's proxy may have put another `Host` in.
fn is_own_page(headers: &HeaderMap, host: &str) -> bool {
    match text(headers, "sec-fetch-site") {
        Some(site) => ["same-origin", "none"].contains(&site),
        None => text(headers, "origin").is_none_or(|origin| is_of(origin, host)),
    }
}

fn is_of(origin: &str, host: &str) -> bool {
    let name = origin.split_once("://").map(|(_, name)| name);
    name.is_some_and(|name| name.eq_ignore_ascii_case(host))
}

/// A name of the stack: the public one, one that a tunnel says it has, one of the last 24 h, or a listed one.
fn is_public(app: &App, host: &str) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    let latest = app.latest();
    let snapshot = &latest.snapshot;
    let tunnels = snapshot.services.iter().filter_map(|s| s.tunnel.as_ref());
    let mut names = tunnels.filter_map(|tunnel| tunnel.hostname.as_deref());
    snapshot.public_host.as_deref() == Some(&*name)
        || names.any(|known| known.eq_ignore_ascii_case(&name))
        || app.hostnames.had(&name, app.engine.clock.now().unix_ms)
        || is_listed(app, &format!("https://{name}"))
}

fn may_read(app: &App, origin: &str, host: &str) -> bool {
    let old = origin.strip_prefix("https://");
    let had = |name| app.hostnames.had(name, app.engine.clock.now().unix_ms);
    is_listed(app, origin) || (!is_loopback(host) && old.is_some_and(had))
}

fn is_listed(app: &App, origin: &str) -> bool {
    let listed = &app.settings.allowed_origins;
    listed.iter().any(|listed| listed == origin)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // What is no text is nobody's.
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or("null"))
}
