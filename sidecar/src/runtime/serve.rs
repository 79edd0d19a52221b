//! `sidelink serve`: reads the settings, does everything that may fail, and then runs the workers until a signal.

mod running;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::connections::Connections;
use crate::gateway::app_check::{self, AppCheck};
use crate::gateway::notices;
use crate::http_client::local_client;
use crate::ice::IceConfig;
use crate::init::claim;
use crate::links::Links;
use crate::livekit::call_migration::AddressAnnouncer;
use crate::livekit::room_service::RoomService;
use crate::probe::Probes;
use crate::publisher::{self, Publisher};
use crate::runtime::clock::Clock;
use crate::runtime::effects::Effects;
use crate::runtime::engine::{EVENTS, Engine, Handle};
use crate::runtime::engine_client::ended;
use crate::runtime::exit::CommandFailure;
use crate::runtime::metrics::Metrics;
use crate::runtime::{descriptors, log, startup_log};
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::runtime_config::file as config_file;
use crate::storage::persistence::Persister;
use crate::storage::recent_hostnames::RecentHostnames;
use crate::storage::redis::RedisConnection;
use crate::turn::TurnCheck;
use crate::verification::Verifier;
use crate::{docker, http, http_client, ice};
use running::{Sidecar, Stop};
use sidelink_core::{Event, Model};

/// Descriptors for everything but visitors' connections: probes, verification, Docker, Redis, files.
const OWN_DESCRIPTORS: usize = 128;
/// Connections of a dashboard, some programs and their WebSockets.
const MAX_CONTROL_CONNECTIONS: usize = 256;
/// One for each page that follows the runtime config, and some for short requests.
const MAX_PUBLIC_CONNECTIONS: usize = 21_000;

/// LiveKit itself waits some seconds for a room that does not exist.
const ROOM_SERVICE_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs until SIGTERM or SIGINT.
pub async fn serve() -> Result<(), CommandFailure> {
    let settings = Settings::from_env().map_err(CommandFailure::config)?;
    log::start(settings.log_format);
    let _held = claim::hold(Path::new(claim::VOLUME)); // until the process ends
    let (sidecar, stop) = build(settings).await.map_err(CommandFailure::config)?;
    sidecar.run(stop).await
}

/// The bound listeners.
struct Listeners {
    public: TcpListener,
    control: TcpListener,
    notices: TcpListener,
}

/// What several workers share.
struct Components {
    settings: Settings,
    secrets: Secrets,
    clock: Clock,
    metrics: Arc<Metrics>,
    hostnames: RecentHostnames,
    redis: Arc<RedisConnection>,
    rooms: RoomService,
    connections: Arc<Connections>,
    links: Arc<Links>,
    ice: Arc<IceConfig>,
    publisher: Option<Arc<Publisher>>,
    events: mpsc::Sender<Event>,
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
}

/// Returns the ICE servers of the settings, with a client for the API of a TURN service.
fn ice_config(settings: &Settings, secrets: &Secrets) -> Result<IceConfig> {
    let tls = http_client::tls(settings.ca_file.as_deref())?;
    let client = http_client::build(tls, ice::API_TIMEOUT, |builder| builder)?;
    let turn = settings.turn.clone();
    Ok(IceConfig::new(&settings.stun, turn, secrets, client)?)
}

/// Returns the publisher of the settings.
fn publisher(settings: &Settings) -> Result<Option<Arc<Publisher>>> {
    let Some(at) = &settings.publisher else {
        return Ok(None);
    };
    let client = local_client(publisher::TIMEOUT)?;
    Ok(Some(Arc::new(Publisher::new(
        client,
        at,
        &settings.secrets,
    )?)))
}

async fn build(settings: Settings) -> Result<(Sidecar, Stop)> {
    let stop = Stop::listen()?;
    let secrets = Secrets::read(&settings.secrets)?;
    let redis = RedisConnection::new(&settings.redis, &secrets.redis_password)
        .context("SIDELINK_REDIS is not the address of a Redis: use e.g. redis:6379")?;
    let redis = Arc::new(redis);
    let listeners = Listeners::bind(&settings).await?;
    let clock = Clock::start();
    let (events, to_engine) = mpsc::channel(EVENTS);
    let instance = Arc::clone(&secrets.instance);
    let nothing_yet = Engine::nothing_yet(instance, clock, settings.routes);
    let (publishes, published) = watch::channel(nothing_yet);
    let rooms = RoomService::new(
        local_client(ROOM_SERVICE_TIMEOUT)?,
        settings.livekit.as_str(),
        secrets.clone(),
    );
    let components = Components {
        connections: Arc::new(Connections::new(rooms.clone())),
        rooms,
        links: Links::new(Arc::clone(&redis), clock),
        ice: Arc::new(ice_config(&settings, &secrets)?),
        publisher: publisher(&settings)?,
        metrics: Arc::default(),
        hostnames: RecentHostnames::default(),
        settings,
        secrets,
        clock,
        redis,
        events,
        published,
    };
    let mut workers = JoinSet::new();
    components.spawn_engine(&mut workers, publishes, to_engine)?;
    components.spawn_sources(&mut workers, listeners.notices)?;
    components.spawn_followers(&mut workers);
    let (draining, drains) = watch::channel(false);
    let servers = components.servers(listeners.public, listeners.control, drains);
    let sidecar = Sidecar {
        workers,
        draining,
        servers,
    };
    Ok((sidecar, stop))
}

