//! Hostnames of the public listener, and pages that may read it (CORS).
//!
//! Pages under a hostname that the stack had in the last 24 h may read it, so that a call under an old name learns the
//! new one. So may the origins in `SIDELINK_ALLOWED_ORIGINS`. Under this machine's own names every other page is
//! refused, even where browsers do not enforce CORS: scripts and WebSockets. With `compose/lan.yaml` these names include
//! those of the local network.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::Either;
use tower::{Layer, Service, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::App;
use super::error::Error;
use super::guard::{requested_host, without_port};
use super::server::Site;
use crate::config::lan_host::{is_lan_host, private_address};
use crate::config::loopback::is_loopback;
use sidelink_core::Event;

/// Time for which a browser keeps a preflight's result. An old hostname does not return within minutes.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);
/// Headers that pages may read; the gateway sets the instance.
const EXPOSED_HEADERS: [HeaderName; 3] = [
    header::ETAG,
    header::RETRY_AFTER,
    HeaderName::from_static("x-sidelink-instance"),
];
/// The listener's name for the stack's containers. It has one label, so no site can have it.
const CONTAINER_NAME: &str = "sidecar";
/// Paths that report only whether the process runs and is ready, and counts; they are served under every name.
const HEALTH: &[&str] = &["/healthz", "/health", "/readyz"];

/// Returns the public listener: the routes under the stack's names, for pages that may read them. Requests without an
/// `Origin` skip CORS.
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
        app.engine.send(event).await;
    }
    routes.call(request).await
}

/// Returns the CORS layer: no credentials, and it answers preflights.
fn layer(app: App) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, request: &Parts| {
        let host = Host::of(&app, &request.headers, &request.uri);
        let origin = origin.to_str().unwrap_or_default();
        may_read(&app, origin, host)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
        ])
        .expose_headers(EXPOSED_HEADERS)
        .max_age(PREFLIGHT_MAX_AGE)
        .vary([header::ORIGIN])
}

/// The host of a request.
#[derive(Clone, Copy)]
struct Host<'a> {
    /// As the client sent it, with its port.
    name: &'a str,
    /// Whether the gateway's port on this machine answers under it.
    is_local: bool,
}

impl<'a> Host<'a> {
    /// Returns the request's host. The gateway reports its port for tunnels as `https`.
    fn of(app: &App, headers: &'a HeaderMap, uri: &'a Uri) -> Self {
        let name = requested_host(headers, uri);
        let is_on_lan = || is_lan_host(name) && text(headers, "x-forwarded-proto") == Some("http");
        let is_local = is_loopback(name) || (app.settings.lan && is_on_lan());
        Self { name, is_local }
    }
}

/// Records a visitor's address, or the address of this machine that a visitor used. Returns an event if that changes
/// what is known.
fn visited(app: &App, request: &Request) -> Option<Event> {
    if HEALTH.contains(&request.uri().path()) {
        return None;
    }
    let host = Host::of(app, request.headers(), request.uri());
    if host.is_local {
        let now = app.engine.clock.now();
        return app.lan_visits.observe(private_address(host.name)?, now);
    }
    app.addresses.observe(request.headers())
}

/// Refuses names that are not the stack's, because a site may point its own here (DNS rebinding), and pages that may
/// not read the routes.
fn refusal(app: &App, request: &Request) -> Option<Error> {
    if HEALTH.contains(&request.uri().path()) {
        return None;
    }
    let headers = request.headers();
    let host = Host::of(app, headers, request.uri());
    let origin = text(headers, "origin");
    if host.is_local {
        let is_own = is_own_page(headers, host.name) || origin.is_some_and(|o| is_listed(app, o));
        return (!is_own).then_some(Error::FOREIGN);
    }
    if without_port(host.name) == CONTAINER_NAME {
        return None;
    }
    if !is_public(app, host.name) {
        return Some(Error::NOT_OURS);
    }
    // For other requests of another page CORS is enough.
    let upgrades = headers.contains_key(header::UPGRADE);
    let reads = |origin| is_of(origin, host.name) || may_read(app, origin, host);
    (upgrades && !origin.is_none_or(reads)).then_some(Error::FOREIGN)
}

/// Reports whether a page under this `Host` sent the request, or no page. `Sec-Fetch-Site` comes first, because a
/// development server's proxy may have changed the `Host`.
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

/// Reports whether the host is the stack's: public, reported by a tunnel, recent, or an allowed origin.
fn is_public(app: &App, host: &str) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    let latest = app.latest();
    let snapshot = &latest.snapshot;
    let tunnels = snapshot.services.iter().filter_map(|s| s.tunnel.as_ref());
    let mut names = tunnels.filter_map(|tunnel| tunnel.hostname.as_deref());
    snapshot.public_host.as_deref() == Some(&*name)
        || names.any(|known| known.eq_ignore_ascii_case(&name))
        || app
            .hostnames
            .contains(&name, app.engine.clock.now().unix_ms)
        || is_listed(app, &format!("https://{name}"))
}

fn may_read(app: &App, origin: &str, host: Host<'_>) -> bool {
    let old = origin.strip_prefix("https://");
    let had = |name| app.hostnames.contains(name, app.engine.clock.now().unix_ms);
    is_listed(app, origin) || (!host.is_local && old.is_some_and(had))
}

fn is_listed(app: &App, origin: &str) -> bool {
    let listed = &app.settings.allowed_origins;
    listed.iter().any(|listed| listed == origin)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A value that is not text matches no name.
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or("null"))
}
