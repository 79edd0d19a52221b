//! `sidelink serve`: settings, then everything that may fail, then the workers until somebody says stop.

mod running;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing_subscriber::EnvFilter;

use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::gateway::app_check::{self, AppCheck};
use crate::gateway::notices;
use crate::http_client::local_client;
use crate::init::claim;
use crate::links::Links;
use crate::livekit::call_migration::AddressAnnouncer;
use crate::livekit::room_service::RoomService;
use crate::probe::Probes;
use crate::runtime::clock::Clock;
use crate::runtime::effects::Effects;
use crate::runtime::engine::{EVENTS, Engine, Handle};
use crate::runtime::exit::Failure;
use crate::runtime::{descriptors, startup_log};
use crate::runtime_config::file as config_file;
use crate::storage::readiness::Keeper;
use crate::storage::recent_hostnames::Hostnames;
use crate::storage::redis::RedisConnection;
use crate::verification::Verifier;
use crate::{docker, http};
use running::{Sidecar, Stop};
use sidelink_core::{Mode, Model};

/// Descriptors for what is no visitor's connection: probes, verification, Docker, Redis, files.
const OWN_DESCRIPTORS: usize = 128;
/// A dashboard's, some programs' and their WebSockets.
const CONTROL_CONNECTIONS: usize = 256;
/// As many as there are places for pages that follow, and some for short requests.
const PUBLIC_CONNECTIONS: usize = 21_000;

/// LiveKit waits some seconds for a room that is not there.
const ROOM_SERVICE: Duration = Duration::from_secs(5);

/// Runs until SIGTERM or SIGINT.
pub async fn serve() -> Result<(), Failure> {
    let settings = Settings::from_env().map_err(Failure::config)?;
    log_to_stdout();
    let _held = claim::hold(Path::new(claim::PLACE)); // until the process ends
    let (sidecar, stop) = build(settings).await.map_err(Failure::config)?;
    sidecar.run(stop).await
}

async fn build(settings: Settings) -> Result<(Sidecar, Stop)> {
    let stop = Stop::listen()?;
    let secrets = Secrets::read(&settings.secrets)?;
    let hostnames = Hostnames::default();
    let probes = Probes::new(secrets.clone())?
        .counting_participants(settings.mode != Mode::Always)
        .visiting(settings.local_port, &settings.app, hostnames.clone());
    let verifier = Verifier::new(
        secrets.clone(),
        settings.ca_file.as_deref(),
        settings.doh.clone(),
    )?
    .remembering(hostnames.clone());
    let redis = RedisConnection::new(&settings.redis, &secrets.redis_password)
        .context("SIDELINK_REDIS is no address of a Redis: use e.g. redis:6379")?;
    let redis = Arc::new(redis);
    let rooms = RoomService::new(
        local_client(ROOM_SERVICE)?,
        settings.livekit.as_str(),
        secrets.clone(),
    );
    let public = bind(settings.public_listen, "SIDELINK_PUBLIC_LISTEN").await?;
    let control = bind(settings.control_listen, "SIDELINK_CONTROL_LISTEN").await?;
    let notices = bind(settings.notices_listen, "SIDELINK_NOTICES_LISTEN").await?;
    let app_client = local_client(app_check::REQUEST_TIMEOUT)?;

    let (events_in, events) = mpsc::channel(EVENTS);
    let instance = Arc::clone(&secrets.instance);
    let clock = Clock::start();
    let nothing_yet = Engine::nothing_yet(Arc::clone(&instance), clock, settings.routes);
    let (published, reader) = watch::channel(nothing_yet);
    let (draining, drains) = watch::channel(false);
    let handle = Handle {
        clock,
        events: events_in.clone(),
    };
    let links = Links::new(Arc::clone(&redis), clock);
    let keeper = Keeper::new(
        reader.clone(),
        events_in.clone(),
        redis,
        hostnames.clone(),
        clock,
    );
    let mover = AddressAnnouncer::new(reader.clone(), rooms.clone(), hostnames.clone());
    let to_close = rooms.clone();
    let app = http::App::new(http::Parts {
        published: reader.clone(),
        engine: handle,
        secrets,
        settings: settings.clone(),
        links: Arc::clone(&links),
        hostnames,
        rooms,
        draining: drains.clone(),
    });
    let docker = docker::Api {
        host: settings.docker_host,
        project: settings.project,
    };
    let mut effects = Effects::new(probes, verifier, docker.clone(), events_in.clone());
    let engine = Engine {
        model: Model::new(instance)
            .with_mode(settings.mode)
            .with_app(&settings.app),
        clock,
        published,
        routes: settings.routes,
    };

    let following = reader.clone();
    let check_reader = reader.clone();
    let app_check = AppCheck {
        client: app_client,
        app: settings.app,
        routes: settings.routes,
        local_port: settings.local_port,
    };
    let mut workers = JoinSet::new();
    workers.spawn(named(
        "story",
        startup_log::tell(reader, settings.lang, settings.local_port),
    ));
    workers.spawn(named(
        "engine",
        engine.run(events, move |effect| effects.carry_out(effect)),
    ));
    workers.spawn(named(
        "links",
        links.follow(following, events_in.clone(), to_close, clock),
    ));
    workers.spawn(named(
        "config file",
        config_file::follow(settings.config_file, events_in.clone()),
    ));
    workers.spawn(named(
        "notices",
        notices::follow(notices, events_in.clone(), settings.lang),
    ));
    workers.spawn(named(
        "app check",
        app_check.follow(check_reader, events_in.clone()),
    ));
    workers.spawn(named("docker", docker.follow(events_in)));
    workers.spawn(named("readiness", keeper.run()));
    workers.spawn(named("moving", mover.run()));
    let mut servers = JoinSet::new();
    let most = public_connections(descriptors::raise());
    let site = http::public(app.clone());
    servers.spawn(http::serve(public, site, most, ended(drains.clone())));
    let site = http::control(app);
    let most = CONTROL_CONNECTIONS;
    servers.spawn(http::serve(control, site, most, ended(drains)));
    Ok((
        Sidecar {
            workers,
            draining,
            servers,
        },
        stop,
    ))
}

/// Returns once the process is about to end.
async fn ended(mut drains: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = drains.wait_for(|&draining| draining).await;
}

/// How many connections the public listener takes, of so many descriptors.
fn public_connections(descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    descriptors
        .saturating_sub(OWN_DESCRIPTORS + CONTROL_CONNECTIONS)
        .clamp(CONTROL_CONNECTIONS, PUBLIC_CONNECTIONS)
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

/// `SIDELINK_LOG=debug` shows every probe.
pub(crate) fn log_to_stdout() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .with_env_var("SIDELINK_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .init();
}
