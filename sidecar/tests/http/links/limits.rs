//! Guessing tells nothing and slows nobody.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;

use super::{Stack, body, refusal};

#[tokio::test]
async fn after_ten_guesses_right_and_wrong_are_alike_and_others_are_served() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let asks = |address: &str, token: &str| {
        let url = format!("http://{}/links/{token}", stack.sidecar.public);
        stack.sidecar.client.get(url).header("x-real-ip", address)
    };
    let wrong = |number: u32| format!("{number:040x}");
    let began = Instant::now();
    let before: String = stack.redis.asks(&["INFO", "commandstats"]).await;
    let (mut unknown, mut too_many) = (0, 0);
    for number in 0..1000 {
        let (status, error) = refusal(asks("203.0.113.7", &wrong(number))).await;
        match (status, error["code"].as_str()) {
            (404, Some("no_such_link")) => unknown += 1,
            (429, Some("too_many")) => too_many += 1,
            other => panic!("{other:?}"),
        }
    }
    println!("1000 guesses in {:?}", began.elapsed());
    // One more each six seconds.
    assert!((10..=12).contains(&unknown), "{unknown} of {too_many}");
    let looked_up = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("cmdstat_get:"));
        let calls = line.and_then(|line| line.split(['=', ',']).nth(1)?.parse::<u32>().ok());
        calls.unwrap_or(0)
    };
    let after: String = stack.redis.asks(&["INFO", "commandstats"]).await;
    let looked_up = looked_up(&after) - looked_up(&before);
    assert!(looked_up <= 12, "Redis is not asked: {looked_up}");
    let (status, right) = refusal(asks("203.0.113.7", &token)).await;
    let (_, other) = refusal(asks("203.0.113.7", &wrong(1))).await;
    assert_eq!((status, right), (429, other));
    let began = Instant::now();
    body(asks("203.0.113.8", &token)).await;
    body(asks("2001:db8::1", &token)).await;
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn thirty_at_once_from_one_address_and_sixty_for_one_link() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let mut good = 0;
    for number in 0..150 {
        let asked = stack.phone(Method::POST, &format!("/links/{token}/join"));
        let mut request = asked
            .json(&json!({"name": "Ana"}))
            .build()
            .expect("a request");
        let address = format!("198.51.100.{}", number / 40);
        request
            .headers_mut()
            .insert("x-real-ip", address.parse().expect("a value"));
        let answer = stack
            .sidecar
            .client
            .execute(request)
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        assert!(matches!(status, 200 | 429), "{status}");
        good += u32::from(status == 200);
        if number == 39 {
            assert!((30..=35).contains(&good), "{good}");
        }
    }
    assert!((60..=70).contains(&good), "{good}");
}
