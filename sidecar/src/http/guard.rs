//! Who may use the control port.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::App;
use super::error::Error;

/// Names under which this machine and the stack's containers know it. Any other is a page that made
/// its own name point here (DNS rebinding).
const HOSTS: &[&str] = &["localhost", "127.0.0.1", "[::1]", "sidecar"];

/// Refuses other names, and pages of other origins.
pub(super) async fn host_and_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let Some(host) = text(headers, header::HOST).filter(|host| HOSTS.contains(&without_port(host)))
    else {
        return Error::HOST.into_response();
    };
    match text(headers, header::ORIGIN) {
        Some(origin) if origin.strip_prefix("http://") != Some(host) => {
            Error::ORIGIN.into_response()
        }
        _ => next.run(request).await,
    }
}

/// Wants `Authorization: Bearer <control token>`.
pub(super) async fn token(State(app): State<App>, request: Request, next: Next) -> Response {
    let given = text(request.headers(), header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "));
    let right = given.is_some_and(|given| {
        given
            .as_bytes()
            .ct_eq(app.secrets.control_token.as_bytes())
            .into()
    });
    if right {
        next.run(request).await
    } else {
        Error::NO_TOKEN.into_response()
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn without_port(host: &str) -> &str {
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
