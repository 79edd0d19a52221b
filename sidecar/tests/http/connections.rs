//! Who is connected, and how: for the operator in full, in public as counts; each page reports its own row.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::harness::{QUICK, json_of, status_of};
use super::links::{Stack, body, refusal, word};
use super::openapi::{document, holds};

/// A participant of this room, and its LiveKit token.
async fn enters(stack: &Stack, room: &str, name: &str) -> (String, String) {
    let wanted = json!({"room": room, "identity": name, "name": name});
    let token = body(stack.wants("/livekit-token", &wanted)).await;
    let identity = word(&token, "identity");
    stack.sidecar.rooms.enters(room, &identity, false);
    (identity, word(&token, "token"))
}

fn reports(stack: &Stack, token: &str, report: &Value) -> RequestBuilder {
    let request = stack.phone(Method::POST, "/connection");
    request.bearer_auth(token).json(report)
}

async fn clients(stack: &Stack) -> Vec<Value> {
    let stats = body(stack.sidecar.asks(Method::GET, "/connection-stats")).await;
    stats["clients"].as_array().expect("a list").clone()
}

/// A processor enters, and publishes this participant's video processed.
async fn processes(stack: &Stack, room: &str, client: &str) -> String {
    let wanted = json!({"room": room, "identity": "processor", "processor": true});
    let token = body(stack.wants("/livekit-token", &wanted)).await;
    let identity = word(&token, "identity");
    let attributes = &claims(&word(&token, "token"))["attributes"];
    let rooms = &stack.sidecar.rooms;
    rooms.enters_as(room, &identity, attributes);
    rooms.publishes(room, &identity, &format!("processed:{client}"));
    identity
}

/// What LiveKit reads in a token.
fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64");
    serde_json::from_slice(&claims).expect("JSON")
}

