//! Which other origins' pages may read what the gateway passes on.

use reqwest::header::{HOST, HeaderMap, ORIGIN};
use reqwest::{Method, StatusCode};

use super::harness::{QUICK, Sidecar};

const OLD: &str = "river-fable-harbor-kettle.trycloudflare.com";
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A stack under `QUICK` that was `OLD` an hour ago.
async fn stack() -> Sidecar {
    let sidecar = Sidecar::starts().await;
    let now = sidecar.clock.now().unix_ms;
    sidecar.hostnames.record(OLD, now - 3_600_000);
    sidecar.hostnames.record("forgotten.example", now - DAY_MS);
    sidecar.is_ready();
    sidecar
}

async fn headers(sidecar: &Sidecar, path: &str, host: &str, origin: &str) -> HeaderMap {
    let request = sidecar.get(path).header(HOST, host).header(ORIGIN, origin);
    request.send().await.expect("an answer").headers().clone()
}

#[tokio::test]
async fn a_page_under_an_old_name_of_the_stack_may_read() {
    let sidecar = stack().await;
    let origin = format!("https://{OLD}");
    for path in [
        "/runtime-config",
        "/runtime-config.js",
        "/status",
        "/no-such-route",
    ] {
        let headers = headers(&sidecar, path, QUICK, &origin).await;
        assert_eq!(headers["access-control-allow-origin"], *origin, "{path}");
        assert!(!headers.contains_key("access-control-allow-credentials"));
        let varies = headers.get_all("vary").iter().any(|by| by == "origin");
        assert!(varies, "{path}: {headers:?}");
    }
}

#[tokio::test]
async fn other_pages_may_not_read() {
    let sidecar = stack().await;
    let old = format!("https://{OLD}");
    for (host, origin) in [
        (QUICK, "https://evil.example"),
        (QUICK, "https://forgotten.example"),
        (QUICK, "null"),
        (QUICK, &format!("http://{OLD}")),
        (QUICK, &format!("https://{OLD}:8443")),
        (QUICK, &format!("https://{OLD}.evil.example")),
        ("localhost:8080", &old),
        ("LOCALHOST", &old),
        ("127.0.0.1:8080", &old),
        ("[::1]:8080", &old),
    ] {
        let headers = headers(&sidecar, "/runtime-config", host, origin).await;
        let allowed = headers.get("access-control-allow-origin");
        assert_eq!(allowed, None, "{origin} at {host}");
        let varies = headers.get_all("vary").iter().any(|by| by == "origin");
        assert!(varies, "a cache must not keep this for others: {headers:?}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let sidecar = stack().await;
    let url = format!("http://{}/links/any/join", sidecar.public);
    let preflight = sidecar
        .client
        .request(Method::OPTIONS, url)
        .header(HOST, QUICK)
        .header(ORIGIN, format!("https://{OLD}"))
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = preflight.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    let allowed = |name: &str| headers[name].to_str().expect("text").to_lowercase();
    assert_eq!(
        allowed("access-control-allow-origin"),
        format!("https://{OLD}")
    );
    assert!(allowed("access-control-allow-methods").contains("post"));
    assert!(allowed("access-control-allow-headers").contains("content-type"));
}

#[tokio::test]
async fn the_control_port_stays_as_closed_as_it_was() {
    let sidecar = stack().await;
    let request = sidecar
        .control("/runtime-config")
        .header(ORIGIN, format!("https://{OLD}"));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
