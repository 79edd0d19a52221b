//! Checks whether the app redirects browsers on this machine to https. The public URL is not affected, because the
//! gateway reports https to the app there.

use reqwest::header::{HOST, LOCATION};
use reqwest::{Client, Url};

use crate::config::loopback::{is_loopback, local_host};
use sidelink_core::Address;

/// Returns whether the app redirects `http://localhost` to https, when requested as by the gateway.
pub(super) async fn forced(client: &Client, app: &Address, local_port: u16) -> bool {
    let host = local_host("localhost", local_port);
    let request = client
        .get(format!("http://{app}/"))
        .header(HOST, &host)
        .header("accept", "text/html")
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-port", local_port.to_string());
    let Ok(answer) = request.send().await else {
        return false;
    };
    let target = answer.headers().get(LOCATION);
    let target = target.and_then(|target| target.to_str().ok());
    answer.status().is_redirection() && target.is_some_and(|to| leads_to_https(&host, to))
}

/// Returns whether a redirect leads to https on this machine. Other hosts have a certificate, or another diagnosis.
fn leads_to_https(host: &str, target: &str) -> bool {
    let from = Url::parse(&format!("http://{host}/"));
    let Ok(to) = from.and_then(|from| from.join(target)) else {
        return false;
    };
    to.scheme() == "https" && to.host_str().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};

    use super::super::app_check::REQUEST_TIMEOUT;
    use super::*;
    use crate::http_client::local_client;
    use crate::test_server::serve;

    #[test]
    fn only_https_on_this_machine_counts() {
        for to in [
            "https://localhost:8080/",
            "https://localhost/login",
            "https://127.0.0.1:8080/",
            "https://[::1]/",
        ] {
            assert!(leads_to_https("localhost:8080", to), "{to}");
        }
        for to in [
            "/login",
            "//localhost:8080/",
            "http://localhost:8080/login",
            "https://radio.example.org/",
            "https://login.example.net/?redirect_uri=http://localhost:8080/",
            "",
            "https://",
        ] {
            assert!(!leads_to_https("localhost:8080", to), "{to}");
        }
    }

    async fn forced_by(app: Router) -> bool {
        let app = serve(app).await;
        let client = local_client(REQUEST_TIMEOUT).expect("a client");
        forced(&client, &app, 8080).await
    }

    #[tokio::test]
    async fn an_app_that_forces_https_is_recognized_by_its_answer_to_localhost() {
        let force_ssl = |headers: HeaderMap| async move {
            let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
            match (header("x-forwarded-proto"), header("host")) {
                (Some("https"), _) => (StatusCode::OK, HeaderMap::new()),
                (_, host) => {
                    let to = format!("https://{}/", host.unwrap_or_default());
                    let to = [(LOCATION, to.parse().expect("a value"))];
                    (StatusCode::MOVED_PERMANENTLY, HeaderMap::from_iter(to))
                }
            }
        };
        assert!(forced_by(Router::new().fallback(force_ssl)).await);
        let signs_in = || async { axum::response::Redirect::to("/login") };
        assert!(!forced_by(Router::new().fallback(signs_in)).await);
        assert!(!forced_by(Router::new()).await);
    }
}
