//! What breaks the rules, and what is too much.

use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use crate::frame::{CAMERA, vp8};
use crate::phone::Phone;
use crate::stack::Stack;

#[tokio::test]
async fn a_page_that_breaks_a_rule_is_closed_with_1008() {
    let stack = Stack::start().await;
    let garbage = [vec![9; 40], vec![1; 10], vec![2; 300 * 1024], vec![1; 3000]];
    for message in garbage {
        let mut ana = stack.joins("ana").await;
        ana.sends_raw(message).await;
        let (code, reason) = ana.is_closed().await;
        assert_eq!(code, 1008, "{reason}");
        assert!(!reason.is_empty());
    }
    let mut ana = stack.joins("ana").await;
    ana.says(&json!({ "type": "ack", "bytes": 1_000_000 }))
        .await;
    assert_eq!(ana.is_closed().await.0, 1008);
    let mut ana = stack.joins("ana").await;
    for i in 0..400 {
        ana.sends_raw(
            [
                &[CAMERA, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
                &vp8(true, 100, i.min(255) as u8),
            ]
            .concat(),
        )
        .await;
    }
    assert_eq!(
        ana.is_closed().await,
        (1008, "more than 30 video frames per second".to_owned())
    );
}

#[tokio::test]
async fn a_full_bridge_refuses_browsers_with_1013_and_others_with_503() {
    let stack = Stack::with(|settings| settings.phones = 1).await;
    let ana = stack.joins("ana").await;
    let mut bia = Phone::opens(stack.bridge).await;
    bia.says(&crate::stack::hello("bia", None)).await;
    assert_eq!(
        bia.is_closed().await,
        (1013, r#"{"code":"full","retryAfter":10}"#.to_owned())
    );
    match Phone::tries(stack.bridge, &[]).await.err() {
        Some(Error::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert_eq!(response.headers()["retry-after"], "10");
        }
        other => panic!("{other:?}"),
    }
    let secret = ana.resume.clone();
    ana.cut();
    let mut ana = Phone::opens(stack.bridge).await;
    ana.says(&crate::stack::hello("ana", Some(&secret))).await;
    assert_eq!(
        ana.hears("joined").await["resumed"],
        true,
        "a page that comes back has its place"
    );
}

#[tokio::test]
async fn an_address_has_its_own_limit() {
    let stack = Stack::with(|settings| settings.phones_per_address = 1).await;
    let from = |address| [("origin", "https://app.example"), ("x-real-ip", address)];
    let mut phones = Vec::new();
    for (identity, address, expected) in [
        ("a", "203.0.113.7", "joined"),
        ("b", "203.0.113.7", ""),
        ("c", "203.0.113.8", "joined"),
    ] {
        let mut phone = Phone::tries(stack.bridge, &from(address))
            .await
            .expect("opens");
        phone.says(&crate::stack::hello(identity, None)).await;
        if expected.is_empty() {
            assert_eq!(phone.is_closed().await.0, 1013);
        } else {
            phone.hears(expected).await;
        }
        phones.push(phone);
    }
}
