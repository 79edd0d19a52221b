//! Against a server that speaks LiveKit's Twirp; the real one is asked in `tests/with_engine`.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use tokio::sync::mpsc;

use super::*;
use crate::http_client::local_client;

/// What was asked: the method, the grant in the token, the body.
type Asked = (String, Value, Value);

fn grant(headers: &HeaderMap) -> Value {
    let token = headers[header::AUTHORIZATION].to_str().expect("text");
    let token = token.strip_prefix("Bearer ").expect("a bearer token");
    let key =
        jsonwebtoken::DecodingKey::from_secret(Secrets::of_a_test().livekit_secret.as_bytes());
    let validation = jsonwebtoken::Validation::default();
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation);
    claims.expect("a token of ours").claims["video"].clone()
}

/// A LiveKit that always answers so, and what it was asked.
async fn livekit(
    status: StatusCode,
    says: &'static str,
) -> (RoomService, mpsc::UnboundedReceiver<Asked>) {
    let (asked_in, asked) = mpsc::unbounded_channel();
    let answer = async move |State(asked): State<mpsc::UnboundedSender<Asked>>,
                             Path(method): Path<String>,
                             headers: HeaderMap,
                             body: String| {
        let body = serde_json::from_str(&body).expect("JSON");
        let _ = asked.send((method, grant(&headers), body));
        (status, says)
    };
    let router = Router::new()
        .route("/twirp/livekit.RoomService/{method}", post(answer))
        .with_state(asked_in);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = local_client(Duration::from_secs(2)).expect("a client");
    (RoomService::new(client, &url, Secrets::of_a_test()), asked)
}

#[tokio::test]
async fn rooms_are_listed_without_the_probes() {
    let rooms = r#"{"rooms":[{"name":"a","num_participants":2},{"name":"sidelink-probe","num_participants":1},{"name":"empty"}]}"#;
    let (service, mut asked) = livekit(StatusCode::OK, rooms).await;
    let listed = service.list_rooms().await.expect("a list");
    let room = |name: &str, participants| Room {
        name: name.to_owned(),
        participants,
    };
    assert_eq!(listed, [room("a", 2), room("empty", 0)]);
    let expected = (
        "ListRooms".to_owned(),
        json!({ "roomList": true }),
        json!({}),
    );
    assert_eq!(asked.recv().await, Some(expected));
}

#[tokio::test]
async fn a_word_goes_to_one_room_under_a_grant_for_that_room() {
    let (service, mut asked) = livekit(StatusCode::OK, "{}").await;
    service
        .send_data("a", "sidelink", b"{\"x\":1}")
        .await
        .expect("is sent");
    let (method, grant, body) = asked.recv().await.expect("was asked");
    assert_eq!(method, "SendData");
    assert_eq!(grant, json!({ "roomAdmin": true, "room": "a" }));
    let expected =
        json!({ "room": "a", "data": "eyJ4IjoxfQ==", "kind": "RELIABLE", "topic": "sidelink" });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_room_is_ended_and_one_that_is_not_there_is_no_error() {
    for (status, says) in [
        (StatusCode::OK, "{}"),
        (
            StatusCode::NOT_FOUND,
            r#"{"code":"not_found","msg":"requested room does not exist"}"#,
        ),
    ] {
        let (service, mut asked) = livekit(status, says).await;
        service.delete_room("a").await.expect("is ended");
        let expected = (
            "DeleteRoom".to_owned(),
            json!({ "roomCreate": true }),
            json!({ "room": "a" }),
        );
        assert_eq!(asked.recv().await, Some(expected));
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_a_page_is_no_list() {
    let says = r#"{"code":"unauthenticated","msg":"permissions denied"}"#;
    let (service, _asked) = livekit(StatusCode::UNAUTHORIZED, says).await;
    let error = service.delete_room("a").await.expect_err("is refused");
    assert_eq!(
        error.to_string(),
        format!("LiveKit refuses: 401 Unauthorized {says}")
    );
    let (service, _asked) = livekit(StatusCode::OK, "<html>").await;
    let error = service.list_rooms().await.expect_err("is no list");
    assert!(matches!(error, Error::Unreadable(_)), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told_without_the_token() {
    let client = local_client(Duration::from_secs(2)).expect("a client");
    let service = RoomService::new(client, "http://127.0.0.1:1", Secrets::of_a_test());
    let error = service.send_data("a", "t", b"").await.expect_err("fails");
    assert!(matches!(&error, Error::Unreachable(_)), "{error}");
    assert!(!error.to_string().contains("eyJ"), "{error}");
}
