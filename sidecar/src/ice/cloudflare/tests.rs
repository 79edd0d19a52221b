use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::task::yield_now;

use super::*;
use crate::http_client::local_client;
use crate::ice::API_TIMEOUT;
use crate::test_server::serve;

const HOUR: u64 = 3_600_000;

/// An API that answers with these, one after the other, and repeats the last one.
struct Api {
    requests: Arc<AtomicUsize>,
    changes: Arc<Notify>,
    service: Cloudflare,
}

impl Api {
    async fn answers(answers: Vec<(u16, Value)>) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let handler = post(async move |headers: HeaderMap, body: String| {
            let token = headers.get("authorization").cloned();
            let body: Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(token.expect("a token"), "Bearer api-token");
            assert_eq!(body, json!({"ttl": 28_800}));
            let n = counter.fetch_add(1, Ordering::Relaxed);
            let (status, body) = answers[n.min(answers.len() - 1)].clone();
            (
                StatusCode::from_u16(status).expect("a status"),
                body.to_string(),
            )
        });
        let path = "/v1/turn/keys/k1/credentials/generate-ice-servers";
        let server = serve(Router::new().route(path, handler)).await;
        let api = format!("http://{server}");
        let client = local_client(API_TIMEOUT).expect("a client");
        let changes = Arc::<Notify>::default();
        let token = "api-token".into();
        let service = Cloudflare::new(client, &api, "k1", token, Arc::clone(&changes));
        Self {
            requests,
            changes,
            service,
        }
    }

    async fn at(&self, now: u64) -> Option<(String, u64)> {
        let (servers, expires_at) = self.service.servers(now).await?;
        let turn = servers.iter().find_map(|server| server.username.clone());
        Some((turn.expect("a TURN server"), expires_at))
    }

    /// Waits until the request under way is answered.
    async fn is_answered(&self) {
        loop {
            let asked = self.service.latest.lock().expect("whole").asked.clone();
            if asked.is_none_or(|(answer, _)| answer.peek().is_some()) {
                return;
            }
            yield_now().await;
        }
    }
}

/// As documented in 2026, with the URLs that browsers refuse.
fn answer(user: &str) -> (u16, Value) {
    let urls = [
        "turn:turn.cloudflare.com:3478?transport=udp",
        "turn:turn.cloudflare.com:53?transport=udp",
        "turns:turn.cloudflare.com:443?transport=tcp",
    ];
    let stun = json!({"urls": ["stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:53"]});
    let turn = json!({"urls": urls, "username": user, "credential": "c"});
    (201, json!({"iceServers": [stun, turn]}))
}

#[tokio::test]
async fn urls_that_browsers_refuse_are_dropped() {
    let api = Api::answers(vec![answer("u1")]).await;
    let (servers, expires_at) = api.service.servers(HOUR).await.expect("servers");
    let urls: Vec<_> = servers.iter().flat_map(|server| &server.urls).collect();
    assert_eq!(
        urls,
        [
            "stun:stun.cloudflare.com:3478",
            "turn:turn.cloudflare.com:3478?transport=udp",
            "turns:turn.cloudflare.com:443?transport=tcp"
        ]
    );
    assert_eq!(expires_at, 9 * HOUR);
}

#[tokio::test]
async fn one_entry_in_place_of_a_list_is_read() {
    let entry = json!({"urls": "turn:t.example:3478", "username": "u", "credential": "c"});
    let api = Api::answers(vec![(200, json!({"iceServers": entry}))]).await;
    assert_eq!(api.at(0).await, Some(("u".to_owned(), 8 * HOUR)));
}

#[tokio::test]
async fn credentials_are_cached_to_half_of_their_life_and_then_renewed_meanwhile() {
    let api = Api::answers(vec![answer("u1"), answer("u2")]).await;
    let first = Some(("u1".to_owned(), 8 * HOUR));
    assert_eq!(api.at(0).await, first);
    assert_eq!(api.at(4 * HOUR - 1).await, first);
    assert_eq!(api.requests.load(Ordering::Relaxed), 1);
    assert_eq!(api.at(4 * HOUR).await, first, "without a wait");
    api.is_answered().await;
    let second = Some(("u2".to_owned(), 12 * HOUR));
    assert_eq!(api.at(4 * HOUR).await, second);
    assert_eq!(api.requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_last_good_answer_is_kept_while_the_api_fails() {
    let failure = (500, json!({}));
    let api = Api::answers(vec![answer("u1"), failure.clone(), failure, answer("u2")]).await;
    let first = Some(("u1".to_owned(), 8 * HOUR));
    assert_eq!(api.at(0).await, first);
    for now in [4 * HOUR, 4 * HOUR + 29_999, 4 * HOUR + 30_000] {
        assert_eq!(api.at(now).await, first);
        api.is_answered().await;
    }
    assert_eq!(api.requests.load(Ordering::Relaxed), 3, "again after 30 s");
    let late = 6 * HOUR;
    assert_eq!(
        api.at(late).await,
        Some(("u2".to_owned(), late + 8 * HOUR)),
        "too old"
    );
}

#[tokio::test]
async fn an_unusable_answer_gives_none() {
    for answer in [
        (401, json!({"errors": []})),
        (200, json!({"iceServers": []})),
        (200, json!({"iceServers": [{"urls": ["stun:s.example"]}]})),
        (200, json!("text")),
        (200, json!({"iceServers": "x".repeat(20_000)})),
    ] {
        let text = answer.1.to_string();
        let api = Api::answers(vec![answer]).await;
        assert_eq!(api.at(0).await, None, "{text:.60}");
    }
}

#[tokio::test]
async fn a_refused_key_an_unknown_one_and_a_broken_api_have_their_diagnoses() {
    for (status, code) in [
        (401, "turn_key_refused"),
        (403, "turn_key_refused"),
        (404, "turn_key_unknown"),
        (500, "turn_api_failed"),
        (200, "turn_api_failed"),
    ] {
        let api = Api::answers(vec![(status, json!({}))]).await;
        let (servers, fault) = api.service.latest(0).await;
        assert_eq!(servers, None);
        assert_eq!(fault.expect("a fault").code(), code, "{status}");
    }
    let client = local_client(API_TIMEOUT).expect("a client");
    let closed = "http://127.0.0.1:9";
    let service = Cloudflare::new(client, closed, "k1", "api-token".into(), Arc::default());
    let (_, fault) = service.latest(0).await;
    assert_eq!(fault.expect("a fault").code(), "turn_api_failed");
}

#[tokio::test]
async fn a_fault_is_reported_beside_the_last_good_credentials_and_notified_once() {
    let refused = (401, json!({}));
    let api = Api::answers(vec![answer("u1"), refused.clone(), refused, answer("u2")]).await;
    let (first, fault) = api.service.latest(0).await;
    assert!(first.is_some() && fault.is_none());
    api.changes.notified().await;
    let half = 4 * HOUR;
    let (kept, fault) = api.service.latest(half).await;
    assert_eq!(kept, first);
    assert_eq!(fault.expect("a fault").code(), "turn_key_refused");
    api.changes.notified().await;
    let again = api.service.latest(half + 30_000).await;
    assert!(again.1.is_some() && api.changes.notified().now_or_never().is_none());
    let (renewed, fault) = api.service.latest(half + 60_000).await;
    assert!(renewed != first && renewed.is_some() && fault.is_none());
    api.changes.notified().await;
}
