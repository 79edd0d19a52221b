//! Two listeners, one for what the gateway may pass on and one for this machine.
//!
//! | route | where | answer |
//! |---|---|---|
//! | `GET /runtime-config[?after=N&wait=25s]` | both | the document; `ETag`, `304`, long poll |
//! | `GET /runtime-config.js` | both | the same as a script |
//! | `GET /runtime-config/ws` | both | the document now and at every new revision |
//! | `GET /healthz`, `/health` | both | the process lives |
//! | `GET /readyz` | both | the phase is `ready`, or 503 and what is awaited |
//! | `GET /status[?after=N&wait=25s]` | both | layers and services; in public layers only, without internals |
//! | `GET /startup[?after=N&wait=25s]` | control | what no tunnel opens before, for the gate |
//! | `GET /status/ws` | control, signed in | the status now and at every change |
//! | `POST /verify[?maxAge=5s]` | control, signed in | `/status`, after a proof of the link not older than that |
//! | `GET /qr.svg` | control, signed in | the link as a QR code |
//! | `POST /services/{name}/restart` | control, signed in | 202: the service is restarted, or started |
//! | `POST /tunnel/wake` | control, signed in | 202: a link is wanted, a tunnel that sleeps is woken |
//! | `GET /doctor[?lang=pt]` | control, signed in | every check and its next step; text by `Accept` |
//! | `POST /dashboard/code` | control, operator | a login link, good once and for ten minutes |
//! | `POST /livekit-token` | control, app | a LiveKit access token for one room |
//! | `POST /links[?wait=25s]` | control, app | 201: a link, verified; 202: what is awaited |
//! | `GET /links[?after=N&wait=25s]` | control, app | the latest links, long poll |
//! | `GET`, `DELETE /links/{token}` | control, app | one of them; its end |
//! | `POST /links/{token}/resend[?wait=25s]` | control, app | a link that people have, under the present name |
//! | `POST /phone-check[?wait=25s]` | control, signed in | as `POST /links`: a link to try a phone with |
//! | `GET /links/{token}` | public | what a link is, for whoever has it |
//! | `POST /links/{token}/join` | public; control, app | LiveKit's address and an access token for the link's room |
//! | `POST /links/{token}/report` | public | 204: a page says how far its video reached |
//! | `GET /`, `/dashboard.css`, … | control | the dashboard, which holds no data by itself |
//! | `GET /login?code=…` | control | signs a browser in, and on to the dashboard |
//! | `POST /logout`, `GET /session` | control | signs it out; whether it is signed in |
//! | `GET /openapi.json` | control | all of this for programs |
//! | `GET /metrics` | control | Prometheus text |
//!
//! Pages that were opened under a name that this stack had in the last 24 h may read the public answers (CORS),
//! unless they ask under this machine's own names.
//!
//! *Signed in* is who holds the operator's token, or a browser with a session's cookie; *app* takes the app's token
//! beside the operator's, and so does `GET /status`.
//!
//! A handler takes the publication and answers; it waits for the engine only where a machine has just woken up.

mod actions;
mod cors;
mod dashboard;
mod doctor;
mod error;
mod guard;
mod health;
mod links;
mod livekit;
mod metrics;
mod openapi;
mod poll;
mod qr;
mod runtime_config;
mod server;
pub mod session;
mod signing_in;
mod status;
mod verify;
mod visitor;
mod websocket;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::doctor::Doctor;
use crate::http::session::Sessions;
use crate::links::Links;
use crate::livekit::room_service::RoomService;
use crate::runtime::engine::Handle;
use crate::runtime::metrics::Metrics;
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::recent_hostnames::Hostnames;
use error::Error;
pub use server::{Site, serve};
use sidelink_core::Event;
pub use signing_in::LoginLink;
pub use status::{StartupView, StatusView};
use visitor::{Addresses, Places};
use websocket::Followers;

/// The largest body that any route takes is a few short names.
const MAX_BODY: usize = 16 * 1024;

/// The engine takes in an event within microseconds.
const NOTICED: Duration = Duration::from_millis(250);

/// What the handlers answer from. Each request holds one.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

