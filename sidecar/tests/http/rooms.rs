//! A link that is ended takes its room along. LiveKit's part is a server that speaks its Twirp.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use reqwest::Method;
use serde_json::{Value, json};
use sidelink::probe::local_client;
use sidelink::room_service::RoomService;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::harness::{json_of, secrets, status_of};
use super::links::Stack;

/// Of the rooms that it is asked to end, the names.
pub(crate) type Ended = mpsc::UnboundedReceiver<String>;

/// A LiveKit that ends whatever room it is asked to.
pub(crate) async fn livekit() -> (RoomService, Ended) {
    let (ends, ended) = mpsc::unbounded_channel();
    let delete = async |State(ends): State<mpsc::UnboundedSender<String>>, body: String| {
        let asked: Value = serde_json::from_str(&body).expect("JSON");
        let _ = ends.send(asked["room"].as_str().expect("a name").to_owned());
        (StatusCode::OK, "{}")
    };
    let router = Router::new()
        .route("/twirp/livekit.RoomService/DeleteRoom", post(delete))
        .with_state(ends);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = local_client(Duration::from_secs(5)).expect("a client");
    (RoomService::new(client, &url, secrets()), ended)
}

#[tokio::test]
async fn an_ended_link_ends_its_room_and_no_other() {
    let mut stack = Stack::ready().await;
    let [first, second] = [stack.link().await, stack.link().await];
    let room = |link: &Value| link["room"].as_str().expect("a room").to_owned();
    assert_ne!(room(&first), room(&second));
    let path = format!("/links/{}", first["token"].as_str().expect("a token"));
    let end = || stack.sidecar.asks(Method::DELETE, &path);
    assert_eq!(status_of(end()).await, StatusCode::NO_CONTENT);
    assert_eq!(status_of(end()).await, StatusCode::NOT_FOUND);
    assert_eq!(stack.sidecar.ended.try_recv(), Ok(room(&first)));
    assert!(stack.sidecar.ended.try_recv().is_err(), "once");
    let links = json_of(stack.sidecar.asks(Method::GET, "/links")).await;
    let left: Vec<_> = links["links"].as_array().expect("a list").iter().collect();
    assert_eq!(left.len(), 1, "{links}");
    assert_eq!(left[0]["room"], json!(room(&second)));
}
