//! Whoever made links sees what became of them, ends them, and sends them again under another name.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink_core::Event;
use tokio::time::{Instant, timeout};

use super::{QUICK, Stack, body, order, refusal, word};

const OTHER: &str = "other-name.trycloudflare.com";

async fn list(stack: &Stack, query: &str) -> Value {
    body(stack.sidecar.asks(Method::GET, &format!("/links{query}"))).await
}

#[tokio::test]
async fn newest_first_and_each_as_it_was_asked_for() {
    let stack = Stack::ready().await;
    let empty = list(&stack, "").await;
    assert_eq!(
        (&empty["links"], &empty["publicUrl"]),
        (&json!([]), &json!(format!("https://{QUICK}")))
    );
    let mut tokens = Vec::new();
    for ttl in [3600, 600, 60_000] {
        let mut order = order();
        order["ttl"] = json!(ttl);
        tokens.push(word(&body(stack.wants("/links", &order)).await, "token"));
        // Made in another millisecond.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    tokens.reverse();
    let all = list(&stack, "").await;
    let links = all["links"].as_array().expect("links");
    let listed: Vec<_> = links.iter().map(|link| word(link, "token")).collect();
    assert_eq!(listed, tokens);
    let link = &links[0];
    assert_eq!(
        link["consultationUrl"],
        format!("https://{QUICK}/consultations/client/{}", tokens[0])
    );
    assert_eq!(
        (
            &link["professionalId"],
            &link["clientId"],
            &link["consultationType"]
        ),
        (&json!("p1"), &json!("c1"), &json!("video"))
    );
    assert_eq!(
        (
            &link["kind"],
            &link["openedAt"],
            &link["opened"],
            &link["report"],
            &link["staleAddress"]
        ),
        (
            &json!("consultation"),
            &json!(null),
            &json!(null),
            &json!(null),
            &json!(false)
        )
    );
    assert_eq!(*link, stack.view(&tokens[0]).await);
}

#[tokio::test]
async fn each_change_is_told_to_whoever_waits() {
    let stack = Stack::ready().await;
    let mut sequence = list(&stack, "").await["sequence"]
        .as_u64()
        .expect("a number");
    let mut token = String::new();
    for change in ["made", "opened", "reported", "another name", "ended"] {
        let began = Instant::now();
        let query = format!("?after={sequence}&wait=30s");
        let waits = list(&stack, &query);
        let changes = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            match change {
                "made" => token = stack.token().await,
                "another name" => stack.is_proven(OTHER, 0),
                "ended" => {
                    let end = stack
                        .sidecar
                        .asks(Method::DELETE, &format!("/links/{token}"));
                    assert_eq!(
                        end.send().await.expect("an answer").status(),
                        StatusCode::NO_CONTENT
                    );
                }
                "opened" => {
                    body(stack.joins(&token, &json!({"name": "Ana"}))).await;
                }
                _ => {
                    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
                    let report =
                        json!({"resume": joined["resume"], "media": "turn", "signal": true});
                    let path = format!("/links/{token}/report");
                    let told = stack.phone(Method::POST, &path).json(&report).send().await;
                    assert_eq!(told.expect("an answer").status(), StatusCode::NO_CONTENT);
                }
            }
        };
        let (all, ()) = tokio::join!(waits, changes);
        assert!(began.elapsed() < Duration::from_secs(10), "{change}");
        let next = all["sequence"].as_u64().expect("a number");
        assert!(next > sequence, "{change}");
        sequence = next;
    }
    assert_eq!(list(&stack, "").await["links"], json!([]));
}

#[tokio::test]
async fn under_another_name_a_link_has_to_be_sent_again() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let resend = |query: &str| {
        stack
            .sidecar
            .asks(Method::POST, &format!("/links/{token}/resend{query}"))
    };
    stack.is_proven(OTHER, 0);
    let view = stack.view(&token).await;
    assert_eq!(view["staleAddress"], true);
    let url = format!("https://{OTHER}/consultations/client/{token}");
    assert_eq!(view["consultationUrl"], url);

    stack.breaks();
    let early = resend("").send().await.expect("an answer");
    assert_eq!(early.status(), StatusCode::ACCEPTED);
    assert_eq!(
        stack.view(&token).await["staleAddress"],
        true,
        "nobody has it yet"
    );

    stack.is_proven(OTHER, 0);
    let answer = resend("").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let again: Value = answer.json().await.expect("JSON");
    assert_eq!(again["consultationUrl"], url);
    for part in ["token", "room", "expiresAt", "verifiedAt", "qr"] {
        assert!(again[part].is_string(), "{part}");
    }
    assert_eq!(stack.view(&token).await["staleAddress"], false);

    stack
        .sidecar
        .publishes(|snapshot| snapshot.public_host = None);
    let view = stack.view(&token).await;
    assert_eq!(
        (&view["consultationUrl"], &view["staleAddress"]),
        (&json!(null), &json!(false))
    );
}

#[tokio::test]
async fn an_ended_link_is_gone_with_all_that_belonged_to_it() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let end = || {
        stack
            .sidecar
            .asks(Method::DELETE, &format!("/links/{token}"))
    };
    assert_eq!(
        end().send().await.expect("an answer").status(),
        StatusCode::NO_CONTENT
    );
    // Of the room nothing but its name, which is watched for ten minutes.
    assert_eq!(stack.keys().await, ["sidelink:links:rooms"]);
    for path in [format!("/links/{token}"), "/links/x".to_owned()] {
        for method in [Method::GET, Method::DELETE] {
            let (status, error) = refusal(stack.sidecar.asks(method, &path)).await;
            assert_eq!(
                (status, error["code"].as_str()),
                (404, Some("no_such_link"))
            );
        }
    }
}

#[tokio::test]
async fn an_end_is_told_and_forgotten_and_the_engine_knows_until_when_links_are_good() {
    let mut stack = Stack::ready().await;
    stack.token().await;
    let until = async {
        loop {
            if let Some(Event::LinksUntil { unix_ms: Some(at) }) = stack.sidecar.events.recv().await
            {
                return at;
            }
        }
    };
    let until = timeout(Duration::from_secs(10), until)
        .await
        .expect("is told");
    let left = until - sidelink::runtime::clock::unix_ms();
    assert!((86_300_000..=86_400_000).contains(&left), "{left}");

    // An end that nobody has to wait a minute for.
    let past = (sidelink::runtime::clock::unix_ms() - 1).to_string();
    let tokens: Vec<String> = stack
        .redis
        .asks(&["ZRANGE", "sidelink:links", "0", "-1"])
        .await;
    let _: i64 = stack
        .redis
        .asks(&["ZADD", "sidelink:links", &past, &tokens[0]])
        .await;
    let _: i64 = stack
        .redis
        .asks(&["DEL", &format!("sidelink:link:{}", tokens[0])])
        .await;
    let other = stack.token().await;
    let none_of_it = async {
        loop {
            let left: Vec<String> = stack
                .redis
                .asks(&["ZRANGE", "sidelink:links", "0", "-1"])
                .await;
            if left == [other.as_str()] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), none_of_it)
        .await
        .expect("is forgotten");
    let made: Vec<String> = stack
        .redis
        .asks(&["ZRANGE", "sidelink:links:made", "0", "-1"])
        .await;
    assert_eq!(made, [other]);
}