#[tokio::test]
async fn each_page_reports_its_own_row() {
    let stack = Stack::ready().await;
    let (ana, token) = enters(&stack, "lobby", "ana").await;
    let (bia, _) = enters(&stack, "lobby", "bia").await;
    let report = json!({"path": "tunnel", "rttMs": 48, "lossPercent": 1.5, "sendBitrate": 900_000, "localNetworkBlocked": true});
    assert_eq!(
        status_of(reports(&stack, &token, &report)).await,
        StatusCode::NO_CONTENT
    );
    let clients = clients(&stack).await;
    let row = |identity: &str| {
        let row = clients.iter().find(|row| row["client_id"] == identity);
        row.expect("is listed").clone()
    };
    let own = row(&ana);
    assert_eq!(
        (
            &own["path"],
            &own["rtt_ms"],
            &own["loss_percent"],
            &own["send_bitrate"]
        ),
        (&json!("tunnel"), &json!(48), &json!(1.5), &json!(900_000))
    );
    assert_eq!(own["connection_state"], "connected");
    assert!(word(&own, "verdict").contains("local network"), "{own}");
    assert!(word(&own, "verdict_pt").contains("rede local"), "{own}");
    let other = row(&bia);
    assert_eq!(
        (&other["path"], &other["reported_at"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_page_that_cannot_connect_is_listed_with_the_reason_and_not_counted() {
    let stack = Stack::ready().await;
    let (ana, token) = enters(&stack, "lobby", "ana").await;
    stack.sidecar.rooms.leaves("lobby", &ana);
    let sent = reports(&stack, &token, &json!({"path": "none"}));
    assert_eq!(status_of(sent).await, StatusCode::NO_CONTENT);
    let row = clients(&stack).await.remove(0);
    assert_eq!(
        (&row["client_id"], &row["connection_state"]),
        (&json!(ana), &json!("disconnected"))
    );
    assert!(word(&row, "verdict").starts_with("not connected"), "{row}");
    let counts = body(stack.phone(Method::GET, "/connection-stats")).await;
    assert_eq!(counts["active_clients"], 0);
}

#[tokio::test]
async fn one_link_does_not_take_the_places_of_all() {
    let stack = Stack::starts_set("MAX_CONNECTIONS", "40").await;
    stack.verifies(QUICK, 0);
    let link = stack.token().await;
    let mut refused = 0;
    for _ in 0..20 {
        let joined = stack.joins(&link, &json!({"name": "Ana"})).send().await;
        refused += usize::from(joined.expect("an answer").status() == 503);
    }
    assert!(
        refused > 0,
        "a link has taken all places without connecting"
    );
    let other = stack.token().await;
    let joined = stack.joins(&other, &json!({"name": "Bia"}));
    assert_eq!(status_of(joined).await, StatusCode::OK);
}

#[tokio::test]
async fn in_public_there_are_counts_only() {
    let stack = Stack::ready().await;
    let (ana, _) = enters(&stack, "secret-room", "ana").await;
    stack.sidecar.rooms.publishes("secret-room", &ana, "video");
    let processor = processes(&stack, "secret-room", &ana).await;
    let counts = json!({
        "active_clients": 2,
        "websocket_connections": 2,
        "detector_loaded": true,
        "shared_tracks": {"shared_video_tracks": 1, "shared_processed_tracks": 1, "active_clients": 2},
    });
    assert_eq!(
        body(stack.phone(Method::GET, "/connection-stats")).await,
        counts
    );
    let streams = body(stack.phone(Method::GET, "/active-streams")).await;
    assert_eq!(streams, json!({"active_streams": 2}));
    let mut health = body(stack.phone(Method::GET, "/health")).await;
    assert_eq!(health["status"].take(), "ok");
    assert_eq!(health["shared_tracks"], counts["shared_tracks"]);
    let processed = clients(&stack).await;
    let processed = processed.iter().map(|row| &row["has_processed_track"]);
    assert_eq!(processed.collect::<Vec<_>>(), [true, false], "{processor}");
    let streams = body(stack.sidecar.asks(Method::GET, "/active-streams")).await;
    assert_eq!(streams["streams"][0]["client_id"], json!(ana));
    let url = format!("http://{}/connection-stats", stack.sidecar.control);
    let without = stack.sidecar.client.get(url);
    assert_eq!(status_of(without).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_detector_is_loaded_while_a_processor_is_connected() {
    let stack = Stack::ready().await;
    let (ana, token) = enters(&stack, "lobby", "ana").await;
    assert_eq!(claims(&token)["attributes"], Value::Null);
    let loaded = async || {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(1)).await; // a list is used for a second
        tokio::time::resume();
        body(stack.phone(Method::GET, "/health")).await["detector_loaded"].clone()
    };
    assert_eq!(loaded().await, false, "nothing processes");
    let processor = processes(&stack, "lobby", &ana).await;
    assert_eq!(loaded().await, true);
    stack.sidecar.rooms.leaves("lobby", &processor);
    assert_eq!(loaded().await, false, "it has left");
    assert_eq!(clients(&stack).await[0]["has_processed_track"], false);
}

#[tokio::test]
async fn a_track_that_a_participant_calls_its_own_processed_one_is_not_one() {
    let stack = Stack::ready().await;
    let (ana, _) = enters(&stack, "lobby", "ana").await;
    let name = format!("processed:{ana}");
    stack.sidecar.rooms.publishes("lobby", &ana, &name);
    assert_eq!(clients(&stack).await[0]["has_processed_track"], false);
}

#[tokio::test]
async fn a_report_needs_a_participants_token_and_known_fields() {
    let stack = Stack::ready().await;
    let (_, token) = enters(&stack, "lobby", "ana").await;
    let good = json!({"path": "lan"});
    for wrong in ["", "a.b.c", "0123456789012345678901234567890123456789"] {
        let (status, error) = refusal(reports(&stack, wrong, &good)).await;
        assert_eq!(
            (status, word(&error, "code").as_str()),
            (401, "not_in_a_call"),
            "{wrong:?}"
        );
    }
    for bad in [
        json!({}),
        json!({"path": "wifi"}),
        json!({"path": "lan", "rttMs": -1}),
        json!({"path": "lan", "rttMs": 60_001}),
        json!({"path": "lan", "lossPercent": 100.5}),
        json!({"path": "lan", "sendBitrate": 1.5}),
        json!({"path": "lan", "iceState": "broken"}),
        json!({"path": "lan", "identity": "bia"}),
        json!([]),
    ] {
        let (status, error) = refusal(reports(&stack, &token, &bad)).await;
        assert_eq!(status, 400, "{bad}: {error}");
        assert!(!word(&error, "fix").is_empty(), "{bad}: {error}");
    }
}

#[tokio::test]
async fn one_more_than_the_limit_waits() {
    let stack = Stack::starts_set("MAX_CONNECTIONS", "2").await;
    stack.verifies(QUICK, 0);
    let link = stack.token().await;
    let join = |body: Value| stack.joins(&link, &body);
    let joined = body(join(json!({"name": "Ana"}))).await;
    enters(&stack, "lobby", "bia").await;
    for refused in [
        join(json!({"name": "Caio"})),
        stack.wants(
            "/livekit-token",
            &json!({"room": "lobby", "identity": "caio"}),
        ),
    ] {
        let answer = refused.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()["retry-after"], "10");
        let error: Value = answer.json().await.expect("JSON");
        assert_eq!(error["error"]["code"], "no_place");
        assert!(word(&error["error"], "message").contains("2 connections"));
    }
    let back = json!({"name": "Ana", "resume": joined["resume"]});
    assert_eq!(
        status_of(join(back)).await,
        StatusCode::OK,
        "a participant keeps its place"
    );
    let full = json_of(stack.sidecar.asks(Method::GET, "/connection-stats")).await;
    assert_eq!(full["max_connections"], 2);
}

#[tokio::test]
async fn the_answers_are_as_documented() {
    let stack = Stack::ready().await;
    let (ana, token) = enters(&stack, "lobby", "ana").await;
    stack.sidecar.rooms.publishes("lobby", &ana, "video");
    let document = document();
    let report = json!({"path": "turn", "iceState": "completed", "candidateType": "relay", "protocol": "tcp"});
    let path = "/sidelink/connection";
    holds(
        &document,
        path,
        &Method::POST,
        reports(&stack, &token, &report),
    )
    .await;
    for path in ["/connection-stats", "/active-streams", "/health"] {
        let own = stack.sidecar.asks(Method::GET, path);
        holds(&document, path, &Method::GET, own).await;
        let public = stack.phone(Method::GET, path);
        holds(&document, &format!("/sidelink{path}"), &Method::GET, public).await;
    }
}