impl Listeners {
    async fn bind(settings: &Settings) -> Result<Self> {
        Ok(Self {
            public: bind(settings.public_listen, "SIDELINK_PUBLIC_LISTEN").await?,
            control: bind(settings.control_listen, "SIDELINK_CONTROL_LISTEN").await?,
            notices: bind(settings.notices_listen, "SIDELINK_NOTICES_LISTEN").await?,
        })
    }
}

impl Components {
    /// The engine and what it asks for.
    fn spawn_engine(
        &self,
        workers: &mut JoinSet<&'static str>,
        published: watch::Sender<Arc<RuntimeConfigCache>>,
        events: mpsc::Receiver<Event>,
    ) -> Result<()> {
        let (settings, secrets) = (&self.settings, &self.secrets);
        let probes = Probes::new(secrets.clone())?.visiting(
            settings.local_port,
            &settings.app,
            self.hostnames.clone(),
        );
        let ca_file = settings.ca_file.as_deref();
        let verifier = Verifier::new(secrets.clone(), ca_file, settings.doh.clone())?
            .remembering(self.hostnames.clone());
        let metrics = Arc::clone(&self.metrics);
        let to_engine = self.events.clone();
        let mut effects = Effects::new(
            probes,
            verifier,
            docker::Api::of(&self.settings),
            metrics,
            to_engine,
        );
        let engine = Engine {
            model: Model::new(Arc::clone(&secrets.instance))
                .with_mode(settings.mode)
                .with_app(&settings.app),
            clock: self.clock,
            published,
            routes: settings.routes,
        };
        let running = engine.run(events, move |effect| effects.carry_out(effect));
        workers.spawn(named("engine", running));
        Ok(())
    }

    /// Workers that send events to the engine.
    fn spawn_sources(
        &self,
        workers: &mut JoinSet<&'static str>,
        notices: TcpListener,
    ) -> Result<()> {
        let settings = &self.settings;
        let app_check = AppCheck {
            client: local_client(app_check::REQUEST_TIMEOUT)?,
            app: settings.app.clone(),
            routes: settings.routes,
            local_port: settings.local_port,
        };
        let ca_file = settings.ca_file.as_deref();
        let turn_check = TurnCheck::new(Arc::clone(&self.ice), ca_file, self.clock)?;
        let file = settings.config_file.clone();
        let checked = app_check.follow(self.published.clone(), self.events.clone());
        let reported = notices::follow(notices, self.events.clone(), settings.lang);
        workers.spawn(named(
            "docker",
            docker::Api::of(&self.settings).follow(self.events.clone()),
        ));
        workers.spawn(named(
            "config file",
            config_file::follow(file, self.events.clone()),
        ));
        workers.spawn(named("notices", reported));
        workers.spawn(named("app check", checked));
        let tried = turn_check.follow(self.published.clone(), self.events.clone());
        workers.spawn(named("TURN check", tried));
        Ok(())
    }

    /// Workers that follow what is published.
    fn spawn_followers(&self, workers: &mut JoinSet<&'static str>) {
        let startup_log = startup_log::StartupLogOptions::of(&self.settings);
        let links = Arc::clone(&self.links).follow(
            self.published.clone(),
            self.events.clone(),
            self.rooms.clone(),
            self.clock,
        );
        let persister = Persister::new(
            self.published.clone(),
            self.events.clone(),
            Arc::clone(&self.redis),
            self.hostnames.clone(),
            self.clock,
        );
        let announcer = AddressAnnouncer::new(
            self.published.clone(),
            self.rooms.clone(),
            self.hostnames.clone(),
        );
        let logged = startup_log::follow(self.published.clone(), startup_log);
        let watched = Arc::clone(&self.connections).watch(self.clock);
        workers.spawn(named("startup log", logged));
        workers.spawn(named("connections", watched));
        workers.spawn(named("links", links));
        workers.spawn(named("persistence", persister.run()));
        workers.spawn(named("call migration", announcer.run()));
    }

    fn servers(
        self,
        public: TcpListener,
        control: TcpListener,
        drains: watch::Receiver<bool>,
    ) -> JoinSet<std::io::Result<()>> {
        let app = http::App::new(http::Parts {
            published: self.published,
            engine: Handle {
                clock: self.clock,
                events: self.events,
            },
            secrets: self.secrets,
            settings: self.settings,
            links: self.links,
            hostnames: self.hostnames,
            rooms: self.rooms,
            connections: self.connections,
            ice: self.ice,
            publisher: self.publisher,
            metrics: self.metrics,
            draining: drains.clone(),
        });
        let mut servers = JoinSet::new();
        let site = http::public(app.clone());
        let max = max_public_connections(descriptors::raise());
        servers.spawn(http::serve(public, site, max, ended(drains.clone())));
        let site = http::control(app);
        let max = MAX_CONTROL_CONNECTIONS;
        servers.spawn(http::serve(control, site, max, ended(drains)));
        servers
    }
}

/// Returns how many connections the public listener takes, of this number of descriptors.
fn max_public_connections(descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    descriptors
        .saturating_sub(OWN_DESCRIPTORS + MAX_CONTROL_CONNECTIONS)
        .clamp(MAX_CONTROL_CONNECTIONS, MAX_PUBLIC_CONNECTIONS)
}

async fn named(name: &'static str, worker: impl Future<Output = ()>) -> &'static str {
    worker.await;
    name
}

async fn bind(address: std::net::SocketAddr, setting: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: free it or change {setting}"))
}
