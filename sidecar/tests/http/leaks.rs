//! Every route of both listeners, asked with garbage: an answer never quotes a secret, a panic, a path of this
//! machine or its environment, and the service keeps running.

use reqwest::{Method, RequestBuilder};

use super::harness::{Sidecar, secrets};
use super::openapi::operations;

/// For queries, path segments and bodies.
const GARBAGE: &[&str] = &[
    "",
    "..%2f..%2f..%2fproc%2fself%2fenviron",
    "%00",
    "%ff%fe",
    "'%22%3E%3Cscript%3E",
    "-1",
    "99999999999999999999999999",
    "%7B%7B7*7%7D%7D",
];

fn asked(sidecar: &Sidecar, method: &Method, path: &str, garbage: &str) -> Vec<RequestBuilder> {
    let path = ["{name}", "{file}", "{token}"]
        .iter()
        .fold(path.to_owned(), |path, place| path.replace(place, garbage));
    let url = |query: &str| format!("{path}?{query}");
    let queries = [
        String::new(),
        format!("after={garbage}&wait=1"),
        format!("code={garbage}"),
        format!("maxAge={garbage}&lang={garbage}"),
        garbage.to_owned(),
    ];
    let mut requests = Vec::new();
    for query in &queries {
        let with_token = sidecar.asks(method.clone(), &url(query));
        let public = format!("http://{}{}", sidecar.public, url(query));
        requests.push(with_token.header("accept-language", garbage));
        requests.push(sidecar.client.request(method.clone(), public));
        let cookie = format!("sidelink_session={garbage}");
        requests.push(sidecar.control(&url(query)).header("cookie", cookie));
    }
    let json = sidecar.asks(method.clone(), &path);
    requests.push(
        json.header("content-type", "application/json")
            .body(format!("{{\"room\":\"{garbage}\",\"identity\":[{garbage}")),
    );
    let json = sidecar.asks(method.clone(), &path);
    requests.push(json.json(
        &serde_json::json!({"professionalId": garbage, "pathTemplate": garbage, garbage: 1}),
    ));
    requests
}

fn forbidden() -> Vec<String> {
    let secrets = secrets();
    let mut forbidden = vec![
        secrets.control_token.to_string(),
        secrets.app_token.to_string(),
        secrets.livekit_secret.to_string(),
        "panicked".to_owned(),
        "RUST_BACKTRACE".to_owned(),
        ".rs:".to_owned(),
        "/nonexistent-secrets-of-this-test".to_owned(),
        "/config/".to_owned(),
        env!("CARGO_MANIFEST_DIR").to_owned(),
    ];
    // Short values stand in every text by chance.
    forbidden.extend(std::env::vars().filter_map(|(_, value)| (value.len() > 12).then_some(value)));
    forbidden
}

#[tokio::test]
async fn responses_to_garbage_reveal_nothing() {
    let mut sidecar = Sidecar::starts().await;
    let mut events = std::mem::replace(&mut sidecar.events, tokio::sync::mpsc::channel(1).1);
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let forbidden = forbidden();
    let mut answers = 0;
    for (path, method) in operations() {
        let slow = path == "/doctor" || path == "/verify";
        for garbage in GARBAGE.iter().take(if slow { 3 } else { usize::MAX }) {
            for request in asked(&sidecar, &method, &path, garbage) {
                let answer = request.send().await.expect("an answer");
                let received = format!("{:?} {}", answer.headers().clone(), {
                    assert_ne!(answer.status().as_u16(), 500, "{method} {path} {garbage}");
                    answer.text().await.unwrap_or_default()
                });
                for value in &forbidden {
                    assert!(!received.contains(value), "{value} is in {received}");
                }
                answers += 1;
            }
        }
    }
    assert!(answers > 1000, "{answers}");
}
