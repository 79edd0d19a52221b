//! What is brought back, in which order, how often, and what is left alone.

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
fn a_service_that_is_killed_again_and_again_is_given_up_once_and_the_link_stays() {
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
    let told = stack
        .activity()
        .iter()
        .filter(|line| {
            line.starts_with("Service { name: \"livekit\"") && line.contains("RestartsExhausted")
        })
        .count();
    assert_eq!(told, 1, "{:#?}", stack.activity());
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
fn a_run_of_two_minutes_ends_the_count() {
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
fn what_hangs_is_restarted_after_a_while() {
    let mut stack = Stack::ready();
    stack.fails("redis");
    stack.passes(Duration::from_secs(14));
    assert_eq!(stack.restarted(), [""; 0], "it may be busy");
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.restarted(), ["redis"]);
}

#[test]
fn what_takes_connections_and_says_nothing_is_told_as_hung_once_it_has_worked() {
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
fn what_a_proof_finds_broken_is_looked_for_here_at_once_and_once() {
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
    assert_eq!(asked(&stack), [""; 0], "a probe under way is waited for");

    let mut stack = Stack::ready();
    let max_age = Duration::from_secs(5);
    stack.tell(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), [""; 0], "what was observed lately will do");
    let max_age = Duration::ZERO;
    stack.tell(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), all);
    stack.effects.clear();
    stack.tell(Event::VerificationRequested { max_age });
    assert_eq!(asked(&stack), [""; 0], "who asks often puts no answer off");
}

#[test]
fn a_restart_of_ours_is_nobodys_wish() {
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
fn what_is_paused_stopped_or_not_to_be_healed_is_left_alone() {
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
fn what_another_needs_comes_back_first() {
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
fn a_tunnel_without_its_edge_for_minutes_is_replaced_with_a_word_beforehand() {
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
fn a_tunnel_that_comes_back_in_time_keeps_its_name() {
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
fn a_name_that_the_edge_has_forgotten_is_replaced_only_where_all_is_well_here() {
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
fn somebodys_wish_is_carried_out_at_once_and_takes_back_an_earlier_one() {
    let mut stack = Stack::ready();
    let wants = |stack: &mut Stack, service: &str| {
        stack.effects.clear();
        stack.tell(Event::RestartRequested {
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
