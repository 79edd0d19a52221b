//! Two listeners: one for what the gateway passes on, and one for this machine and the stack's containers.
//!
//! [`ROUTES`] lists every route with its listener and the credentials that it accepts.
//!
//! A handler reads its input, answers from the latest publication or calls a use case, and writes the response.

mod actions;
mod body;
mod connections;
mod cors;
mod dashboard;
mod doctor;
mod error;
mod guard;
mod health;
mod ice_servers;
mod links;
mod livekit;
mod login;
mod metrics;
mod openapi;
mod poll;
mod qr;
mod routes;
mod runtime_config;
mod server;
pub mod session;
mod status;
mod verify;
mod videos;
mod visitor;
mod websocket;

use std::ops::Deref;
use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, middleware};
use serde::Serialize;
use tokio::sync::watch;

use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::connections::{ConnectionLimit, Connections};
use crate::doctor::Doctor;
use crate::http::session::Sessions;
use crate::ice::IceConfig;
use crate::links::{DirectAddress, LinkService, Links};
use crate::livekit::room_service::RoomService;
use crate::publisher::Publisher;
use crate::runtime::engine::Handle;
use crate::runtime::engine_client::EngineClient;
use crate::runtime::metrics::Metrics;
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::recent_hostnames::RecentHostnames;
pub use error::CODES as ERROR_CODES;
use error::Error;
pub use login::LoginLink;
pub use routes::{Access, Listener, ROUTES, Route};
pub use server::{Site, serve};
pub use status::{StartupView, StatusView};
use visitor::{LanVisits, Permits, VisitorAddresses};
use websocket::Followers;

/// The largest body that any route takes, bytes: a few short names.
const MAX_BODY: usize = 16 * 1024;

/// The state of all handlers.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

/// What all requests share.
#[derive(Debug)]
pub struct Shared {
    engine: EngineClient,
    secrets: Arc<Secrets>,
    settings: Arc<Settings>,
    sessions: Sessions,
    doctor: Arc<Doctor>,
    followers: Followers,
    permits: Permits,
    addresses: VisitorAddresses,
    lan_visits: LanVisits,
    hostnames: RecentHostnames,
    links: LinkService,
    ice: Arc<IceConfig>,
    publisher: Option<Arc<Publisher>>,
    connections: Arc<Connections>,
    connection_limit: Arc<ConnectionLimit>,
    metrics: Arc<Metrics>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What the listeners need of the program.
#[derive(Debug)]
pub struct Parts {
    /// The engine's publications.
    pub published: watch::Receiver<Arc<RuntimeConfigCache>>,
    /// The engine.
    pub engine: Handle,
    /// Credentials of callers, and the key of LiveKit's tokens.
    pub secrets: Secrets,
    /// The program's settings.
    pub settings: Settings,
    /// Links in Redis.
    pub links: Arc<Links>,
    /// Hostnames of the last 24 h, whose pages may read the public listener.
    pub hostnames: RecentHostnames,
    /// LiveKit's rooms.
    pub rooms: RoomService,
    /// Their participants.
    pub connections: Arc<Connections>,
    /// ICE servers for pages.
    pub ice: Arc<IceConfig>,
    /// The publisher of videos, where it is in use.
    pub publisher: Option<Arc<Publisher>>,
    /// Counters that `/metrics` shows.
    pub metrics: Arc<Metrics>,
    /// Turns true when the process is about to end.
    pub draining: watch::Receiver<bool>,
}

impl App {
    /// Returns the state for both listeners.
    pub fn new(parts: Parts) -> Self {
        let settings = Arc::new(parts.settings);
        let secrets = Arc::new(parts.secrets);
        let connection_limit =
            ConnectionLimit::new(Arc::clone(&parts.connections), settings.max_connections);
        let connection_limit = Arc::new(connection_limit);
        let engine = EngineClient::new(parts.engine, parts.published, parts.draining);
        let links = LinkService::new(
            parts.links,
            engine.clone(),
            parts.rooms,
            Arc::clone(&secrets),
            DirectAddress::new(settings.stun.clone(), settings.media_udp_port),
            Arc::clone(&parts.ice),
            Arc::clone(&connection_limit),
        );
        Self(Arc::new(Shared {
            engine,
            secrets,
            doctor: Arc::new(Doctor::of(Arc::clone(&settings))),
            settings,
            sessions: Sessions::default(),
            followers: Followers::default(),
            permits: Permits::default(),
            addresses: VisitorAddresses::default(),
            lan_visits: LanVisits::default(),
            hostnames: parts.hostnames,
            links,
            ice: parts.ice,
            publisher: parts.publisher,
            connections: parts.connections,
            connection_limit,
            metrics: parts.metrics,
        }))
    }

    /// Returns what was published last.
    fn latest(&self) -> Arc<RuntimeConfigCache> {
        self.engine.latest()
    }

    /// Returns the current state, also right after the machine was suspended.
    async fn now(&self) -> Arc<RuntimeConfigCache> {
        self.engine.now().await
    }
}

/// Returns the listener behind the gateway. Pages under the stack's recent hostnames may read it (CORS).
pub fn public(app: App) -> impl Site {
    let count = middleware::from_fn_with_state(app.clone(), metrics::count);
    let routes = with_fallbacks(routes::shared().merge(routes::public().route_layer(count)));
    cors::site(app.clone(), routes.with_state(app))
}

/// Returns the listener for this machine and the stack's containers.
pub fn control(app: App) -> Router {
    let guard = middleware::from_fn_with_state(app.clone(), guard::check_credential);
    let guarded = routes::guarded().route_layer(guard);
    let count = middleware::from_fn_with_state(app.clone(), metrics::count);
    let counted = routes::open().merge(guarded).route_layer(count);
    with_fallbacks(routes::shared().merge(counted))
        .layer(middleware::from_fn(guard::check_host_and_origin))
        .layer(middleware::from_fn(dashboard::set_security_headers))
        .with_state(app)
}

/// Returns a JSON answer that no cache keeps.
fn uncached(view: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

fn with_fallbacks(router: Router<App>) -> Router<App> {
    router
        .fallback(|| async { Error::NOT_FOUND })
        .method_not_allowed_fallback(|| async { Error::METHOD })
}
