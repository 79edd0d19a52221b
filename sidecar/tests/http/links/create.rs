//! Creates links: at once on a verified URL, once for each request, and exactly as requested.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink::links::is_token;
use sidelink_core::Event;

use super::{QUICK, Stack, body, order, refusal, word};

#[tokio::test]
async fn a_link_is_created_at_once_on_a_verified_url() {
    let mut stack = Stack::ready().await;
    let link = stack.link().await;
    let token = word(&link, "token");
    assert!(is_token(&token), "{token}");
    assert_eq!(
        link["consultationUrl"],
        format!("https://{QUICK}/consultations/client/{token}")
    );
    let room = word(&link, "room");
    assert!(
        room.starts_with("sidelink-room-") && room.len() == 30,
        "{room}"
    );
    assert!(!room.contains(&token[..8]));
    assert!(word(&link, "qr").contains("<svg"));
    assert!(link["verifiedAt"].is_string() && link["expiresAt"].is_string());
    let kept: u64 = stack
        .redis
        .asks(&["PTTL", &format!("sidelink:link:{token}")])
        .await;
    assert!((86_300_000..=86_400_000).contains(&kept), "{kept}");
    let received = stack.sidecar.events.recv().await;
    assert!(
        matches!(received, Some(Event::VerificationRequested { .. })),
        "{received:?}"
    );
}

#[tokio::test]
async fn the_link_follows_the_template() {
    let stack = Stack::ready().await;
    let mut order = order();
    order["clientId"] = json!("<b>João</b>/..");
    order["pathTemplate"] = json!("/c/${clientId}?t=${consultationType}#${token}");
    order["ttl"] = json!(60);
    order["maxParticipants"] = json!(2);
    let link = body(stack.wants("/links", &order)).await;
    let token = word(&link, "token");
    assert_eq!(
        link["consultationUrl"],
        format!("https://{QUICK}/c/%3Cb%3EJo%C3%A3o%3C%2Fb%3E%2F..?t=video#{token}")
    );
    let view = stack.view(&token).await;
    assert_eq!(view["clientId"], "<b>João</b>/..", "it is shown as text");
    assert_eq!(view["maxParticipants"], 2);
    let kept: u64 = stack
        .redis
        .asks(&["PTTL", &format!("sidelink:link:{token}")])
        .await;
    assert!(kept <= 60_000, "{kept}");
}

#[tokio::test]
async fn each_bad_field_is_named_and_nothing_is_created() {
    let stack = Stack::ready().await;
    for (field, values) in [
        (
            "professionalId",
            vec![
                json!(""),
                json!(7),
                json!(null),
                json!("x".repeat(129)),
                json!("a\u{0}"),
            ],
        ),
        ("clientId", vec![json!(""), json!(["x"]), json!("a\nb")]),
        ("consultationType", vec![json!("x".repeat(65)), json!({})]),
        (
            "ttl",
            vec![
                json!(59),
                json!(2_592_001),
                json!(1.5),
                json!("60"),
                json!(-1),
            ],
        ),
        (
            "maxParticipants",
            vec![json!(1), json!(51), json!(u64::MAX)],
        ),
        (
            "pathTemplate",
            vec![
                json!("//evil.example/${token}"),
                json!("@evil.example/${token}"),
                json!("/c"),
                json!(7),
                json!("/${tok\"en}"),
                json!(" /${token}"),
            ],
        ),
        ("colour", vec![json!("red")]),
    ] {
        for value in values {
            let mut order = order();
            order[field] = value.clone();
            let (status, error) = refusal(stack.wants("/links", &order)).await;
            assert_eq!(
                (status, error["code"].as_str()),
                (400, Some("bad_field")),
                "{field} {value}"
            );
            for words in ["message", "messagePt"] {
                assert!(word(&error, words).contains(field), "{error}");
            }
        }
    }
    let mut order = order();
    order["pathTemplate"] = json!("/${<script>}/${token}");
    let (_, error) = refusal(stack.wants("/links", &order)).await;
    assert!(word(&error, "message").contains("${<script>}"), "{error}");
    for text in ["", "[]", "{", "null", "\"x\""] {
        let request = stack.sidecar.asks(Method::POST, "/links").body(text);
        let (status, error) = refusal(request.header("content-type", "application/json")).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some("bad_body")),
            "{text}"
        );
    }
    for wait in ["wait=0s", "wait=61s", "wait=x", "weit=5s"] {
        let (_, error) = refusal(stack.wants(&format!("/links?{wait}"), &super::order())).await;
        assert_eq!(error["code"], "bad_wait", "{wait}");
    }
    assert!(stack.keys().await.is_empty());
}

