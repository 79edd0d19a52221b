//! Wrong tokens are limited, at no cost to valid ones.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tokio::time::Instant;

use super::{Stack, body, refusal, word};

/// Of one address, at the most loopback gives.
const GUESSES: u32 = 2000;

fn looks(stack: &Stack, address: &str, token: &str) -> RequestBuilder {
    let url = format!("http://{}/links/{token}", stack.sidecar.public);
    stack.sidecar.client.get(url).header("x-real-ip", address)
}

fn wrong(number: u32) -> String {
    format!("{number:040x}")
}

/// Questions for a link that Redis was asked.
async fn looked_up(stack: &Stack) -> u32 {
    let text: String = stack.redis.asks(&["INFO", "commandstats"]).await;
    let line = text.lines().find(|line| line.starts_with("cmdstat_get:"));
    let calls = line.and_then(|line| line.split(['=', ',']).nth(1)?.parse::<u32>().ok());
    calls.unwrap_or(0)
}

#[tokio::test]
async fn a_valid_token_works_while_its_address_guesses() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let before = looked_up(&stack).await;
    let began = Instant::now();
    let guessing = async {
        let (mut unknown, mut too_many) = (0, 0);
        for number in 0..GUESSES {
            let (status, error) = refusal(looks(&stack, "203.0.113.7", &wrong(number))).await;
            match (status, error["code"].as_str()) {
                (404, Some("no_such_link")) => unknown += 1,
                (429, Some("too_many")) => too_many += 1,
                other => panic!("{other:?}"),
            }
        }
        (unknown, too_many)
    };
    let opening = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let began = Instant::now();
            body(looks(&stack, "203.0.113.7", &token)).await;
            slowest = slowest.max(began.elapsed());
        }
        let joins = stack.joins(&token, &json!({"name": "Ana"}));
        body(joins.header("x-real-ip", "203.0.113.7")).await;
        slowest
    };
    let ((unknown, too_many), slowest) = tokio::join!(guessing, opening);
    let took = began.elapsed();
    println!("{GUESSES} guesses in {took:?}; the right one took {slowest:?} at most");
    // One more each six seconds.
    let most = 10 + u32::try_from(took.as_secs() / 6 + 1).expect("small");
    assert!((10..=most).contains(&unknown), "{unknown} of {too_many}");
    let right = 22;
    let looked_up = looked_up(&stack).await - before;
    assert!(looked_up <= most + right, "Redis is asked: {looked_up}");
    body(looks(&stack, "203.0.113.8", &token)).await;
    body(looks(&stack, "2001:db8::1", &token)).await;
}

#[tokio::test]
async fn a_valid_token_is_known_after_a_restart_and_guesses_are_bounded() {
    let mut stack = Stack::ready().await;
    let token = stack.token().await;
    stack.sidecar = super::Sidecar::starts_with(&stack.redis.address).await;
    stack.verifies(super::QUICK, 0);
    // The list is read from Redis before anything else is answered from it.
    body(looks(&stack, "203.0.113.1", &token)).await;
    let mut unknown = 0;
    let began = Instant::now();
    for number in 0..1000 {
        let address = format!("203.0.{}.{}", number / 250, number % 250);
        let (status, _) = refusal(looks(&stack, &address, &wrong(number))).await;
        unknown += u128::from(status == 404);
    }
    let most = 51 + began.elapsed().as_millis() / 100;
    assert!((50..=most).contains(&unknown), "{unknown}");
    body(looks(&stack, "203.0.113.9", &token)).await;
}

#[tokio::test]
async fn a_flooded_link_lets_its_participants_return() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let joins = |number: u32, resume: Option<&str>| {
        let url = format!("http://{}/links/{token}/join", stack.sidecar.public);
        let request = stack.sidecar.client.post(url);
        let address = format!("198.51.100.{}", number / 30);
        request
            .header("x-real-ip", address)
            .json(&json!({"name": "Ana", "resume": resume}))
    };
    let first = body(joins(0, None)).await;
    let resume = word(&first, "resume");
    let began = Instant::now();
    let mut good = 0;
    for number in 0..250 {
        let answer = joins(number, None).send().await.expect("an answer");
        let status = answer.status().as_u16();
        assert!(matches!(status, 200 | 429), "{status}");
        good += u128::from(status == 200);
    }
    let most = 120 + began.elapsed().as_millis() / 50;
    assert!((100..=most).contains(&good), "{good}");
    for _ in 0..5 {
        let back = body(joins(0, Some(&resume))).await;
        assert_eq!(back["identity"], first["identity"]);
    }
    let host = stack
        .sidecar
        .asks(Method::POST, &format!("/links/{token}/join"));
    body(host.json(&json!({"name": "Dra. Ana"}))).await;
}
