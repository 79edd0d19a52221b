//! The routes, asked over real sockets as pages, commands and strangers ask.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::header::{AUTHORIZATION, ETAG, HOST, IF_NONE_MATCH, ORIGIN};
use reqwest::{Client, RequestBuilder, StatusCode};
use sidelink::documents::Published;
use sidelink::http;
use sidelink::model::{Phase, Snapshot};
use sidelink::secrets::Secrets;
use sidelink::template::Template;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};

const QUICK: &str = "north-ember-delta-kettle.trycloudflare.com";
const TOKEN: &str = "control-token-of-this-test";

/// Both listeners over a publication that the test changes.
struct Sidecar {
    published: watch::Sender<Arc<Published>>,
    draining: watch::Sender<bool>,
    public: String,
    control: String,
    client: Client,
}

impl Sidecar {
    async fn starts() -> Self {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.revision = 100;
        snapshot.template = Template::parse("env: {SITE: '${origin}'}")
            .ok()
            .map(Arc::new);
        let (published, reader) = watch::channel(Published::render(snapshot, 8080));
        let (draining, drains) = watch::channel(false);
        let app = http::App::new(reader, secrets(), drains);
        Self {
            published,
            public: listen(http::public(app.clone()), draining.subscribe()).await,
            control: listen(http::control(app), draining.subscribe()).await,
            draining,
            client: sidelink::probe::local_client(Duration::from_secs(5)).expect("a client"),
        }
    }

    fn publishes(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = self.published.borrow().snapshot.clone();
        snapshot.sequence += 1;
        snapshot.revision += 1;
        change(&mut snapshot);
        self.published
            .send_replace(Published::render(snapshot, 8080));
    }

    fn is_ready(&self) {
        self.publishes(|snapshot| {
            snapshot.phase = Phase::Ready;
            snapshot.public_host = Some(QUICK.to_owned());
        });
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.public))
    }

    /// On the control port, under a name that it knows.
    fn control(&self, path: &str) -> RequestBuilder {
        self.client
            .get(format!("http://{}{path}", self.control))
            .header(HOST, "localhost:8788")
    }
}

async fn listen(router: axum::Router, mut drains: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(http::serve(listener, router, async move {
        let _ = drains.wait_for(|&draining| draining).await;
    }));
    address
}

fn secrets() -> Secrets {
    Secrets {
        instance: "i1".into(),
        control_token: TOKEN.into(),
        livekit_key: "key".into(),
        livekit_secret: "a-livekit-secret-of-32-characters".into(),
        redis_password: "redis".into(),
        icecast_admin: "icecast".into(),
    }
}

async fn status_of(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("an answer").status()
}

