//! What is healed, in which order, how often, and what is left alone.

use std::time::Duration;

use super::stack::{QUICK, Stack};
use super::*;
use crate::diagnosis::PublicUrlFault;

const GRACE: Duration = Duration::from_millis(300);

fn needs(service: &str, condition: Condition) -> Vec<Dependency> {
    let service = service.to_owned();
    vec![Dependency { service, condition }]
}

fn exhausted(stack: &Stack, service: &str) -> bool {
    matches!(
        &stack.service(service).state,
        State::Broken(Diagnosis::RestartsExhausted { .. })
    )
}

#[test]
fn a_repeatedly_killed_service_is_exhausted_once_and_the_public_url_stays() {
    let mut stack = Stack::ready();
    let host = stack.snapshot.public_host.clone();
    let mut attempts = 0;
    while !exhausted(&stack, "livekit") {
        stack.effects.clear();
        stack.ends("livekit", 137);
        stack.passes(Duration::from_secs(60));
        if stack.started() == ["livekit"] {
            attempts += 1;
            stack.is_started("livekit");
            stack.works("livekit");
            stack.passes(Duration::from_secs(1));
        }
        assert!(attempts <= 5, "without end");
        assert_eq!(stack.snapshot.public_host, host);
    }
    assert_eq!(attempts, 5);
    stack.effects.clear();
    stack.passes(Duration::from_secs(3600));
    assert_eq!(stack.started(), [""; 0]);
    let records = stack
        .activity()
        .iter()
        .filter(|event| match event {
            ActivityEvent::Service { name, state } => {
                let reason = state.reason();
                name == "livekit" && matches!(reason, Some(Diagnosis::RestartsExhausted { .. }))
            }
            _ => false,
        })
        .count();
    assert_eq!(records, 1, "{:#?}", stack.activity());
    assert_eq!(
        stack.service("livekit").healing,
        Some(Healing {
            actions: 5,
            exhausted: true,
            next_at: None
        })
    );

    stack.starts("livekit");
    stack.works("livekit");
    stack.ends("livekit", 137);
    stack.passes(GRACE);
    assert_eq!(
        stack.started(),
        ["livekit"],
        "who starts it by hand gives it a fresh budget"
    );
}

#[test]
fn a_run_of_two_minutes_resets_the_budget() {
    let mut stack = Stack::ready();
    for _ in 0..12 {
        stack.ends("livekit", 137);
        stack.passes(GRACE);
        assert_eq!(stack.started(), ["livekit"]);
        stack.is_started("livekit");
        stack.works("livekit");
        stack.passes(Duration::from_secs(121));
    }
}

#[test]
fn a_hung_service_is_restarted_after_its_timeout() {
    let mut stack = Stack::ready();
    stack.fails("redis");
    stack.passes(Duration::from_secs(14));
    assert_eq!(stack.restarted(), [""; 0], "it may be busy");
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.restarted(), ["redis"]);
}

#[test]
fn a_silent_service_is_hung_only_after_it_has_worked() {
    let mut stack = Stack::ready();
    stack.answers("livekit", Err(Diagnosis::Hung));
    let hung = State::Broken(Diagnosis::Hung);
    assert_eq!(stack.service("livekit").state, hung);
    stack.passes(Duration::from_secs(15));
    assert_eq!(stack.restarted(), ["livekit"]);
    stack.is_started("livekit");
    stack.answers("livekit", Err(Diagnosis::Hung));
    let starting = State::Waiting(Diagnosis::Starting);
    assert_eq!(stack.service("livekit").state, starting, "a start may take");
}

#[test]
fn a_failed_verification_probes_the_services_once() {
    let mut stack = Stack::ready();
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OriginSlow);
    let asked = |stack: &Stack| -> Vec<String> {
        let keys = stack.effects.iter().filter_map(|effect| match effect {
            Effect::Probe(job) if job.after.is_zero() => Some(job.key.clone()),
            _ => None,
        });
        keys.collect()
    };
    let all = ["app", "gateway", "icecast", "livekit", "redis"];
    assert_eq!(asked(&stack), all);
    stack.effects.clear();
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OriginSlow);
    assert_eq!(asked(&stack), [""; 0], "a probe under way is awaited");

    let mut stack = Stack::ready();
    let max_age = Duration::from_secs(5);
    stack.apply(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), [""; 0], "a recent verification is enough");
    let max_age = Duration::ZERO;
    stack.apply(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), all);
    stack.effects.clear();
    stack.apply(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), [""; 0], "who asks often puts no answer off");
}

