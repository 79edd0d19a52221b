//! Videos: what the app may play and where, and what the publisher gets.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HOST};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::harness::{APP_TOKEN, PUBLISHER_TOKEN, Sidecar, json_of, secrets, status_of};
use super::openapi::{document, holds};

/// A publisher that answers with what it got.
async fn publisher() -> String {
    let command = |Path((name, command)): Path<(String, String)>,
                   headers: HeaderMap,
                   Json(body): Json<Value>| async move {
        assert_eq!(
            headers["authorization"],
            format!("Bearer {PUBLISHER_TOKEN}")
        );
        reply(&name, &command, &body)
    };
    let list = || async { Json(json!({"available_videos": 2, "playing": 1, "videos": []})) };
    let router = Router::new()
        .route("/videos", get(list))
        .route("/videos/{name}/{command}", post(command));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn reply(name: &str, command: &str, body: &Value) -> Response {
    match (name, command) {
        ("reordered.mp4", _) => {
            let error = json!({
                "code": "video_unplayable", "message": "It has B-frames.", "messagePt": "Tem B-frames.",
                "fix": "Send \"convert\": true", "docs": "docs/videos.md",
            });
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Json(json!({"error": error})),
            )
                .into_response()
        }
        (_, "stop") => StatusCode::NO_CONTENT.into_response(),
        _ => Json(json!({"got": body, "name": name})).into_response(),
    }
}

fn plays(sidecar: &Sidecar, name: &str, body: &Value) -> reqwest::RequestBuilder {
    sidecar
        .asks(Method::POST, &format!("/available-videos/{name}/play"))
        .json(body)
}

#[tokio::test]
async fn the_publisher_gets_a_token_for_one_room_that_only_sends() {
    let sidecar = Sidecar::starts_playing(&publisher().await).await;
    let answer = json_of(plays(
        &sidecar,
        "a%20b.mp4",
        &json!({"room": "cinema", "loop": true}),
    ))
    .await;
    assert_eq!(answer["name"], "a b.mp4");
    let got = &answer["got"];
    assert_eq!(
        (&got["room"], &got["loop"], &got["convert"]),
        (&json!("cinema"), &json!(true), &json!(false))
    );
    let token = got["token"].as_str().expect("a token");
    let key = DecodingKey::from_secret(secrets().livekit_secret.as_bytes());
    let claims = decode::<Value>(token, &key, &Validation::default())
        .expect("is ours")
        .claims;
    assert_eq!(claims["sub"], got["client_id"]);
    assert_eq!(claims["name"], "a b.mp4");
    let video = &claims["video"];
    assert_eq!(
        [
            &video["room"],
            &video["canPublish"],
            &video["canSubscribe"],
            &video["canPublishData"]
        ],
        [&json!("cinema"), &json!(true), &json!(false), &json!(false)]
    );
}

#[tokio::test]
async fn the_app_plays_and_a_visitor_gets_counts() {
    let sidecar = Sidecar::starts_playing(&publisher().await).await;
    let app = sidecar
        .control("/available-videos")
        .header(AUTHORIZATION, format!("Bearer {APP_TOKEN}"));
    holds(&document(), "/available-videos", &Method::GET, app).await;
    let counts = json_of(
        sidecar
            .get("/available-videos")
            .header(HOST, "localhost:8080"),
    )
    .await;
    assert_eq!(counts, json!({"available_videos": 2, "playing": 1}));
    assert_eq!(
        status_of(sidecar.control("/available-videos")).await,
        StatusCode::UNAUTHORIZED
    );
    let stop = sidecar
        .asks(Method::POST, "/available-videos/a.mp4/stop")
        .json(&json!({"room": "cinema"}));
    assert_eq!(status_of(stop).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_and_its_fix() {
    let sidecar = Sidecar::starts_playing(&publisher().await).await;
    let request = || plays(&sidecar, "reordered.mp4", &json!({"room": "cinema"}));
    let path = "/available-videos/{name}/play";
    assert_eq!(status_of(request()).await, StatusCode::UNPROCESSABLE_ENTITY);
    holds(&document(), path, &Method::POST, request()).await;
    let error = json_of(request()).await;
    assert_eq!(error["error"]["code"], "video_unplayable");
}

#[tokio::test]
async fn only_rooms_of_the_app_and_open_calls_are_played_into() {
    let sidecar = Sidecar::starts_playing(&publisher().await).await;
    let room = |room: &str| plays(&sidecar, "a.mp4", &json!({ "room": room }));
    assert_eq!(
        status_of(room("sidelink-probe")).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        status_of(room("sidelink-room-0123")).await,
        StatusCode::CONFLICT
    );
    sidecar.rooms.enters("sidelink-room-0123", "ana", false);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    // A list of LiveKit's is used for a second.
    while status_of(room("sidelink-room-0123")).await != StatusCode::OK {
        assert!(tokio::time::Instant::now() < deadline, "the call is open");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for body in [
        json!({}),
        json!({"room": ""}),
        json!({"room": "a", "speed": 2}),
        json!({"room": "a", "loop": "yes"}),
    ] {
        assert_eq!(
            status_of(plays(&sidecar, "a.mp4", &body)).await,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
}

#[tokio::test]
async fn without_a_publisher_the_fix_is_named_and_one_that_is_gone_is_reported() {
    let sidecar = Sidecar::starts().await;
    let answer = plays(&sidecar, "a.mp4", &json!({"room": "cinema"}))
        .send()
        .await
        .expect("answers");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let error: Value = answer.json().await.expect("JSON");
    assert_eq!(error["error"]["code"], "no_publisher");
    let gone = Sidecar::starts_playing("127.0.0.1:9").await;
    for request in [
        gone.asks(Method::GET, "/available-videos"),
        gone.get("/available-videos"),
        plays(&gone, "a.mp4", &json!({"room": "cinema"})),
    ] {
        assert_eq!(status_of(request).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
