//! What is not restarted although it seems broken, and what is started when the cause is gone.

use std::time::Duration;

use super::stack::{Stack, container};
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn unhealthy(output: &str) -> Health {
    let output = output.to_owned();
    Health::Unhealthy { output }
}

fn cannot_run() -> Health {
    let output = "exec: \"curl\": executable file not found in $PATH".to_owned();
    Health::CannotRun { output }
}

fn code(stack: &Stack, service: &str) -> Option<&'static str> {
    stack.service(service).state.reason().map(Diagnosis::code)
}

fn needs(service: &str, condition: Condition) -> Vec<Dependency> {
    let service = service.to_owned();
    vec![Dependency { service, condition }]
}

/// Adds a service without probes.
fn with_worker(stack: &mut Stack) {
    let worker = container("worker", Role::Other);
    stack.containers.insert("worker".to_owned(), worker);
    stack.starts("worker");
}

#[test]
fn a_service_whose_probe_works_is_not_restarted_for_its_healthcheck() {
    for (health, expected) in [
        (cannot_run(), "healthcheck_cannot_run"),
        (unhealthy("exit 1"), "healthcheck_disagrees"),
    ] {
        let mut stack = Stack::ready();
        stack.changes("app", |app, _| app.health = health);
        stack.passes(10 * MINUTE);
        assert_eq!(stack.restarted(), [""; 0], "{expected}");
        assert_eq!(code(&stack, "app"), Some(expected));
        assert_eq!(stack.service("app").state.as_str(), "limited");
        assert_eq!(stack.layer(LayerKind::Services).state, State::Ok);
        assert!(stack.snapshot.blocked_by.is_empty());
        stack.starts("app");
        stack.works("app");
        assert!(stack.service("app").state.is_ok(), "healthy again");
    }
}

#[test]
fn a_healthcheck_that_cannot_run_limits_a_service_without_probes() {
    let mut stack = Stack::ready();
    with_worker(&mut stack);
    stack.effects.clear();
    stack.changes("worker", |worker, _| worker.health = cannot_run());
    stack.passes(10 * MINUTE);
    assert_eq!(stack.restarted(), [""; 0]);
    assert_eq!(code(&stack, "worker"), Some("healthcheck_cannot_run"));
    stack.changes("worker", |worker, _| {
        worker.health = unhealthy("queue stuck")
    });
    assert_eq!(
        stack.restarted(),
        ["worker"],
        "one that fails is all that there is to know"
    );
    stack.passes(Duration::from_secs(5));
    assert_eq!(stack.restarted(), ["worker"], "Docker is asked once");
}

#[test]
fn a_silent_app_has_more_time_than_other_services_and_its_label_decides() {
    for (label, spared, over) in [(None, 59, 1), (Some(300), 299, 1), (Some(5), 4, 1)] {
        let mut stack = Stack::ready();
        stack.changes("app", |app, _| {
            app.patience = label.map(Duration::from_secs)
        });
        stack.answers("app", Err(Diagnosis::Hung));
        stack.changes("app", |app, _| app.health = unhealthy("timed out"));
        stack.passes(Duration::from_secs(spared));
        assert_eq!(stack.restarted(), [""; 0], "{label:?}");
        stack.passes(Duration::from_secs(over));
        assert_eq!(stack.restarted(), ["app"], "{label:?}");
    }
}

#[test]
fn an_app_that_answers_again_in_time_is_not_restarted() {
    let mut stack = Stack::ready();
    stack.answers("app", Err(Diagnosis::Hung));
    stack.passes(Duration::from_secs(45));
    stack.works("app");
    stack.passes(10 * MINUTE);
    assert_eq!(stack.restarted(), [""; 0]);
}

#[test]
fn a_running_process_is_restarted_without_limit_but_rarely() {
    let mut stack = Stack::ready();
    let mut times = Vec::new();
    for _ in 0..5000 {
        stack.effects.clear();
        stack.fails("icecast");
        stack.passes(Duration::from_secs(5));
        if stack.restarted() == ["icecast"] {
            times.push(stack.now.mono.as_secs());
            stack.is_started("icecast");
            stack.works("icecast");
        }
    }
    assert_eq!(
        stack
            .service("icecast")
            .healing
            .map(|healing| healing.exhausted),
        Some(false)
    );
    let waits: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        waits.len() >= 8 && waits.windows(2).all(|pair| pair[1] + 2 > pair[0]),
        "{waits:?}"
    );
    assert!(waits.last().is_some_and(|&wait| wait >= 900), "{waits:?}");
}

