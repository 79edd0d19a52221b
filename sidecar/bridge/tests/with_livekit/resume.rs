//! A page whose socket is lost comes back.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::call::sends_to;
use crate::phone::Phone;
use crate::stack::{Stack, hello};

#[tokio::test]
async fn a_call_resumes_with_the_same_participant() {
    let stack = Stack::start().await;
    let ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let camera = bia.finds("ana", "camera").await;
    let secret = ana.resume.clone();
    ana.cut();
    let muted = bia
        .hears_that(|message| message["type"] == "muted" && message["track"] == camera)
        .await;
    assert_eq!(muted["muted"], true);
    sleep(Duration::from_secs(3)).await;
    let mut ana = Phone::opens(stack.bridge).await;
    ana.says(&hello("ana", Some(&secret))).await;
    let joined = ana.hears("joined").await;
    assert_eq!(
        (&joined["resumed"], &joined["identity"]),
        (&json!(true), &json!("ana"))
    );
    assert_eq!(ana.hears("participant").await["identity"], "bia");
    ana.finds("bia", "camera").await;
    let muted = bia
        .hears_that(|message| message["type"] == "muted" && message["track"] == camera)
        .await;
    assert_eq!(muted["muted"], false);
    sends_to(&mut ana, &mut bia, camera).await;
    let left = timeout(Duration::from_secs(1), bia.hears("left")).await;
    assert!(left.is_err(), "the participant never left: {left:?}");
}

#[tokio::test]
async fn a_page_that_does_not_come_back_has_left_after_15_seconds() {
    let stack = Stack::start().await;
    let ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    bia.finds("ana", "camera").await;
    ana.cut();
    let from = Instant::now();
    let left = bia.hears_patiently("left", Duration::from_secs(20)).await;
    assert_eq!(left["identity"], "ana");
    assert!(
        from.elapsed() >= Duration::from_secs(14),
        "{:?}",
        from.elapsed()
    );
}

#[tokio::test]
async fn an_unknown_secret_joins_anew() {
    let stack = Stack::start().await;
    let mut ana = Phone::opens(stack.bridge).await;
    ana.says(&hello("ana", Some("00000000000000000000000000000000")))
        .await;
    assert_eq!(ana.hears("joined").await["resumed"], false);
}