async fn json_of(request: RequestBuilder) -> serde_json::Value {
    request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

#[tokio::test]
async fn a_page_that_knows_the_revision_gets_304() {
    let sidecar = Sidecar::starts().await;
    let first = sidecar
        .get("/runtime-config")
        .send()
        .await
        .expect("an answer");
    assert_eq!(first.headers()["cache-control"], "no-store");
    assert_eq!(first.headers()["vary"], "host");
    let etag = first.headers()[ETAG].clone();
    let again = || {
        sidecar
            .get("/runtime-config")
            .header(IF_NONE_MATCH, etag.clone())
    };
    assert_eq!(status_of(again()).await, StatusCode::NOT_MODIFIED);
    sidecar.is_ready();
    assert_eq!(status_of(again()).await, StatusCode::OK);
}

#[tokio::test]
async fn the_origin_fits_the_asker() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let public = json_of(sidecar.get("/runtime-config").header(HOST, QUICK)).await;
    assert_eq!(public["env"]["SITE"], format!("https://{QUICK}"));
    let local = json_of(
        sidecar
            .get("/runtime-config")
            .header(HOST, "localhost:8080"),
    )
    .await;
    assert_eq!(local["livekitUrl"], "ws://localhost:8080");
    assert_eq!(local["publicUrl"], format!("https://{QUICK}"));
}

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
async fn a_long_poll_without_news_ends_with_the_same() {
    let sidecar = Sidecar::starts().await;
    assert_eq!(
        json_of(sidecar.get("/runtime-config?after=100&wait=1s")).await["revision"],
        100
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_fix() {
    let sidecar = Sidecar::starts().await;
    for path in [
        "/runtime-config?after=x",
        "/runtime-config?after=1&wait=1h",
        "/status?after=-1",
        "/runtime-config?wait=0",
    ] {
        let answer = sidecar.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let error: serde_json::Value = answer.json().await.expect("JSON");
        for key in ["code", "message", "message_pt", "fix", "docs"] {
            assert!(
                error["error"][key].is_string(),
                "{path}: {key} is missing in {error}"
            );
        }
    }
    assert_eq!(
        status_of(sidecar.get("/nothing")).await,
        StatusCode::NOT_FOUND
    );
    let post = sidecar
        .client
        .post(format!("http://{}/runtime-config", sidecar.public));
    assert_eq!(status_of(post).await, StatusCode::METHOD_NOT_ALLOWED);
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
async fn an_end_is_told_to_whoever_waits() {
    let sidecar = Sidecar::starts().await;
    let url = format!("ws://{}/runtime-config/ws", sidecar.public);
    let (mut socket, _) = tokio_tungstenite::connect_async(url)
        .await
        .expect("upgrades");
    assert_eq!(revision(socket.next().await), 100);
    let before = sidecar.published.receiver_count();
    let poll = tokio::spawn(json_of(sidecar.get("/runtime-config?after=100&wait=60s")));
    // The handler's, and the one that it waits with.
    while sidecar.published.receiver_count() < before + 2 {
        tokio::task::yield_now().await;
    }
    sidecar.draining.send_replace(true);
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));
    assert_eq!(poll.await.expect("answered")["revision"], 100);
}

#[tokio::test]
async fn ready_follows_the_phase() {
    let sidecar = Sidecar::starts().await;
    assert_eq!(status_of(sidecar.get("/healthz")).await, StatusCode::OK);
    assert_eq!(
        status_of(sidecar.get("/readyz")).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    sidecar.is_ready();
    assert_eq!(status_of(sidecar.get("/readyz")).await, StatusCode::OK);
    sidecar.publishes(|snapshot| snapshot.phase = Phase::Degraded);
    assert_eq!(
        status_of(sidecar.get("/readyz")).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn the_control_port_knows_its_names_its_origin_and_its_token() {
    let sidecar = Sidecar::starts().await;
    let bearer = format!("Bearer {TOKEN}");
    let asks = |host: &str| {
        let request = sidecar
            .client
            .get(format!("http://{}/status", sidecar.control));
        request.header(HOST, host).header(AUTHORIZATION, &bearer)
    };
    for host in [
        "localhost:8788",
        "127.0.0.1:8788",
        "[::1]:8788",
        "sidecar:8788",
    ] {
        assert_eq!(status_of(asks(host)).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "localhost:8788.evil.example",
        QUICK,
    ] {
        assert_eq!(
            status_of(asks(host)).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
    }
    let host = "localhost:8788";
    assert_eq!(
        status_of(asks(host).header(ORIGIN, "http://localhost:8788")).await,
        StatusCode::OK
    );
    for origin in ["https://evil.example", "null", "http://localhost:8080"] {
        assert_eq!(
            status_of(asks(host).header(ORIGIN, origin)).await,
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    for path in ["/status", "/qr.svg"] {
        assert_eq!(
            status_of(sidecar.control(path)).await,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        let wrong = sidecar
            .control(path)
            .header(AUTHORIZATION, "Bearer control-token-of-this-tesT");
        assert_eq!(status_of(wrong).await, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn the_public_listener_has_no_control_routes_and_no_internals() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    for path in ["/qr.svg", "/metrics", "/livekit-token"] {
        assert_eq!(
            status_of(sidecar.get(path)).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let status = sidecar
        .get("/status")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(!status.contains(QUICK), "{status}");
    let full = sidecar
        .control("/status")
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
    assert_eq!(json_of(full).await["publicUrl"], format!("https://{QUICK}"));
}

#[tokio::test]
async fn a_livekit_token_opens_one_room_and_its_request_has_limits() {
    let sidecar = Sidecar::starts().await;
    let asks = |body: &str| {
        let request = sidecar
            .client
            .post(format!("http://{}/livekit-token", sidecar.control));
        let request = request
            .header(HOST, "sidecar:8788")
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
        request
            .header("content-type", "application/json")
            .body(body.to_owned())
    };
    let answer = json_of(asks(r#"{"room":"lobby","identity":"ana-1","name":"Ana"}"#)).await;
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_issuer(&["key"]);
    let key = jsonwebtoken::DecodingKey::from_secret(b"a-livekit-secret-of-32-characters");
    let token = answer["token"].as_str().expect("a token");
    let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation)
        .expect("is valid")
        .claims;
    assert_eq!(claims["video"]["room"], "lobby");
    assert_eq!(claims["sub"], "ana-1");
    assert!(claims["video"].get("roomAdmin").is_none());
    for bad in [
        r#"{"room":"sidelink-probe","identity":"a"}"#,
        r#"{"room":"","identity":"a"}"#,
        r#"{"room":"r","identity":"a\n"}"#,
        r#"{"room":"r","identity":"a","admin":true}"#,
        "room=r",
    ] {
        assert_eq!(status_of(asks(bad)).await, StatusCode::BAD_REQUEST, "{bad}");
    }
    let long = format!(r#"{{"room":"{}","identity":"a"}}"#, "r".repeat(20_000));
    assert_eq!(status_of(asks(&long)).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_qr_code_comes_with_the_proof() {
    let sidecar = Sidecar::starts().await;
    let asks = || {
        sidecar
            .control("/qr.svg")
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
    };
    assert_eq!(status_of(asks()).await, StatusCode::NOT_FOUND);
    sidecar.is_ready();
    let answer = asks().send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
}
