//! A machine is suspended for an hour: the engine, the listeners and a page, with the clocks as they are then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use sidelink::config::settings::Routes;
use sidelink::connections::Connections;
use sidelink::http;
use sidelink::runtime::clock::{Clock, rfc3339, unix_ms};
use sidelink::runtime::engine::{Engine, Handle};
use sidelink::storage::recent_hostnames::RecentHostnames;
use sidelink_core::{
    Container, Effect, Event, Finding, Health, Model, Role, Run, Stage, Target, Verification,
};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::harness::{QUICK, ice, json_of, links_in, listen, no_rooms, secrets, settings};

/// Time of a verification through a distant edge.
const VERIFICATION: Duration = Duration::from_millis(300);

/// The wall clock is ahead by what the machine has slept; the monotonic one stood still meanwhile.
static SLEPT_MS: AtomicU64 = AtomicU64::new(0);

fn wall() -> u64 {
    unix_ms() + SLEPT_MS.load(Ordering::SeqCst)
}

pub(super) fn container(service: &str, role: Role) -> Container {
    Container {
        run: Run::Running,
        health: Health::Healthy,
        started_at: 1,
        created_at: 1,
        ..Container::created(format!("id-{service}"), service.to_owned(), role)
    }
}

/// Everything works. Each probe runs once, so that no later event shows the engine the time.
fn carry_out(effect: Effect, events: &mpsc::Sender<Event>) {
    let (event, after) = match effect {
        Effect::Probe(job) if job.after.is_zero() => {
            let finding = match job.target {
                Target::Tunnel { .. } => Finding::Tunnel {
                    in_flight: None,
                    hostname: Some(QUICK.to_owned()),
                    ready: true,
                },
                _ => Finding::Works,
            };
            let (key, epoch, outcome) = (job.key, job.epoch, Ok(finding));
            (
                Event::Probed {
                    key,
                    epoch,
                    outcome,
                },
                Duration::ZERO,
            )
        }
        Effect::Verify(job) => {
            let verification = Verification {
                next: Stage::Path,
                ..Verification::default()
            };
            (
                Event::Verified {
                    epoch: job.epoch,
                    verification,
                },
                VERIFICATION,
            )
        }
        _ => return,
    };
    let events = events.clone();
    tokio::spawn(async move {
        tokio::time::sleep(after).await;
        let _ = events.send(event).await;
    });
}

#[tokio::test]
async fn after_an_hour_of_suspension_nothing_is_ready_until_it_is_verified_again() {
    let clock = Clock::with_wall(wall);
    let (events_in, events) = mpsc::channel(64);
    let (published, reader) = watch::channel(Engine::nothing_yet("i1".into(), clock, Routes::Root));
    let engine = Engine {
        model: Model::new("i1".into()),
        clock,
        published,
        routes: Routes::Root,
    };
    let world = events_in.clone();
    tokio::spawn(engine.run(events, move |effect| carry_out(effect, &world)));
    let (_draining, drains) = watch::channel(false);
    let handle = Handle {
        clock,
        events: events_in,
    };
    handle
        .send(Event::Template(sidelink::runtime_config::template::parse(
            "env: {}",
        )))
        .await;
    let containers = [
        ("gateway", Role::Gateway),
        ("app", Role::App),
        ("livekit", Role::Livekit),
        ("cloudflared", Role::Tunnel),
    ];
    handle
        .send(Event::Connected {
            containers: containers
                .map(|(service, role)| container(service, role))
                .into(),
            own_previous_end: None,
        })
        .await;
    let mut ready = reader.clone();
    let is_ready = |published: &Arc<sidelink::runtime_config::cache::RuntimeConfigCache>| {
        published.snapshot.phase.as_str() == "ready"
    };
    let _ = ready.wait_for(is_ready).await;

    let app = http::App::new(http::Parts {
        published: reader,
        engine: handle,
        secrets: secrets(),
        settings: settings(),
        links: links_in(&settings(), clock),
        hostnames: RecentHostnames::default(),
        rooms: no_rooms(),
        connections: Arc::new(Connections::new(no_rooms())),
        ice: Arc::new(ice(&settings())),
        publisher: None,
        metrics: std::sync::Arc::default(),
        draining: drains.clone(),
    });
    let address = listen(http::public(app), drains).await;
    let client = sidelink::http_client::local_client(Duration::from_secs(5)).expect("a client");
    let config = |query: &str| client.get(format!("http://{address}/runtime-config{query}"));
    let (mut page, _) =
        tokio_tungstenite::connect_async(format!("ws://{address}/runtime-config/ws"))
            .await
            .expect("upgrades");
    let mut page_sees = async || {
        let text = page
            .next()
            .await
            .expect("open")
            .expect("a message")
            .into_text();
        serde_json::from_str::<serde_json::Value>(&text.expect("text")).expect("JSON")
    };
    assert_eq!(page_sees().await["phase"], "ready");

    let before = rfc3339(wall());
    SLEPT_MS.store(3_600_000, Ordering::SeqCst);
    let woke = Instant::now();
    let first = json_of(config("")).await;
    assert_eq!(
        first["phase"], "degraded",
        "it was not verified since: {first}"
    );
    assert_eq!(
        first["publicUrl"],
        format!("https://{QUICK}"),
        "the name stays"
    );
    assert_eq!(page_sees().await["phase"], "degraded");
    let green = page_sees().await;
    println!(
        "verified again {} ms after waking",
        woke.elapsed().as_millis()
    );
    assert_eq!(green["phase"], "ready");
    assert!(
        green["verifiedAt"].as_str() > Some(before.as_str()),
        "{green}"
    );
}
