//! How many verifications clients cost: model, engine and routes together, in paused time, and the verifications
//! themselves are counted, not the events that ask for them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use sidelink::connections::Connections;
use sidelink::http;
use sidelink::runtime::clock::Clock;
use sidelink::runtime::engine::{Engine, Handle};
use sidelink::storage::recent_hostnames::RecentHostnames;
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{
    Effect, Event, Finding, LayerKind, Model, Role, Stage, Target, TunnelKind, Verification,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};
use tower::Service;

use super::harness::{QUICK, TOKEN, ice, links_in, no_rooms, secrets, settings};
use super::suspension::container;

/// Through a far edge.
const TAKES: Duration = Duration::from_millis(300);
const NGROK: &str = "fixed.ngrok-free.app";

/// 2026-11-21T12:00:00Z: a quota is a day's, and a test lasts an hour or more.
const NOON: u64 = 1_795_262_400_000;

/// The wall clock goes as the paused one does.
fn wall() -> u64 {
    static BEGAN: OnceLock<(u64, Instant)> = OnceLock::new();
    let (unix_ms, began) = BEGAN.get_or_init(|| (NOON, Instant::now()));
    // Another test's runtime has another paused clock.
    let elapsed = Instant::now().saturating_duration_since(*began);
    unix_ms + u64::try_from(elapsed.as_millis()).expect("fits")
}

/// A running sidecar without sockets.
struct Sidecar {
    control: Router,
    world: Arc<World>,
    events: mpsc::Sender<Event>,
    _draining: watch::Sender<bool>,
}

/// What is really so.
struct World {
    kind: TunnelKind,
    app_works: AtomicBool,
    verifications: AtomicU32,
}

impl World {
    fn carry_out(self: &Arc<Self>, effect: Effect, events: &mpsc::Sender<Event>) {
        let (world, events) = (Arc::clone(self), events.clone());
        tokio::spawn(async move {
            let event = match effect {
                Effect::Probe(job) => {
                    sleep(job.after).await;
                    let (key, epoch) = (job.key, job.epoch);
                    let outcome = Ok(world.finds(&job.target));
                    Event::Probed {
                        key,
                        epoch,
                        outcome,
                    }
                }
                Effect::Verify(job) => {
                    world.verifications.fetch_add(1, Ordering::SeqCst);
                    sleep(TAKES).await;
                    let (epoch, verification) = (job.epoch, world.sees());
                    Event::Verified {
                        epoch,
                        verification,
                    }
                }
                Effect::Wake(after) => {
                    sleep(after).await;
                    Event::Tick
                }
                _ => return,
            };
            let _ = events.send(event).await;
        });
    }

    fn finds(&self, target: &Target) -> Finding {
        let name = match self.kind {
            TunnelKind::Ngrok => NGROK,
            _ => QUICK,
        };
        match target {
            Target::Tunnel { .. } => Finding::Tunnel {
                in_flight: None,
                hostname: Some(name.to_owned()),
                ready: true,
            },
            _ => Finding::Works,
        }
    }

    fn sees(&self) -> Verification {
        let down = (
            LayerKind::App,
            Diagnosis::PublicUrl(PublicUrlFault::OriginDown),
        );
        Verification {
            failure: (!self.app_works.load(Ordering::SeqCst)).then_some(down),
            next: Stage::Path,
            ..Verification::default()
        }
    }
}

impl Sidecar {
    /// Everything works and is verified; then the app breaks, which no probe on this machine sees.
    async fn with_an_outage(kind: TunnelKind) -> Self {
        let sidecar = Self::starts(kind).await;
        sleep(Duration::from_secs(10)).await;
        assert_eq!(sidecar.asks("POST", "/verify").await["phase"], "ready");
        sidecar.world.app_works.store(false, Ordering::SeqCst);
        sidecar
    }

