//! Redis stops and returns: no link is created meanwhile, and none is lost.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use super::{Stack, body, order, refusal, word};

#[tokio::test]
async fn a_link_survives_restarts_of_redis_and_the_sidecar() {
    let mut stack = Stack::ready().await;
    let token = stack.token().await;
    let first = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    stack.redis.ends().await;
    let began = Instant::now();
    for asked in [
        stack.wants("/links", &order()),
        stack.sidecar.asks(Method::GET, "/links"),
        stack.sidecar.asks(Method::GET, &format!("/links/{token}")),
        stack
            .sidecar
            .asks(Method::DELETE, &format!("/links/{token}")),
        stack.wants(&format!("/links/{token}/resend"), &order()),
        stack.joins(&token, &json!({"name": "Ana"})),
        stack.phone(Method::GET, &format!("/links/{token}")),
    ] {
        let (status, error) = refusal(asked).await;
        assert_eq!((status, error["code"].as_str()), (503, Some("redis_down")));
    }
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "no request waits: {:?}",
        began.elapsed()
    );

    stack.redis.begins().await;
    let sidecar = super::Sidecar::starts_with(&stack.redis.address).await;
    let old = std::mem::replace(&mut stack.sidecar, sidecar);
    stack.verifies(super::QUICK, 0);
    for _ in 0..2 {
        let again =
            body(stack.joins(&token, &json!({"name": "Ana", "resume": first["resume"]}))).await;
        assert_eq!(again["identity"], first["identity"]);
    }
    stack.link().await;
    // The sidecar that lost Redis reconnects automatically.
    stack.sidecar = old;
    stack.verifies(super::QUICK, 0);
    let link = body(stack.wants("/links?wait=10s", &order())).await;
    assert_eq!(stack.view(&word(&link, "token")).await["clientId"], "c1");
}

#[tokio::test]
async fn a_waiting_request_waits_for_redis_too() {
    let mut stack = Stack::ready().await;
    stack.redis.ends().await;
    let began = Instant::now();
    let (status, error) = refusal(stack.wants("/links?wait=1s", &order())).await;
    assert_eq!((status, error["code"].as_str()), (503, Some("redis_down")));
    assert!(
        (900..3000).contains(&began.elapsed().as_millis()),
        "{:?}",
        began.elapsed()
    );

    let waits = stack.wants("/links?wait=30s", &order()).send();
    let (answer, ()) = tokio::join!(waits, stack.redis.begins());
    assert_eq!(answer.expect("an answer").status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_redis_that_cannot_write_creates_nothing() {
    let stack = Stack::ready().await;
    let _: String = stack.redis.asks(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let (status, error) = refusal(stack.wants("/links", &order())).await;
    assert_eq!((status, error["code"].as_str()), (503, Some("redis_down")));
    let _: String = stack.redis.asks(&["CONFIG", "SET", "maxmemory", "0"]).await;
    assert_eq!(stack.keys().await, [""; 0]);
    stack.link().await;
}

#[tokio::test]
async fn a_silent_redis_is_waited_for_one_second() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let _: String = stack.redis.asks(&["CLIENT", "PAUSE", "2500", "ALL"]).await;
    let began = Instant::now();
    let (status, error) = refusal(stack.joins(&token, &json!({"name": "Ana"}))).await;
    assert_eq!((status, error["code"].as_str()), (503, Some("redis_down")));
    assert!(
        (900..2000).contains(&began.elapsed().as_millis()),
        "{:?}",
        began.elapsed()
    );
}
