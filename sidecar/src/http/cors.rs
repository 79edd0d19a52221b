//! Which other origins' pages may read the public listener's answers: those that were opened under a name that this
//! stack had in the last 24 h. A call that goes on under an old name so learns of the new one.

use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::App;
use super::guard::{asked_host, without_port};

/// This machine's own names: nobody else's page has any business there.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "[::1]"];
/// An old name does not come back within minutes.
const KEPT: Duration = Duration::from_secs(600);
/// With whose answer it is, which the gateway says.
const EXPOSED: [HeaderName; 3] = [
    header::ETAG,
    header::RETRY_AFTER,
    HeaderName::from_static("x-sidelink-instance"),
];

/// Without credentials; preflights are answered here.
pub(super) fn layer(app: App) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, asked: &Parts| is_allowed(&app, origin, asked);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers(EXPOSED)
        .max_age(KEPT)
        .vary([header::ORIGIN])
}

fn is_allowed(app: &App, origin: &HeaderValue, asked: &Parts) -> bool {
    let host = asked_host(&asked.headers, &asked.uri);
    let local = LOCAL
        .iter()
        .any(|name| without_port(host).eq_ignore_ascii_case(name));
    let origin = origin.to_str().ok();
    let name = origin.and_then(|origin| origin.strip_prefix("https://"));
    !local && name.is_some_and(|name| app.hostnames.had(name, app.engine.clock.now().unix_ms))
}
