//! Lists links, ends them, and sends them again under another hostname.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink::runtime::clock::unix_ms;
use sidelink_core::Event;
use tokio::time::timeout;

use super::{QUICK, Stack, body, order, refusal, word};

const OTHER: &str = "other-name.trycloudflare.com";

async fn list(stack: &Stack, query: &str) -> Value {
    body(stack.sidecar.asks(Method::GET, &format!("/links{query}"))).await
}

#[tokio::test]
async fn links_are_listed_newest_first_as_requested() {
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
        // The next one is created in another millisecond.
        let created = unix_ms();
        while unix_ms() == created {
            tokio::task::yield_now().await;
        }
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
async fn under_another_hostname_a_link_is_marked_for_resending() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let resend = |query: &str| {
        stack
            .sidecar
            .asks(Method::POST, &format!("/links/{token}/resend{query}"))
    };
    stack.verifies(OTHER, 0);
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
        "it was not sent again yet"
    );

    stack.verifies(OTHER, 0);
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
async fn an_ended_link_is_removed_with_all_that_belongs_to_it() {
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
async fn expired_links_are_removed_and_the_engine_gets_the_last_end() {
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
        .expect("is sent");
    let left = until - unix_ms();
    assert!((86_300_000..=86_400_000).contains(&left), "{left}");

    // A link that has expired.
    let past = (unix_ms() - 1).to_string();
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
