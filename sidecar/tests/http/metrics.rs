//! Which requests `/metrics` counts.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::links::Stack;

async fn metrics(stack: &Stack) -> String {
    let request = stack.sidecar.control("/metrics");
    let response = request.send().await.expect("an answer");
    let content_type = response.headers()[CONTENT_TYPE].to_str().expect("text");
    assert!(content_type.starts_with("application/openmetrics-text"));
    response.text().await.expect("text")
}

#[tokio::test]
async fn links_and_refused_requests_are_counted_and_the_runtime_config_is_not() {
    let stack = Stack::ready().await;
    let link = stack.link().await;
    let token = link["token"].as_str().expect("a token");
    let joining = stack
        .phone(Method::POST, &format!("/links/{token}/join"))
        .json(&json!({ "name": "Ana" }));
    let ending = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{token}"));
    let unauthorized = stack.sidecar.control("/status");
    let not_found = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{token}"));
    let not_counted = stack.sidecar.get("/runtime-config?after=x");
    for (request, expected) in [
        (joining, 200),
        (ending, 204),
        (unauthorized, 401),
        (not_found, 404),
        (not_counted, 400),
    ] {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), expected);
    }
    let text = metrics(&stack).await;
    for line in [
        "sidelink_links_created_total 1",
        "sidelink_links_joined_total 1",
        "sidelink_links_ended_total 1",
        "sidelink_refused_requests_total{code=\"401\"} 1",
        "sidelink_refused_requests_total{code=\"404\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("code=\"400\""), "{text}");
    assert!(!text.contains(token), "{text}");
}