/// What all requests share.
#[derive(Debug)]
pub struct Shared {
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
    engine: Handle,
    secrets: Arc<Secrets>,
    settings: Arc<Settings>,
    sessions: Sessions,
    doctor: Arc<Doctor>,
    followers: Followers,
    places: Places,
    addresses: Addresses,
    hostnames: Hostnames,
    links: Arc<Links>,
    rooms: RoomService,
    metrics: Arc<Metrics>,
    told: links::Told,
    /// Turns true when the process is about to end: whoever waits is answered.
    draining: watch::Receiver<bool>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What the handlers work with.
#[derive(Debug)]
pub struct Parts {
    /// What is true now.
    pub published: watch::Receiver<Arc<RuntimeConfigCache>>,
    /// Whom to tell.
    pub engine: Handle,
    /// Who may, and what tokens are signed with.
    pub secrets: Secrets,
    /// As the environment says.
    pub settings: Settings,
    /// Links that are handed out.
    pub links: Arc<Links>,
    /// Pages that were opened under one of these names are answered by the public listener.
    pub hostnames: Hostnames,
    /// Rooms of links that end.
    pub rooms: RoomService,
    /// Counters that `/metrics` shows.
    pub metrics: Arc<Metrics>,
    /// Turns true when the process is about to end.
    pub draining: watch::Receiver<bool>,
}

impl App {
    /// One for both listeners.
    pub fn new(parts: Parts) -> Self {
        let settings = Arc::new(parts.settings);
        Self(Arc::new(Shared {
            published: parts.published,
            engine: parts.engine,
            secrets: Arc::new(parts.secrets),
            doctor: Arc::new(Doctor::of(Arc::clone(&settings))),
            settings,
            sessions: Sessions::default(),
            followers: Followers::default(),
            places: Places::default(),
            addresses: Addresses::default(),
            hostnames: parts.hostnames,
            links: parts.links,
            rooms: parts.rooms,
            metrics: parts.metrics,
            told: links::Told::default(),
            draining: parts.draining,
        }))
    }

    /// Ends when the process is about to end.
    async fn drains(&self) {
        // A sender that is gone means the same.
        let _ = self.draining.clone().wait_for(|&draining| draining).await;
    }

    /// What was published last.
    fn latest(&self) -> Arc<RuntimeConfigCache> {
        Arc::clone(&self.published.borrow())
    }

    /// What is true now. After a sleep that the engine has not noticed yet, it is told first.
    async fn now(&self) -> Arc<RuntimeConfigCache> {
        let latest = self.latest();
        if latest.holds(self.engine.clock.now()) {
            return latest;
        }
        let mut published = self.published.clone();
        self.engine.tell(Event::Tick).await;
        let newer = published.wait_for(|published| published.holds(self.engine.clock.now()));
        let _ = timeout(NOTICED, newer).await;
        self.latest()
    }
}

/// What the gateway may pass on.
pub fn public(app: App) -> impl Site {
    let routes = Router::new()
        .route("/status", get(status::public))
        .route("/links/{token}", get(links::show))
        .route("/links/{token}/join", post(links::join))
        .route("/links/{token}/report", post(links::report))
        .route_layer(middleware::from_fn_with_state(app.clone(), metrics::count));
    cors::site(app.clone(), shared(routes).with_state(app))
}

/// For this machine and the stack's containers. Whatever shows a link or changes something wants a credential:
/// `guard` lists which.
pub fn control(app: App) -> Router {
    let guarded = Router::new()
        .route("/status", get(status::full))
        .route("/status/ws", get(websocket::full_status))
        .route("/verify", post(verify::verify))
        .route("/qr.svg", get(qr::svg))
        .route("/services/{name}/restart", post(actions::restart))
        .route("/tunnel/wake", post(actions::link))
        .route("/doctor", get(doctor::report))
        .route("/phone-check", post(links::phone_check))
        .route("/dashboard/code", post(signing_in::code))
        .route("/livekit-token", post(livekit::token))
        .route("/links", get(links::all).post(links::make))
        .route("/links/{token}", get(links::one).delete(links::end))
        .route("/links/{token}/resend", post(links::resend))
        .route("/links/{token}/join", post(links::join_as_host))
        .route_layer(middleware::from_fn_with_state(app.clone(), guard::allowed));
    let open = dashboard::routes()
        .route("/login", get(signing_in::login))
        .route("/logout", post(signing_in::logout))
        .route("/session", get(signing_in::session))
        .route("/openapi.json", get(openapi::json))
        .route("/startup", get(status::startup))
        .route("/metrics", get(metrics::text));
    let counted = open
        .merge(guarded)
        .route_layer(middleware::from_fn_with_state(app.clone(), metrics::count));
    shared(counted)
        .layer(middleware::from_fn(guard::host_and_origin))
        .layer(middleware::from_fn(dashboard::strictly))
        .with_state(app)
}

fn shared(router: Router<App>) -> Router<App> {
    router
        .route("/runtime-config", get(runtime_config::json))
        .route("/runtime-config.js", get(runtime_config::script))
        .route("/runtime-config/ws", get(websocket::configuration))
        .route("/healthz", get(health::live))
        .route("/health", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(|| async { Error::NOT_FOUND })
        .method_not_allowed_fallback(|| async { Error::METHOD })
}
