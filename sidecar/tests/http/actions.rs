//! What a person may ask the sidecar to do, and how the dashboard follows it.

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use sidelink_core::{Event, Role, ServiceView, State};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::harness::{Sidecar, TOKEN, json_of, status_of};

fn service(name: &str) -> ServiceView {
    ServiceView {
        name: name.to_owned(),
        role: Role::Other,
        required: true,
        state: State::Ok,
        since: 0,
        restarts: 0,
        healing: None,
        tunnel: None,
    }
}

#[tokio::test]
async fn a_restart_is_accepted_for_an_existing_service() {
    let mut sidecar = Sidecar::starts().await;
    sidecar.publishes(|snapshot| {
        snapshot.services = ["livekit", "sidecar", "docker-proxy"].map(service).into();
    });
    let restart = |name: &str| sidecar.asks(Method::POST, &format!("/services/{name}/restart"));
    let answer = restart("livekit").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let body: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(
        body,
        serde_json::json!({"accepted": "restart", "service": "livekit", "sequence": 1})
    );
    for name in ["LiveKit", "redis", "%ff", "..%2Fapp", "livekit%00"] {
        assert_eq!(
            status_of(restart(name)).await,
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
    for name in ["sidecar", "docker-proxy"] {
        let refused = restart(name).send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::CONFLICT, "{name}");
        let body: serde_json::Value = refused.json().await.expect("JSON");
        assert!(
            body["error"]["fix"]
                .as_str()
                .is_some_and(|fix| fix.contains("docker compose restart"))
        );
    }
    let received = sidecar.events.recv().await;
    assert!(matches!(received, Some(Event::RestartRequested { service }) if service == "livekit"));
    assert!(sidecar.events.try_recv().is_err(), "and nothing else");
}

#[tokio::test]
async fn the_tunnel_may_be_woken() {
    let mut sidecar = Sidecar::starts().await;
    let answer = json_of(sidecar.asks(Method::POST, "/tunnel/wake")).await;
    assert_eq!(answer["accepted"], "link");
    assert!(matches!(
        sidecar.events.recv().await,
        Some(Event::WakeRequested)
    ));
    let stranger = sidecar
        .client
        .post(format!("http://{}/tunnel/wake", sidecar.control))
        .header("host", "localhost:8788");
    assert_eq!(status_of(stranger).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_status_is_followed_now_and_at_every_change_until_the_end() {
    let sidecar = Sidecar::starts().await;
    let bearer = format!("Bearer {TOKEN}");
    let mut socket = sidecar
        .follows(("Authorization", &bearer))
        .await
        .expect("upgrades");
    assert_eq!(sequence(socket.next().await), 0);
    sidecar.publishes(|_| ());
    assert_eq!(sequence(socket.next().await), 1);
    sidecar.draining.send_replace(true);
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));
}

#[tokio::test]
async fn the_status_is_followed_with_a_credential_and_by_a_limited_number() {
    let sidecar = Sidecar::starts().await;
    let refused = |result: Result<_, Error>| match result {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    };
    for header in [
        ("X-Nothing", "x"),
        ("Authorization", "Bearer no"),
        ("Cookie", "sidelink_session=no"),
    ] {
        assert_eq!(refused(sidecar.follows(header).await.map(drop)), 401);
    }
    let bearer = format!("Bearer {TOKEN}");
    let mut open = Vec::new();
    for _ in 0..64 {
        let socket = sidecar.follows(("Authorization", &bearer)).await;
        open.push(socket.expect("there is room"));
    }
    let more = sidecar.follows(("Authorization", &bearer)).await.map(drop);
    assert_eq!(refused(more), 503);
}

#[tokio::test]
async fn a_plain_request_to_a_websocket_gets_an_error() {
    let sidecar = Sidecar::starts().await;
    let plain = sidecar.asks(Method::GET, "/status/ws");
    let answer = plain.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "no_upgrade");
}

fn sequence(message: Option<Result<Message, Error>>) -> u64 {
    let text = message.expect("open").expect("a message").into_text();
    let status: serde_json::Value = serde_json::from_str(&text.expect("text")).expect("JSON");
    status["sequence"].as_u64().expect("a number")
}
