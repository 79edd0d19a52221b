//! On-demand tunnels, which run only while they are needed.

use std::time::Duration;

use super::stack::{QUICK, Stack};
use super::*;

const IDLE: Duration = Duration::from_secs(900);

fn on_demand() -> Stack {
    let mut stack = Stack::ready();
    let demand = OnDemand::new(Mode::OnDemand { idle: IDLE });
    stack.model.on_demand = demand;
    stack.passes(Duration::from_secs(1));
    stack
}

fn stopped(stack: &Stack) -> bool {
    stack
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Stop { service, .. } if service == "cloudflared"))
}

fn suspended() -> Stack {
    let mut stack = on_demand();
    stack.passes(IDLE);
    assert!(stopped(&stack));
    stack.is_stopped_by_hand("cloudflared"); // our own stop signal
    stack.effects.clear();
    stack
}

#[test]
fn it_is_suspended_without_use_and_woken_by_a_request() {
    let mut stack = suspended();
    assert!(stack.snapshot.suspended);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(
        stack.layer(LayerKind::Tunnel).state,
        State::Waiting(Diagnosis::Suspended)
    );
    stack.passes(Duration::from_secs(3600));
    assert_eq!(stack.started(), [""; 0]);

    stack.apply(Event::WakeRequested);
    stack.passes(Duration::from_millis(300));
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.is_started("cloudflared");
    stack.tunnel_says(QUICK, true);
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    assert!(!stack.snapshot.suspended);
    let activity = stack.activity();
    assert!(activity.contains(&ActivityEvent::Tunnel {
        service: "cloudflared".to_owned(),
        suspended: false,
    }));
    assert!(!format!("{activity:?}").contains("Exited"), "{activity:#?}");
}

#[test]
fn a_failed_wake_is_retried_with_the_usual_backoff() {
    let mut stack = suspended();
    stack.apply(Event::WakeRequested);
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.effects.clear();
    let service = "cloudflared".to_owned();
    stack.apply(Event::ActionEnded {
        service,
        done: false,
    });
    assert_eq!(stack.started(), [""; 0]);
    stack.passes(Duration::from_millis(300));
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn a_request_a_call_and_a_visitor_keep_it_open() {
    let mut stack = on_demand();
    stack.passes(IDLE / 2);
    stack.apply(Event::VerificationRequested {
        max_age: Duration::ZERO,
    });
    stack.passes(IDLE / 2);
    assert!(!stopped(&stack), "a client has asked");

    stack.answers("livekit", Ok(Finding::Livekit { participants: 2 }));
    stack.passes(IDLE * 2);
    assert!(!stopped(&stack), "a call is on");
    stack.answers("livekit", Ok(Finding::Livekit { participants: 0 }));
    stack.passes(Duration::from_secs(1));
    stack.apply(Event::WakeRequested);
    stack.effects.clear();

    stack.passes(IDLE / 2);
    for _ in 0..2 {
        stack.carries("cloudflared", QUICK, true, Some(1));
    }
    stack.passes(IDLE / 2);
    assert!(!stopped(&stack), "a page is open");
    stack.carries("cloudflared", QUICK, true, Some(1));
    stack.carries("cloudflared", QUICK, true, Some(0));
    stack.passes(IDLE);
    assert!(stopped(&stack), "one reading may be a verification");
}

#[test]
fn one_suspended_before_a_restart_of_the_sidecar_is_woken_too() {
    let mut stack = suspended();
    stack.model = Model::new("i1".into()).with_mode(Mode::OnDemand { idle: IDLE });
    stack.docker_connects();
    for name in ["redis", "livekit", "icecast", "app", "gateway"] {
        stack.works(name);
    }
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.started(), [""; 0], "it may have been stopped by hand");
    stack.apply(Event::WakeRequested);
    stack.passes(Duration::from_millis(300));
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn a_link_keeps_it_open_until_it_expires() {
    let mut stack = on_demand();
    let ends = stack.now.unix_ms + 24 * 3600 * 1000;
    stack.apply(Event::LinksUntil {
        unix_ms: Some(ends),
    });
    stack.passes(Duration::from_secs(24 * 3600 - 1));
    assert!(!stopped(&stack), "the link is good for another second");
    stack.passes(Duration::from_secs(1));
    assert!(stopped(&stack));

    let mut stack = on_demand();
    stack.apply(Event::LinksUntil {
        unix_ms: Some(ends),
    });
    stack.passes(IDLE);
    assert!(!stopped(&stack));
    stack.apply(Event::LinksUntil { unix_ms: None });
    assert!(stopped(&stack), "the last one was revoked");
}

#[test]
fn by_default_it_is_always_open() {
    let mut stack = Stack::ready();
    stack.passes(Duration::from_secs(24 * 3600));
    assert!(!stopped(&stack));
    stack.is_stopped_by_hand("cloudflared");
    stack.apply(Event::WakeRequested);
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.started(), [""; 0], "a manual stop is intended");
}

#[test]
fn a_refused_stop_is_repeated_and_not_reported_as_suspended() {
    let mut stack = on_demand();
    stack.passes(IDLE);
    let mut stops = 0;
    for _ in 0..60 {
        if stopped(&stack) {
            stops += 1;
            stack.effects.clear();
            let service = "cloudflared".to_owned();
            stack.apply(Event::ActionEnded {
                service,
                done: false,
            });
            assert!(!stack.snapshot.suspended, "the tunnel is still open");
        }
        stack.passes(Duration::from_secs(1));
    }
    assert!((3..10).contains(&stops), "{stops} in a minute");
    stack.passes(Duration::from_secs(60));
    assert!(stopped(&stack));
    stack.is_stopped_by_hand("cloudflared");
    assert!(stack.snapshot.suspended);
}
