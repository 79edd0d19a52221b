//! With a fake server of LiveKit's Twirp; `tests/with_engine` uses the real one.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use tokio::sync::mpsc;

use super::*;
use crate::http_client::local_client;
use crate::test_server::serve;

/// A call: the method, the grant in its token, the body.
type RecordedCall = (String, Value, Value);

fn grant(headers: &HeaderMap) -> Value {
    let token = headers[header::AUTHORIZATION].to_str().expect("text");
    let token = token.strip_prefix("Bearer ").expect("a bearer token");
    let key =
        jsonwebtoken::DecodingKey::from_secret(Secrets::of_a_test().livekit_secret.as_bytes());
    let validation = jsonwebtoken::Validation::default();
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation);
    claims.expect("our token").claims["video"].clone()
}

/// Starts a LiveKit that gives the same answer to each call, and returns its calls.
async fn livekit(
    status: StatusCode,
    answer_body: &'static str,
) -> (RoomService, mpsc::UnboundedReceiver<RecordedCall>) {
    let (calls_in, calls) = mpsc::unbounded_channel();
    let answer = async move |State(calls): State<mpsc::UnboundedSender<RecordedCall>>,
                             Path(method): Path<String>,
                             headers: HeaderMap,
                             body: String| {
        let body = serde_json::from_str(&body).expect("JSON");
        let _ = calls.send((method, grant(&headers), body));
        (status, answer_body)
    };
    let router = Router::new()
        .route("/twirp/livekit.RoomService/{method}", post(answer))
        .with_state(calls_in);
    let url = format!("http://{}/", serve(router).await);
    let client = local_client(Duration::from_secs(2)).expect("a client");
    (RoomService::new(client, &url, Secrets::of_a_test()), calls)
}

#[tokio::test]
async fn rooms_are_listed_without_the_probes() {
    let rooms = r#"{"rooms":[{"name":"a","num_participants":2},{"name":"sidelink-probe","num_participants":1},{"name":"empty"}]}"#;
    let (service, mut calls) = livekit(StatusCode::OK, rooms).await;
    let listed = service.list_rooms().await.expect("a list");
    let room = |name: &str, participants| Room {
        name: name.to_owned(),
        created_at: 0,
        participants,
    };
    assert_eq!(listed, [room("a", 2), room("empty", 0)]);
    let expected = (
        "ListRooms".to_owned(),
        json!({ "roomList": true }),
        json!({}),
    );
    assert_eq!(calls.recv().await, Some(expected));
}

#[tokio::test]
async fn data_is_sent_to_one_room_with_a_grant_for_that_room() {
    let (service, mut calls) = livekit(StatusCode::OK, "{}").await;
    service
        .send_data("a", "sidelink", b"{\"x\":1}")
        .await
        .expect("is sent");
    let (method, grant, body) = calls.recv().await.expect("a call");
    assert_eq!(method, "SendData");
    assert_eq!(grant, json!({ "roomAdmin": true, "room": "a" }));
    let expected =
        json!({ "room": "a", "data": "eyJ4IjoxfQ==", "kind": "RELIABLE", "topic": "sidelink" });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_room_is_ended_and_one_that_is_not_open_is_accepted() {
    for (status, answer_body) in [
        (StatusCode::OK, "{}"),
        (
            StatusCode::NOT_FOUND,
            r#"{"code":"not_found","msg":"requested room does not exist"}"#,
        ),
    ] {
        let (service, mut calls) = livekit(status, answer_body).await;
        service.delete_room("a").await.expect("is ended");
        let expected = (
            "DeleteRoom".to_owned(),
            json!({ "roomCreate": true }),
            json!({ "room": "a" }),
        );
        assert_eq!(calls.recv().await, Some(expected));
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_and_a_page_is_not_a_list() {
    let answer_body = r#"{"code":"unauthenticated","msg":"permissions denied"}"#;
    let (service, _calls) = livekit(StatusCode::UNAUTHORIZED, answer_body).await;
    let error = service.delete_room("a").await.expect_err("is refused");
    assert_eq!(
        error.to_string(),
        format!("LiveKit refuses: 401 Unauthorized {answer_body}")
    );
    let (service, _calls) = livekit(StatusCode::OK, "<html>").await;
    let error = service.list_rooms().await.expect_err("is not a list");
    assert!(matches!(error, RoomServiceError::Unreadable(_)), "{error}");
}

#[tokio::test]
async fn an_unreachable_livekit_is_an_error_without_the_token() {
    let client = local_client(Duration::from_secs(2)).expect("a client");
    let service = RoomService::new(client, "http://127.0.0.1:1", Secrets::of_a_test());
    let error = service.send_data("a", "t", b"").await.expect_err("fails");
    assert!(
        matches!(&error, RoomServiceError::Unreachable(_)),
        "{error}"
    );
    assert!(!error.to_string().contains("eyJ"), "{error}");
}