#[tokio::test]
async fn the_same_request_twice_is_one_link() {
    let stack = Stack::ready().await;
    let keyed =
        |key: &str, order: &Value| stack.wants("/links", order).header("idempotency-key", key);
    let first = body(keyed("k-1", &order())).await;
    let mut same = order();
    // The defaults, given explicitly.
    same["ttl"] = json!(86_400);
    let again = body(keyed("k-1", &same)).await;
    assert_eq!(again["token"], first["token"]);
    assert_eq!(again["expiresAt"], first["expiresAt"]);
    let other_key = body(keyed("k-2", &order())).await;
    assert_ne!(other_key["token"], first["token"]);

    let mut other = order();
    other["clientId"] = json!("c2");
    let (status, error) = refusal(keyed("k-1", &other)).await;
    assert_eq!(
        (status, error["code"].as_str()),
        (422, Some("idempotency_key_reused"))
    );

    let all = join_all((0..16).map(|_| body(keyed("k-3", &order())))).await;
    assert!(all.iter().all(|link| link["token"] == all[0]["token"]));
    let links: Vec<String> = stack
        .redis
        .asks(&["ZRANGE", "sidelink:links", "0", "-1"])
        .await;
    assert_eq!(links.len(), 3);

    for bad in ["", "a b", &"x".repeat(129), "é"] {
        let (status, error) = refusal(keyed(bad, &order())).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some("bad_idempotency_key")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_key_whose_link_has_ended_creates_another() {
    let stack = Stack::ready().await;
    let keyed = || {
        stack
            .wants("/links", &order())
            .header("idempotency-key", "k")
    };
    let first = word(&body(keyed()).await, "token");
    let gone = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{first}"));
    assert_eq!(
        gone.send().await.expect("an answer").status(),
        StatusCode::NO_CONTENT
    );
    assert_ne!(word(&body(keyed()).await, "token"), first);
}

#[tokio::test]
async fn links_need_a_token_and_the_dashboard_may_check_a_phone() {
    let stack = Stack::ready().await;
    let session = stack.sidecar.signs_in().await;
    let page = |method, path| stack.sidecar.page_asks(method, path, &session);
    for (method, path) in [
        (Method::POST, "/links"),
        (Method::GET, "/links"),
        (Method::GET, "/links/x"),
        (Method::DELETE, "/links/x"),
        (Method::POST, "/links/x/resend"),
    ] {
        let (status, _) = refusal(page(method.clone(), path)).await;
        assert_eq!(status, 401, "{method} {path}");
    }
    let answer = page(Method::POST, "/phone-check")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    let link: Value = answer.json().await.expect("JSON");
    let token = word(&link, "token");
    assert_eq!(
        link["consultationUrl"],
        format!("https://{QUICK}/phone#{token}")
    );
    let view = stack.view(&token).await;
    assert_eq!(
        (&view["kind"], &view["maxParticipants"]),
        (&json!("check"), &json!(4))
    );
}

#[tokio::test]
async fn no_event_for_the_engine_holds_a_token() {
    let mut stack = Stack::ready().await;
    let token = stack.token().await;
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let report = json!({"resume": joined["resume"], "media": "lan", "signal": true});
    let received = stack
        .phone(Method::POST, &format!("/links/{token}/report"))
        .json(&report);
    assert_eq!(
        received.send().await.expect("an answer").status(),
        StatusCode::NO_CONTENT
    );
    let (mut events, mut reported) = (0, false);
    while let Ok(event) = stack.sidecar.events.try_recv() {
        let text = format!("{event:?}");
        assert!(!text.contains(&token[..8]), "{text}");
        reported |= matches!(event, Event::Reported { .. });
        events += 1;
    }
    assert!(events >= 2 && reported, "{events}");
}