    async fn starts(kind: TunnelKind) -> Self {
        let clock = Clock::with_wall(wall);
        let (events_in, events) = mpsc::channel(64);
        let (published, reader) = watch::channel(Engine::nothing_yet(
            "i1".into(),
            clock,
            sidelink::config::settings::Routes::Root,
        ));
        let engine = Engine {
            model: Model::new("i1".into()),
            clock,
            published,
            routes: sidelink::config::settings::Routes::Root,
        };
        let world = Arc::new(World {
            kind,
            app_works: AtomicBool::new(true),
            verifications: AtomicU32::new(0),
        });
        let (carries, sender) = (Arc::clone(&world), events_in.clone());
        tokio::spawn(engine.run(events, move |effect| carries.carry_out(effect, &sender)));
        let (draining, drains) = watch::channel(false);
        let handle = Handle {
            clock,
            events: events_in.clone(),
        };
        let control = http::control(http::App::new(http::Parts {
            published: reader,
            engine: handle,
            secrets: secrets(),
            settings: settings(),
            links: links_in(&settings(), clock),
            hostnames: RecentHostnames::default(),
            rooms: no_rooms(),
            connections: std::sync::Arc::new(Connections::new(no_rooms())),
            ice: std::sync::Arc::new(ice(&settings())),
            publisher: None,
            metrics: std::sync::Arc::default(),
            draining: drains,
        }));
        let sidecar = Self {
            control,
            world,
            events: events_in,
            _draining: draining,
        };
        sidecar.has_containers().await;
        sidecar
    }

    async fn has_containers(&self) {
        let template = Event::Template(sidelink::runtime_config::template::parse("env: {}"));
        let containers = [
            ("gateway", Role::Gateway),
            ("app", Role::App),
            ("livekit", Role::Livekit),
            ("cloudflared", Role::Tunnel),
        ]
        .map(|(service, role)| container(service, role));
        let connected = Event::Connected {
            containers: containers
                .map(|mut container| {
                    container.tunnel = self.world.kind;
                    container
                })
                .into(),
            own_previous_end: None,
        };
        for event in [template, connected] {
            self.events.send(event).await.expect("the engine runs");
        }
    }

    async fn asks(&self, method: &str, path: &str) -> serde_json::Value {
        let body = r#"{"professionalId":"p","clientId":"c","consultationType":"first"}"#;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8788")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json");
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self.control.clone().call(request).await.expect("an answer");
        assert!(
            matches!(answer.status(), StatusCode::OK | StatusCode::ACCEPTED),
            "{}",
            answer.status()
        );
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
        serde_json::from_slice(&body.expect("a body")).expect("JSON")
    }

    /// Clients wait for a link for so long, one after the other; returns the verifications that were sent.
    async fn waited_for(&self, time: Duration) -> u32 {
        let before = self.world.verifications.load(Ordering::SeqCst);
        let end = Instant::now() + time;
        while Instant::now() < end {
            let received = self.asks("POST", "/links?wait=25s").await;
            assert_eq!(received["phase"], "degraded", "{received}");
        }
        self.world.verifications.load(Ordering::SeqCst) - before
    }

    async fn is_up_within(&self, time: Duration) {
        self.world.app_works.store(true, Ordering::SeqCst);
        let began = Instant::now();
        while self.asks("GET", "/status").await["phase"] != "ready" {
            assert!(began.elapsed() < time, "{:?}", began.elapsed());
            sleep(Duration::from_millis(250)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiting_client_costs_a_metered_tunnel_one_verification_per_step() {
    let sidecar = Sidecar::with_an_outage(TunnelKind::Ngrok).await;
    sleep(Duration::from_secs(6)).await;
    let sent = sidecar.waited_for(Duration::from_secs(3600)).await;
    assert!((8..=15).contains(&sent), "{sent} in an hour");
    sidecar.is_up_within(Duration::from_secs(601)).await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_client_costs_any_tunnel_one_verification_per_step() {
    let sidecar = Sidecar::with_an_outage(TunnelKind::Quick).await;
    sleep(Duration::from_secs(60)).await;
    let sent = sidecar.waited_for(Duration::from_secs(120)).await;
    assert!((15..=30).contains(&sent), "{sent} in two minutes");
    sidecar.is_up_within(Duration::from_secs(6)).await;
}

#[tokio::test(start_paused = true)]
async fn with_the_quota_spent_the_response_comes_at_once() {
    let sidecar = Sidecar::with_an_outage(TunnelKind::Ngrok).await;
    sidecar.world.app_works.store(true, Ordering::SeqCst);
    while sidecar.world.verifications.load(Ordering::SeqCst) < 200 {
        sleep(Duration::from_secs(6)).await;
        sidecar.asks("POST", "/verify").await;
    }
    sleep(Duration::from_secs(60)).await;
    let began = Instant::now();
    let status = sidecar.asks("POST", "/verify?maxAge=0s").await;
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(status["phase"], "ready", "the latest one has to do");
    assert!(
        status["notices"][0]["message"]
            .as_str()
            .is_some_and(|text| text.contains("T00:00:00Z")),
        "{status}"
    );
    assert_eq!(status["notices"][0]["code"], "quota_spent");
}
