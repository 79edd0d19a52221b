//! The dashboard's files, and the security headers of every response.

use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};

use super::harness::{Sidecar, status_of};

#[tokio::test]
async fn the_files_need_no_credential_and_are_not_sent_twice() {
    let sidecar = Sidecar::starts().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard");
    let mut paths = vec!["/".to_owned()];
    for file in std::fs::read_dir(folder).expect("the folder") {
        let name = file.expect("a file").file_name();
        let name = name.to_str().expect("a name");
        if name != "index.html" {
            paths.push(format!("/{name}"));
        }
    }
    assert!(paths.len() > 2);
    for path in paths.iter().map(String::as_str) {
        let kind = match path.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        let answer = sidecar.control(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["content-type"], kind, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-cache", "{path}");
        let etag = answer.headers()[ETAG].clone();
        let again = sidecar.control(path).header(IF_NONE_MATCH, etag);
        assert_eq!(status_of(again).await, StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(
            status_of(sidecar.get(path)).await,
            StatusCode::NOT_FOUND,
            "{path} is not for the gateway"
        );
    }
}

#[tokio::test]
async fn every_response_of_the_control_port_has_the_security_headers() {
    let sidecar = Sidecar::starts().await;
    for asked in [
        sidecar.control("/"),
        sidecar.control("/status"),
        sidecar.control("/nothing"),
        sidecar.control("/login?code=1"),
        sidecar.control("/").header("host", "evil.example"),
        sidecar.asks(Method::GET, "/status"),
        sidecar.asks(Method::DELETE, "/status"),
    ] {
        let answer = asked.send().await.expect("an answer");
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().expect("text").to_owned())
        };
        let policy = header("content-security-policy").expect("a policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"));
        assert_eq!(
            header("cross-origin-resource-policy").as_deref(),
            Some("same-origin")
        );
    }
}
