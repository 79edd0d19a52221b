//! Long polls and WebSockets.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};

use super::harness::{QUICK, Sidecar, json_of};

#[tokio::test]
async fn a_long_poll_answers_at_the_change() {
    let sidecar = Sidecar::starts().await;
    let waiting = tokio::spawn(json_of(sidecar.get("/runtime-config?after=100&wait=60s")));
    assert_eq!(
        json_of(sidecar.get("/runtime-config?after=99&wait=60s")).await["revision"],
        100
    );
    sidecar.is_ready();
    assert_eq!(waiting.await.expect("answered")["revision"], 101);
}

#[tokio::test]
async fn a_long_poll_without_a_change_returns_the_same() {
    let sidecar = Sidecar::starts().await;
    assert_eq!(
        json_of(sidecar.get("/runtime-config?after=100&wait=1s")).await["revision"],
        100
    );
}

#[tokio::test]
async fn a_websocket_gets_the_document_now_and_at_every_change() {
    let sidecar = Sidecar::starts().await;
    let uri = format!("ws://{}/runtime-config/ws", sidecar.public)
        .parse()
        .expect("a URI");
    let request = ClientRequestBuilder::new(uri).with_header("Host", QUICK);
    let (mut socket, _) = tokio_tungstenite::connect_async(request)
        .await
        .expect("upgrades");
    assert_eq!(revision(socket.next().await), 100);
    sidecar.is_ready();
    assert_eq!(revision(socket.next().await), 101);
    socket
        .send(Message::text("x".repeat(2000)))
        .await
        .expect("is sent");
    let refused = socket.next().await;
    assert!(
        !matches!(refused, Some(Ok(Message::Text(_)))),
        "a page has nothing to say: {refused:?}"
    );
}

/// Pages see no pings, and would ask for the document: over a metered tunnel each question costs one.
#[tokio::test]
async fn a_websocket_repeats_the_document_before_its_page_polls() {
    let sidecar = Sidecar::starts().await;
    let url = format!("ws://{}/runtime-config/ws", sidecar.public);
    let (mut socket, _) = tokio_tungstenite::connect_async(url)
        .await
        .expect("upgrades");
    let first = socket.next().await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let again = loop {
        match socket.next().await {
            Some(Ok(Message::Ping(_))) => {}
            other => break other,
        }
    };
    assert_eq!(revision(first), revision(again));
    let after = began.elapsed().as_secs();
    assert!((60..75).contains(&after), "{after} s");
}

fn revision(message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>) -> u64 {
    let text = message
        .expect("open")
        .expect("a message")
        .into_text()
        .expect("text");
    serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["revision"]
        .as_u64()
        .expect("a number")
}

#[tokio::test]
async fn waiting_requests_and_websockets_end_with_the_process() {
    let sidecar = Sidecar::starts().await;
    let url = format!("ws://{}/runtime-config/ws", sidecar.public);
    let (mut socket, _) = tokio_tungstenite::connect_async(url)
        .await
        .expect("upgrades");
    assert_eq!(revision(socket.next().await), 100);
    let before = sidecar.published.receiver_count();
    let poll = tokio::spawn(json_of(sidecar.get("/runtime-config?after=100&wait=60s")));
    let waits = async {
        while sidecar.published.receiver_count() == before {
            tokio::task::yield_now().await;
        }
    };
    let waits = tokio::time::timeout(Duration::from_secs(10), waits).await;
    waits.expect("the poll has come in");
    sidecar.draining.send_replace(true);
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));
    assert_eq!(poll.await.expect("answered")["revision"], 100);
}
