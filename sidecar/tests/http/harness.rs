//! The listeners on free ports of this machine, and how they are asked.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HOST;
use reqwest::{Client, RequestBuilder, StatusCode};
use sidelink::clock::Clock;
use sidelink::documents::Published;
use sidelink::engine::Handle;
use sidelink::http;
use sidelink::model::{Event, Phase, Snapshot};
use sidelink::secrets::Secrets;
use sidelink::template::Template;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

pub(crate) const QUICK: &str = "north-ember-delta-kettle.trycloudflare.com";
pub(crate) const TOKEN: &str = "control-token-of-this-test";

/// Both listeners over a publication that the test changes.
pub(crate) struct Sidecar {
    pub published: watch::Sender<Arc<Published>>,
    pub draining: watch::Sender<bool>,
    pub public: String,
    pub control: String,
    pub client: Client,
    clock: Clock,
    /// What the engine is told.
    pub events: mpsc::Receiver<Event>,
}

impl Sidecar {
    pub(crate) async fn starts() -> Self {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.revision = 100;
        snapshot.template = Template::parse("env: {SITE: '${origin}'}")
            .ok()
            .map(Arc::new);
        let clock = Clock::start();
        let (published, reader) = watch::channel(Published::render(snapshot, clock.now(), 8080));
        let (draining, drains) = watch::channel(false);
        let (events_in, events) = mpsc::channel(16);
        let handle = Handle {
            clock,
            events: events_in,
        };
        let app = http::App::new(reader, handle, secrets(), drains);
        Self {
            published,
            clock,
            events,
            public: listen(http::public(app.clone()), draining.subscribe()).await,
            control: listen(http::control(app), draining.subscribe()).await,
            draining,
            client: sidelink::probe::local_client(Duration::from_secs(5)).expect("a client"),
        }
    }

    pub(crate) fn publishes(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = self.published.borrow().snapshot.clone();
        snapshot.sequence += 1;
        snapshot.revision += 1;
        change(&mut snapshot);
        self.published
            .send_replace(Published::render(snapshot, self.clock.now(), 8080));
    }

    pub(crate) fn is_ready(&self) {
        self.publishes(|snapshot| {
            snapshot.phase = Phase::Ready;
            snapshot.public_host = Some(QUICK.to_owned());
        });
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.public))
    }

    /// On the control port, under a name that it knows.
    pub(crate) fn control(&self, path: &str) -> RequestBuilder {
        self.client
            .get(format!("http://{}{path}", self.control))
            .header(HOST, "localhost:8788")
    }
}

pub(crate) async fn listen(router: axum::Router, mut drains: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(http::serve(listener, router, async move {
        let _ = drains.wait_for(|&draining| draining).await;
    }));
    address
}

pub(crate) fn secrets() -> Secrets {
    Secrets {
        instance: "i1".into(),
        control_token: TOKEN.into(),
        livekit_key: "key".into(),
        livekit_secret: "a-livekit-secret-of-32-characters".into(),
        redis_password: "redis".into(),
        icecast_admin: "icecast".into(),
    }
}

pub(crate) async fn status_of(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("an answer").status()
}

pub(crate) async fn json_of(request: RequestBuilder) -> serde_json::Value {
    request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}