#[test]
fn a_restart_by_sidelink_is_not_a_manual_stop() {
    let mut stack = Stack::ready();
    stack.fails("redis");
    stack.passes(Duration::from_secs(15));
    stack.is_stopped_by_hand("redis"); // the stop signal of our own restart
    assert_ne!(
        stack.service("redis").state,
        State::Broken(Diagnosis::StoppedByHand)
    );
    stack.is_started("redis");
    stack.works("redis");
    assert!(stack.service("redis").state.is_ok());
}

#[test]
fn paused_stopped_and_excluded_services_are_left_alone() {
    let mut stack = Stack::ready();
    stack.changes("redis", |redis, _| redis.run = Run::Paused);
    stack.is_stopped_by_hand("icecast");
    stack.changes("app", |app, _| app.autoheal = false);
    stack.ends("app", 1);
    stack.passes(Duration::from_secs(600));
    assert_eq!(stack.started(), [""; 0]);
    assert_eq!(stack.restarted(), [""; 0]);
}

#[test]
fn dependencies_are_started_first() {
    let mut stack = Stack::ready();
    stack.changes("app", |app, _| {
        app.depends_on = needs("redis", Condition::Started)
    });
    stack.ends("app", 137);
    stack.ends("redis", 137);
    stack.passes(GRACE);
    assert_eq!(stack.started(), ["redis"]);
    stack.is_started("redis");
    stack.passes(GRACE);
    assert_eq!(stack.started(), ["app"]);
}

#[test]
fn a_tunnel_without_its_edge_is_restarted_after_an_announcement() {
    let mut stack = Stack::ready();
    stack.tunnel_says(QUICK, false);
    stack.passes(Duration::from_secs(179));
    assert_eq!(
        (stack.restarted(), &stack.snapshot.announcement),
        (vec![], &None)
    );
    stack.passes(Duration::from_secs(1));
    assert!(stack.snapshot.announcement.is_some());
    assert_eq!(stack.restarted(), [""; 0], "people read it first");
    stack.passes(Duration::from_secs(10));
    assert_eq!(stack.restarted(), ["cloudflared"]);
    assert_eq!(stack.snapshot.announcement, None);
}

#[test]
fn a_tunnel_that_reconnects_in_time_keeps_its_hostname() {
    let mut stack = Stack::ready();
    stack.tunnel_says(QUICK, false);
    stack.passes(Duration::from_secs(185));
    assert!(stack.snapshot.announcement.is_some());
    stack.tunnel_says(QUICK, true);
    assert_eq!(stack.snapshot.announcement, None);
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.restarted(), [""; 0]);
}

#[test]
fn a_hostname_that_the_edge_lost_is_replaced_only_when_all_services_work() {
    for (well, expected) in [(true, &["cloudflared"][..]), (false, &[])] {
        let mut stack = Stack::ready();
        if !well {
            stack.is_stopped_by_hand("redis");
        }
        stack.link_fails(LayerKind::Edge, PublicUrlFault::OldTunnel);
        stack.passes(Duration::from_secs(60));
        stack.passes(Duration::from_secs(10));
        assert_eq!(stack.restarted(), expected, "{well}");
    }
}

#[test]
fn a_request_is_carried_out_at_once_and_replaces_a_manual_stop() {
    let mut stack = Stack::ready();
    let wants = |stack: &mut Stack, service: &str| {
        stack.effects.clear();
        stack.apply(Event::RestartRequested {
            service: service.to_owned(),
        });
    };
    wants(&mut stack, "livekit");
    assert_eq!(stack.restarted(), ["livekit"]);
    stack.is_stopped_by_hand("redis");
    wants(&mut stack, "redis");
    assert_eq!(stack.started(), ["redis"]);
    wants(&mut stack, "redis");
    assert_eq!(stack.started(), [""; 0], "Docker is at it");
    wants(&mut stack, "no-such-service");
    assert_eq!(stack.restarted(), [""; 0]);
}
