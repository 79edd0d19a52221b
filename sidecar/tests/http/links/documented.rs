//! A link's life, each answer held against `openapi.json`.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::harness::json_of;
use super::super::openapi::{PREFIX, document, holds};
use super::{Stack, order};

#[tokio::test]
async fn every_answer_about_a_link_is_as_documented() {
    let stack = Stack::ready().await;
    let document = document();
    let body = json!({"professionalId": "p", "clientId": "c", "consultationType": "t"});
    let makes = || stack.wants("/links", &body).header("idempotency-key", "k");
    holds(&document, "/links", &Method::POST, makes()).await;
    let other = stack
        .wants("/links", &order())
        .header("idempotency-key", "k");
    holds(&document, "/links", &Method::POST, other).await;
    let check = stack.sidecar.asks(Method::POST, "/phone-check");
    holds(&document, "/phone-check", &Method::POST, check).await;
    let token = stack.token().await;
    let path = format!("/links/{token}");
    let public = async |method: &Method, end: &str, body: &Value| {
        let asked = stack
            .phone(method.clone(), &format!("{path}{end}"))
            .json(body);
        holds(
            &document,
            &format!("{PREFIX}/links/{{token}}{end}"),
            method,
            asked,
        )
        .await;
    };
    public(&Method::GET, "", &json!({})).await;
    public(&Method::POST, "/join", &json!({"name": "Ana"})).await;
    public(&Method::POST, "/join", &json!({"name": ""})).await;
    let joined = json_of(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let mut report = json!({
        "resume": joined["resume"], "media": "turn", "signal": true, "legs": [{"name": "a", "ok": true}],
    });
    public(&Method::POST, "/report", &report).await;
    report["resume"] = json!("x");
    public(&Method::POST, "/report", &report).await;
    let control = async |method: Method, path: &str, template: &str| {
        holds(
            &document,
            template,
            &method,
            stack.sidecar.asks(method.clone(), path),
        )
        .await;
    };
    control(Method::GET, &path, "/links/{token}").await;
    control(Method::GET, "/links", "/links").await;
    control(
        Method::POST,
        &format!("{path}/resend"),
        "/links/{token}/resend",
    )
    .await;
    control(Method::DELETE, &path, "/links/{token}").await;
    public(&Method::GET, "", &json!({})).await;
    stack
        .sidecar
        .publishes(|snapshot| snapshot.services.clear());
    let token = stack.token().await;
    let asked = stack.joins(&token, &json!({"name": "Ana"}));
    holds(
        &document,
        "/sidelink/links/{token}/join",
        &Method::POST,
        asked,
    )
    .await;
    for _ in 0..60 {
        public(&Method::GET, "", &json!({})).await;
    }
}
