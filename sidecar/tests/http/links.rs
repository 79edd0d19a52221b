//! A link from the click to the call, over sockets and with a real Redis.

mod create;
mod direct_address;
mod documented;
mod ice_servers;
mod join;
mod limits;
mod list;
mod lost_answers;
mod other_tunnels;
mod redis_down;
mod report;
mod use_cases;
mod wait;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sidelink::runtime::clock::unix_ms;
use sidelink_core::{Phase, Role, ServiceView, Snapshot, State};

use super::harness::{QUICK, Sidecar};
use super::redis::Redis;

/// A sidecar and its Redis.
pub(crate) struct Stack {
    pub(crate) redis: Redis,
    pub(crate) sidecar: Sidecar,
}

impl Stack {
    /// Nothing is verified yet.
    pub(crate) async fn starts() -> Self {
        let redis = Redis::starts().await;
        let sidecar = Sidecar::starts_with(&redis.address).await;
        Self { redis, sidecar }
    }

    /// The same with a setting, e.g. `("SIDELINK_STUN", "192.0.2.1:3478")`.
    pub(crate) async fn starts_set(name: &str, value: &str) -> Self {
        let redis = Redis::starts().await;
        let sidecar = Sidecar::starts_set(&redis.address, (name, value)).await;
        Self { redis, sidecar }
    }

    /// Everything works, verified just now.
    pub(crate) async fn ready() -> Self {
        let stack = Self::starts().await;
        stack.verifies(QUICK, 0);
        stack
    }

    /// Publishes that this host was verified so many seconds ago.
    pub(crate) fn verifies(&self, host: &str, seconds_ago: u64) {
        self.sidecar
            .publishes(|snapshot| verified(snapshot, host, seconds_ago));
    }

    pub(crate) fn breaks(&self) {
        self.sidecar
            .publishes(|snapshot| snapshot.phase = Phase::Degraded);
    }

    pub(crate) fn wants(&self, path: &str, body: &Value) -> RequestBuilder {
        self.sidecar.asks(Method::POST, path).json(body)
    }

    /// A link, handed out.
    pub(crate) async fn link(&self) -> Value {
        let answer = self
            .wants("/links", &order())
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.expect("JSON")
    }

    /// Its token.
    pub(crate) async fn token(&self) -> String {
        word(&self.link().await, "token")
    }

    pub(crate) fn phone(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.sidecar.public);
        let request = self.sidecar.client.request(method, url);
        request
            .header("host", QUICK)
            .header("x-real-ip", "192.0.2.1")
    }

    pub(crate) fn joins(&self, token: &str, body: &Value) -> RequestBuilder {
        self.phone(Method::POST, &format!("/links/{token}/join"))
            .json(body)
    }

    pub(crate) async fn view(&self, token: &str) -> Value {
        body(self.sidecar.asks(Method::GET, &format!("/links/{token}"))).await
    }

    /// Keys that Redis has of links.
    pub(crate) async fn keys(&self) -> Vec<String> {
        self.redis.asks(&["KEYS", "sidelink:*"]).await
    }
}

pub(crate) fn service(name: &str, role: Role, state: State) -> ServiceView {
    ServiceView {
        name: name.to_owned(),
        role,
        required: true,
        state,
        since: 1,
        restarts: 0,
        healing: None,
        tunnel: None,
    }
}

pub(crate) fn order() -> Value {
    json!({"professionalId": "p1", "clientId": "c1", "consultationType": "video"})
}

pub(crate) async fn body(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.json().await.expect("JSON")
}

/// Status and error, whose every part is there.
pub(crate) async fn refusal(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    refused(answer).await
}

pub(crate) async fn refused(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let retry = answer.headers().get("retry-after").cloned();
    assert_eq!(retry.is_some(), matches!(status, 429 | 503), "{status}");
    let body: Value = answer.json().await.expect("JSON");
    for part in ["code", "message", "messagePt", "fix", "docs"] {
        assert!(body["error"][part].is_string(), "{part}: {body}");
    }
    (status, body["error"].clone())
}

pub(crate) fn word(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

/// Everything works under this host, which was verified so many seconds ago.
pub(crate) fn verified(snapshot: &mut Snapshot, host: &str, seconds_ago: u64) {
    let at = unix_ms() - seconds_ago * 1000;
    snapshot.phase = Phase::Ready;
    snapshot.public_host = Some(host.to_owned());
    snapshot.verified_at = Some(at);
    snapshot.expires_at = Some(at + 150_000);
    snapshot.services = vec![service("livekit", Role::Livekit, State::Ok)];
}