#[test]
fn an_exhausted_service_is_tried_again_when_its_dependency_has_restarted() {
    let mut stack = Stack::ready();
    stack.changes("app", |app, _| {
        app.depends_on = needs("redis", Condition::Started)
    });
    for _ in 0..40 {
        stack.effects.clear();
        stack.ends("app", 1);
        stack.passes(MINUTE);
        if stack.started() == ["app"] {
            stack.is_started("app");
        }
    }
    assert_eq!(code(&stack, "app"), Some("restarts_exhausted"));
    stack.starts("redis");
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.started(), ["app"]);
}

/// Returns the number of starts in ten minutes in which Docker refuses each.
fn refused_starts(stack: &mut Stack, service: &str) -> usize {
    let starts = (0..600).filter(|_| {
        stack.effects.clear();
        stack.passes(Duration::from_secs(1));
        let started = stack.started().contains(&service);
        if started {
            stack.apply(Event::ActionEnded {
                service: service.to_owned(),
                done: false,
            });
        }
        started
    });
    starts.count()
}

#[test]
fn a_failed_first_start_is_reported_at_once_and_retried_without_limit() {
    let mut stack = Stack::created();
    let taken = Diagnosis::of_code(
        "host_port_taken",
        "0.0.0.0:7881: bind: address already in use",
    );
    stack.changes("livekit", |livekit, _| {
        livekit.recognized = Some(taken.clone());
    });
    assert_eq!(stack.service("livekit").state, State::Broken(taken));
    let tries = refused_starts(&mut stack, "livekit");
    assert!(
        (10..20).contains(&tries),
        "{tries}: never given up, once a minute at most"
    );
    let records = stack
        .activity()
        .iter()
        .filter(|event| match event {
            ActivityEvent::Healed { service, start, .. } => *start && service == "livekit",
            _ => false,
        })
        .count();
    assert!((1..=5).contains(&records), "{:#?}", stack.activity());
}

#[test]
fn a_refused_later_start_is_retried_without_limit_too() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 128);
    let taken = Diagnosis::of_code("host_port_taken", "");
    stack.changes("livekit", |livekit, _| {
        livekit.recognized = Some(taken.clone());
        if let Run::Exited { error, .. } = &mut livekit.run {
            *error = "driver failed programming external connectivity: address already in use"
                .to_owned();
        }
    });
    let tries = refused_starts(&mut stack, "livekit");
    assert!((10..20).contains(&tries), "{tries}");
    assert_eq!(stack.service("livekit").state, State::Broken(taken));
}

#[test]
fn containers_that_compose_left_are_started_in_order_and_the_tunnel_last() {
    let mut stack = Stack::created();
    stack.changes("app", |app, _| {
        app.depends_on = needs("redis", Condition::Healthy)
    });
    stack.passes(10 * MINUTE);
    assert_eq!(
        stack.started(),
        [""; 0],
        "Compose may still be starting it, or this is intended"
    );
    stack.changes("livekit", |livekit, _| {
        livekit.recognized = Some(Diagnosis::of_code("host_port_taken", ""));
    });
    let mut order = Vec::new();
    for _ in 0..120 {
        stack.passes(Duration::from_secs(1));
        let started: Vec<String> = stack
            .started()
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        stack.effects.clear();
        for name in started {
            stack.apply(Event::ActionEnded {
                service: name.clone(),
                done: true,
            });
            stack.starts(&name);
            if name != "cloudflared" {
                stack.works(&name);
            }
            order.push(name);
        }
    }
    let at = |name: &str| {
        order
            .iter()
            .position(|started| started == name)
            .expect("is started")
    };
    assert_eq!(order.len(), 6, "{order:?}");
    assert!(at("redis") < at("app"), "{order:?}");
    assert_eq!(order.last().map(String::as_str), Some("cloudflared"));
}

#[test]
fn a_completed_one_shot_is_not_started_again_and_blocks_no_service() {
    let mut stack = Stack::ready();
    let mut migration = container("migration", Role::Other);
    migration.finishes = true;
    stack.containers.insert("migration".to_owned(), migration);
    stack.starts("migration");
    stack.changes("app", |app, _| {
        app.depends_on = needs("migration", Condition::Completed)
    });
    stack.ends("migration", 0);
    assert!(stack.service("migration").state.is_ok());
    stack.ends("app", 137);
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.started(), ["app"]);
    stack.is_started("app");
    stack.works("app");
    stack.passes(10 * MINUTE);
    assert_eq!(stack.started(), [""; 0], "the one-shot is left alone");
    assert_eq!(stack.layer(LayerKind::Services).state, State::Ok);
}

