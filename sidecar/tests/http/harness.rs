//! The listeners on free ports of this machine, and how they are asked.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use sidelink::config::secrets::Secrets;
use sidelink::config::settings::{Routes, Settings};
use sidelink::connections::Connections;
use sidelink::http;
use sidelink::ice::IceConfig;
use sidelink::links::Links;
use sidelink::livekit::room_service::RoomService;
use sidelink::publisher::Publisher;
use sidelink::runtime::clock::Clock;
use sidelink::runtime::engine::Handle;
use sidelink::runtime_config::cache::RuntimeConfigCache;
use sidelink::storage::recent_hostnames::RecentHostnames;
use sidelink::storage::redis::RedisConnection;
use sidelink_core::{Event, Phase, Snapshot};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error as Refused};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::rooms::{Ended, Rooms, livekit};

pub(crate) const QUICK: &str = "north-ember-delta-kettle.trycloudflare.com";
pub(crate) const TOKEN: &str = "control-token-of-this-test";
pub(crate) const APP_TOKEN: &str = "app-token-of-this-test";
pub(crate) const PUBLISHER_TOKEN: &str = "publisher-token-of-this-test";

/// A port without a listener.
const CLOSED: &str = "127.0.0.1:9";

/// An open WebSocket.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Both listeners over a publication that the test changes.
pub(crate) struct Sidecar {
    pub published: watch::Sender<Arc<RuntimeConfigCache>>,
    pub draining: watch::Sender<bool>,
    pub public: String,
    pub control: String,
    pub client: Client,
    pub clock: Clock,
    pub hostnames: RecentHostnames,
    /// Rooms that LiveKit was asked to end.
    pub ended: Ended,
    /// LiveKit's.
    pub rooms: Rooms,
    /// Events for the engine.
    pub events: mpsc::Receiver<Event>,
}

impl Sidecar {
    pub(crate) async fn starts() -> Self {
        Self::starts_with(CLOSED).await
    }

    /// `origin`: other pages that may read.
    pub(crate) async fn starts_allowing(origin: &str) -> Self {
        let mut settings = settings();
        settings.allowed_origins = vec![origin.to_owned()];
        Self::starts_as(settings).await
    }

    /// `redis`: where links are kept.
    pub(crate) async fn starts_with(redis: &str) -> Self {
        Self::starts_as(settings_with(redis)).await
    }

    /// The same with one more setting.
    pub(crate) async fn starts_set(redis: &str, setting: (&str, &str)) -> Self {
        let settings = settings_from(&[("SIDELINK_REDIS", redis), setting]);
        Self::starts_as(settings).await
    }

    /// With a publisher at this address.
    pub(crate) async fn starts_playing(publisher: &str) -> Self {
        Self::starts_as(settings_from(&[("SIDELINK_PUBLISHER", publisher)])).await
    }

    /// With `compose/lan.yaml`.
    pub(crate) async fn starts_on_lan() -> Self {
        Self::starts_set(CLOSED, ("SIDELINK_LAN", "on")).await
    }

    async fn starts_as(settings: Settings) -> Self {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.revision = 100;
        snapshot.template = sidelink::runtime_config::template::parse("env: {SITE: '${origin}'}")
            .ok()
            .map(Arc::new);
        let clock = Clock::start();
        let (published, reader) = watch::channel(RuntimeConfigCache::render(
            snapshot,
            clock.now(),
            Routes::Root,
        ));
        let (draining, drains) = watch::channel(false);
        let (events_in, events) = mpsc::channel(256);
        let handle = Handle {
            clock,
            events: events_in,
        };
        let hostnames = RecentHostnames::default();
        let (service, rooms, ended) = livekit().await;
        let links = links_in(&settings, clock);
        let ice = ice(&settings);
        let publisher = publisher(&settings);
        tokio::spawn(Arc::clone(&links).follow(
            reader.clone(),
            handle.events.clone(),
            service.clone(),
            clock,
        ));
        let app = http::App::new(http::Parts {
            published: reader,
            engine: handle,
            secrets: secrets(),
            settings,
            links,
            hostnames: hostnames.clone(),
            connections: Arc::new(Connections::new(service.clone())),
            rooms: service,
            ice: Arc::new(ice),
            publisher,
            metrics: Arc::default(),
            draining: drains,
        });
        Self {
            published,
            clock,
            hostnames,
            ended,
            rooms,
            events,
            public: listen(http::public(app.clone()), draining.subscribe()).await,
            control: listen(http::control(app), draining.subscribe()).await,
            draining,
            client: sidelink::http_client::local_client(Duration::from_secs(5)).expect("a client"),
        }
    }

