//! What is started, and what is not.

use super::*;

#[test]
fn a_crashed_tunnel_is_started_with_exponential_backoff() {
    let mut stack = Stack::ready();
    stack.ends("cloudflared", 1);
    stack.passes(Duration::from_millis(300));
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.effects.clear();
    stack.starts("cloudflared");
    stack.ends("cloudflared", 1);
    assert_eq!(
        stack.started(),
        [""; 0],
        "its provider limits how often it may ask"
    );
    stack.passes(Duration::from_secs(5));
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.effects.clear();
    stack.starts("cloudflared");
    stack.ends("cloudflared", 1);
    stack.passes(Duration::from_secs(9));
    assert_eq!(stack.started(), [""; 0]);
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn a_tunnel_is_started_last() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 255);
    stack.ends("cloudflared", 255);
    stack.passes(Duration::from_secs(60));
    assert!(!stack.started().contains(&"cloudflared"));
    stack.starts("livekit");
    stack.works("livekit");
    stack.passes(Duration::from_millis(300));
    assert!(stack.started().contains(&"cloudflared"));
}

#[test]
fn a_manually_stopped_service_stays_stopped() {
    let mut stack = Stack::ready();
    stack.is_stopped_by_hand("cloudflared");
    stack.is_stopped_by_hand("redis");
    stack.passes(Duration::from_secs(3600));
    assert_eq!(stack.started(), [""; 0]);
    assert_eq!(
        stack.service("redis").state,
        State::Broken(Diagnosis::StoppedByHand)
    );
    stack.starts("redis");
    stack.ends("redis", 137);
    stack.passes(Duration::from_secs(5));
    assert_eq!(
        stack.started(),
        ["redis"],
        "a manual start ends the manual stop"
    );
}

#[test]
fn a_stop_signal_reported_after_the_exit_counts_too() {
    let mut stack = Stack::ready();
    stack.ends("cloudflared", 0);
    let id = stack.containers["cloudflared"].id.clone();
    let at = stack.now.unix_ms;
    stack.apply(Event::StopAsked { id, at });
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.started(), [""; 0]);
}

#[test]
fn a_start_waits_for_the_report_of_a_stop_signal() {
    let mut stack = Stack::ready();
    stack.ends("app", 1);
    assert_eq!(stack.started(), [""; 0]);
    let grace = Duration::from_millis(300);
    assert!(stack.effects.contains(&Effect::Wake(grace)));
    stack.passes(grace);
    assert_eq!(stack.started(), ["app"]);
}

#[test]
fn nothing_is_started_while_docker_does_not_answer() {
    let mut stack = Stack::ready();
    stack.apply(Event::DockerLost(Diagnosis::Docker {
        detail: "connection refused".to_owned(),
    }));
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    stack.ends("cloudflared", 1);
    assert_eq!(stack.started(), [""; 0]);
    stack.docker_connects();
    stack.passes(Duration::from_millis(300));
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn docker_is_awaited_before_its_first_answer_and_broken_after() {
    let lost = || {
        Event::DockerLost(Diagnosis::Docker {
            detail: "connection refused".to_owned(),
        })
    };
    let mut stack = Stack::created();
    stack.model = Model::new("i1".into());
    stack.apply(lost());
    assert_eq!(stack.layer(LayerKind::Docker).state.as_str(), "waiting");
    stack.docker_connects();
    stack.apply(lost());
    assert_eq!(stack.layer(LayerKind::Docker).state.as_str(), "broken");
}

#[test]
fn a_service_that_ended_with_the_sidecar_is_started_and_one_that_ended_before_is_not() {
    for (finished_at, wanted) in [(T0 - 5_000, &["cloudflared"][..]), (T0 - 60_000, &[][..])] {
        let mut stack = Stack::created();
        stack.model = Model::new("i1".into());
        for name in ["livekit", "app", "gateway"] {
            let container = stack.containers.get_mut(name).expect("is in the stack");
            (container.run, container.health) = (Run::Running, Health::Healthy);
        }
        let tunnel = stack
            .containers
            .get_mut("cloudflared")
            .expect("is in the stack");
        tunnel.run = Run::Exited {
            code: 0,
            out_of_memory: false,
            error: String::new(),
            finished_at,
        };
        let containers = stack.containers.values().cloned().collect();
        stack.apply(Event::Connected {
            containers,
            own_previous_end: Some(T0),
        });
        for name in ["livekit", "app", "gateway"] {
            stack.works(name);
        }
        stack.passes(Duration::from_millis(300));
        assert_eq!(stack.started(), wanted);
    }
}

#[test]
fn a_removed_container_is_forgotten() {
    let mut stack = Stack::ready();
    stack.apply(Event::Removed {
        id: "id-icecast".to_owned(),
    });
    assert!(
        stack
            .snapshot
            .services
            .iter()
            .all(|service| service.name != "icecast")
    );
    stack.apply(Event::Removed {
        id: "id-cloudflared".to_owned(),
    });
    assert_eq!(stack.snapshot.public_host, None);
}