#[test]
fn a_stop_during_a_gap_in_dockers_events_is_intentional_and_a_kill_is_not() {
    for (code, signal, starts) in [
        (0, 15, false),
        (143, 15, false),
        (130, 15, false),
        (128 + 28, 28, false),
        (128 + 28, 15, true),
        (137, 15, true),
        (1, 15, true),
    ] {
        let mut stack = Stack::ready();
        let detail = "gone".to_owned();
        stack.changes("app", |app, _| app.stop_signal = signal);
        stack.apply(Event::DockerLost(Diagnosis::Docker { detail }));
        stack.passes(MINUTE);
        let now = stack.now.unix_ms;
        let app = stack.containers.get_mut("app").expect("is there");
        app.run = Run::Exited {
            code,
            out_of_memory: false,
            error: String::new(),
            finished_at: now,
        };
        stack.docker_connects();
        stack.passes(10 * MINUTE);
        let expected: &[&str] = if starts { &["app"] } else { &[] };
        assert_eq!(
            stack.started(),
            expected,
            "{code} with stop signal {signal}"
        );
    }
}

#[test]
fn an_unreadable_container_is_left_alone_and_the_others_are_healed() {
    let mut stack = Stack::ready();
    stack.changes("app", |app, _| app.readable = false);
    assert!(
        stack.service("app").state.is_ok(),
        "our probe finds it working"
    );
    stack.fails("app");
    assert_eq!(code(&stack, "app"), Some("container_unreadable"));
    assert_eq!(stack.layer(LayerKind::Docker).state, State::Ok);
    stack.ends("redis", 137);
    stack.passes(10 * MINUTE);
    assert_eq!(stack.started(), ["redis"]);
    assert_eq!(stack.restarted(), [""; 0]);
}

#[test]
fn a_tunnel_requested_early_starts_when_gateway_app_and_livekit_work() {
    for runs in [true, false] {
        let mut stack = Stack::ready();
        if !runs {
            stack.is_stopped_by_hand("cloudflared");
        }
        stack.is_stopped_by_hand("app");
        stack.effects.clear();
        let service = "cloudflared".to_owned();
        stack.apply(Event::RestartRequested { service });
        stack.passes(10 * MINUTE);
        assert_eq!((stack.started(), stack.restarted()), (vec![], vec![]));
        stack.starts("app");
        stack.works("app");
        let actions = [stack.started(), stack.restarted()].concat();
        assert_eq!(actions, ["cloudflared"], "runs: {runs}");
    }
}

#[test]
fn a_held_request_ends_with_a_later_stop() {
    let mut stack = Stack::ready();
    stack.is_stopped_by_hand("app");
    let service = "cloudflared".to_owned();
    stack.apply(Event::RestartRequested { service });
    stack.is_stopped_by_hand("cloudflared");
    stack.effects.clear();
    stack.starts("app");
    stack.works("app");
    stack.passes(10 * MINUTE);
    assert_eq!((stack.started(), stack.restarted()), (vec![], vec![]));
}

#[test]
fn a_held_request_ends_with_a_manual_restart() {
    let mut stack = Stack::ready();
    stack.is_stopped_by_hand("app");
    let service = "cloudflared".to_owned();
    stack.apply(Event::RestartRequested { service });
    stack.passes(MINUTE);
    stack.starts("cloudflared");
    stack.effects.clear();
    stack.starts("app");
    stack.works("app");
    assert_eq!((stack.started(), stack.restarted()), (vec![], vec![]));
}

#[test]
fn while_docker_does_not_answer_old_container_states_are_not_reported() {
    let mut stack = Stack::ready();
    with_worker(&mut stack);
    let detail = "gone".to_owned();
    stack.apply(Event::DockerLost(Diagnosis::Docker { detail }));
    assert_eq!(code(&stack, "worker"), Some("container_unreadable"));
    assert!(
        stack.service("livekit").state.is_ok(),
        "our probe finds it working"
    );
    stack.docker_connects();
    assert!(stack.service("worker").state.is_ok());
}