    pub(crate) fn publishes(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = self.published.borrow().snapshot.clone();
        snapshot.sequence += 1;
        snapshot.revision += 1;
        change(&mut snapshot);
        self.published.send_replace(RuntimeConfigCache::render(
            snapshot,
            self.clock.now(),
            Routes::Root,
        ));
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

impl Sidecar {
    /// On the control port, with its token.
    pub(crate) fn asks(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.control))
            .header(HOST, "localhost:8788")
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
    }

    /// The same from the dashboard's own page, with its session.
    pub(crate) fn page_asks(&self, method: Method, path: &str, session: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.control))
            .header(HOST, "localhost:8788")
            .header(ORIGIN, "http://localhost:8788")
            .header(COOKIE, format!("theme=dark; sidelink_session={session}"))
    }

    /// A session, as a browser gets one.
    pub(crate) async fn signs_in(&self) -> String {
        let link = json_of(self.asks(Method::POST, "/dashboard/code")).await;
        let url = link["url"].as_str().expect("a link");
        let path = url
            .strip_prefix("http://127.0.0.1:18788")
            .expect("under the published port");
        let answer = self.control(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], "/");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text");
        for part in [
            "; HttpOnly",
            "; SameSite=Strict",
            "; Path=/",
            "; Max-Age=43200",
        ] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        let value = cookie.split([';', '=']).nth(1);
        value.expect("a value").to_owned()
    }

    /// The full status, followed.
    pub(crate) async fn follows(&self, header: (&str, &str)) -> Result<Socket, Refused> {
        let uri = format!("ws://{}/status/ws", self.control);
        let request = ClientRequestBuilder::new(uri.parse().expect("a URI"))
            .with_header("Host", "localhost:8788")
            .with_header(header.0, header.1);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(socket)
    }
}

pub(crate) async fn listen(site: impl http::Site, mut drains: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(http::serve(listener, site, 512, async move {
        let _ = drains.wait_for(|&draining| draining).await;
    }));
    address
}

pub(crate) fn ice(settings: &Settings) -> IceConfig {
    let turn = settings.turn.clone();
    let secrets = Secrets {
        turn_credential: turn.is_some().then(|| "a-turn-secret".into()),
        ..secrets()
    };
    let client = sidelink::http_client::local_client(Duration::from_secs(5)).expect("a client");
    IceConfig::new(&settings.stun, turn, &secrets, client).expect("fits")
}

/// The publisher's token as `init` leaves it.
fn publisher(settings: &Settings) -> Option<Arc<Publisher>> {
    let at = settings.publisher.as_ref()?;
    let folder = std::env::temp_dir().join(format!("sidelink-http-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    std::fs::write(folder.join("publisher-token"), PUBLISHER_TOKEN).expect("writes");
    let client = sidelink::http_client::local_client(Duration::from_secs(5)).expect("a client");
    let publisher = Publisher::new(client, at, &folder).expect("has its token");
    Some(Arc::new(publisher))
}

pub(crate) fn secrets() -> Secrets {
    Secrets {
        instance: "i1".into(),
        control_token: TOKEN.into(),
        app_token: APP_TOKEN.into(),
        livekit_key: "key".into(),
        livekit_secret: "a-livekit-secret-of-32-characters".into(),
        redis_password: "redis".into(),
        icecast_admin: "icecast".into(),
        turn_credential: None,
    }
}

/// Nothing of this machine is reached: what would be is a closed port.
pub(crate) fn settings() -> Settings {
    settings_with(CLOSED)
}

pub(crate) fn links_in(settings: &Settings, clock: Clock) -> Arc<Links> {
    let redis =
        RedisConnection::new(&settings.redis, &secrets().redis_password).expect("an address");
    Links::new(Arc::new(redis), clock)
}

/// A LiveKit that is not there.
pub(crate) fn no_rooms() -> RoomService {
    let client = sidelink::http_client::local_client(Duration::from_secs(1)).expect("a client");
    RoomService::new(client, &format!("http://{CLOSED}"), secrets())
}

pub(crate) fn settings_with(redis: &str) -> Settings {
    settings_from(&[("SIDELINK_REDIS", redis)])
}

/// The same with these settings.
fn settings_from(own: &[(&str, &str)]) -> Settings {
    let vars = [
        ("DOCKER_HOST", "tcp://127.0.0.1:9"),
        ("SIDELINK_CONTROL_PORT", "18788"),
        ("SIDELINK_DOH_RESOLVERS", "https://127.0.0.1:9/dns-query"),
        ("SIDELINK_STUN", "off"),
        ("SIDELINK_SECRETS", "/nonexistent-secrets-of-this-test"),
    ];
    let vars = vars.iter().chain(own);
    let vars = vars.map(|&(key, value)| (key.to_owned(), value.to_owned()));
    Settings::from_vars(vars.collect()).expect("good settings")
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
