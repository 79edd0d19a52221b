//! Behaviour of the model over days, tested in microseconds.

mod bridge;
mod careful;
mod exposure;
mod healing;
mod line;
mod media_reports;
mod on_demand;
mod page;
mod permutations;
mod public_url;
mod quota;
mod replicas;
mod stack;
mod tunnels;

use std::time::Duration;

use super::*;
use crate::*;
use stack::{QUICK, Stack, T0, template};

#[test]
fn an_empty_model_is_preparing_and_reports_what_is_awaited() {
    let stack = Stack::created();
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(stack.snapshot.blocked_by, ["app", "gateway", "livekit"]);
    let tunnel = stack.layer(LayerKind::Tunnel);
    assert!(
        matches!(tunnel.state.reason(), Some(Diagnosis::WaitsFor { .. })),
        "{tunnel:?}"
    );
}

#[test]
fn from_nothing_to_a_verified_public_url() {
    let stack = Stack::ready();
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.verified_at, Some(T0));
    assert!(
        stack
            .snapshot
            .layers
            .iter()
            .all(|layer| layer.state.is_ok())
    );
}

#[test]
fn a_blocked_livekit_is_reported_with_the_time_since_when() {
    let mut stack = Stack::created();
    for name in ["redis", "icecast", "app", "gateway"] {
        stack.starts(name);
        stack.works(name);
    }
    stack.passes(Duration::from_secs(1));
    stack.starts("livekit");
    stack.fails("livekit");
    stack.passes(Duration::from_secs(180));
    stack.fails("livekit");
    assert_eq!(stack.snapshot.blocked_by, ["livekit"]);
    let services = stack.layer(LayerKind::Services);
    assert_eq!(services.waits_for, ["livekit"]);
    assert_eq!(services.since, T0, "a new reason leaves the state");
    stack.works("livekit");
    assert!(stack.snapshot.blocked_by.is_empty());
}

#[test]
fn an_invalid_label_is_a_diagnosis_of_its_service() {
    let mut stack = Stack::ready();
    stack.changes("livekit", |container, _| {
        container.label_errors = vec![LabelError {
            label: "sidelink.required".to_owned(),
            value: "no".to_owned(),
            allowed: "true | false".to_owned(),
        }];
    });
    let services = stack.layer(LayerKind::Services);
    let reason = services.state.reason().expect("is not ok");
    assert_eq!(
        (services.state.as_str(), reason.code()),
        ("broken", "labels")
    );
    let Diagnosis::Of { reason, .. } = reason else {
        panic!("{reason:?}");
    };
    let Diagnosis::Labels { service, mistakes } = &**reason else {
        panic!("{reason:?}");
    };
    assert_eq!(
        (service.as_str(), mistakes[0].to_string().as_str()),
        ("livekit", "sidelink.required=no (true | false)")
    );
}

#[test]
fn a_wrong_host_ip_is_a_warning_and_the_phase_stays_ready() {
    let mut stack = Stack::ready();
    let mut watcher = stack::container("host-ip", Role::HostIp);
    (watcher.required, watcher.autoheal, watcher.run) = (false, false, Run::Running);
    let reason = Diagnosis::HostIpWrong {
        set: [192, 168, 1, 20].into(),
        here: [10, 0, 0, 5].into(),
    };
    for (health, recognized, state) in [
        (Health::Starting, None, "waiting"),
        (Health::Healthy, Some(reason), "limited"),
        (Health::Healthy, None, "ok"),
    ] {
        (watcher.health, watcher.recognized) = (health, recognized);
        stack.apply(Event::Container(Box::new(watcher.clone())));
        assert_eq!(stack.service("host-ip").state.as_str(), state);
        assert_eq!(stack.snapshot.phase, Phase::Ready, "{state}");
        assert_eq!(stack.snapshot.blocked_by, [""; 0]);
    }
}

#[test]
fn a_hostname_alone_is_never_shown() {
    let mut stack = Stack::ready();
    stack.starts("cloudflared");
    stack.tunnel_says("other-name.trycloudflare.com", false);
    assert_eq!(stack.snapshot.public_host, None);
    stack.tunnel_says("other-name.trycloudflare.com", true);
    assert_eq!(
        stack.snapshot.public_host, None,
        "registered is not verified"
    );
    stack.link_works();
    assert_eq!(
        stack.snapshot.public_host.as_deref(),
        Some("other-name.trycloudflare.com")
    );
}

#[test]
fn a_renewed_verification_and_a_lost_hostname_are_new_revisions() {
    let mut stack = Stack::ready();
    stack.passes(Duration::from_secs(60));
    stack.link_works();
    assert_eq!(stack.snapshot.revision, T0 + 60_000);
    assert_eq!(stack.snapshot.verified_at, Some(T0 + 60_000));
    stack.passes(Duration::from_secs(1));
    stack.ends("cloudflared", 1);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(stack.snapshot.revision, T0 + 61_000);
}

#[test]
fn revisions_grow_even_when_the_clock_stands_still() {
    let mut stack = Stack::ready();
    let first = stack.snapshot.revision;
    stack.apply(Event::Template(Ok(template("A", "a"))));
    stack.apply(Event::Template(Ok(template("A", "b"))));
    assert_eq!(stack.snapshot.revision, first + 2);
}

#[test]
fn a_broken_service_degrades_the_phase_until_it_works_again() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 137);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(
        stack.snapshot.public_host.as_deref(),
        Some(QUICK),
        "the address itself still stands"
    );
    assert_eq!(
        stack.service("livekit").state.reason().map(Diagnosis::code),
        Some("exited")
    );
    stack.starts("livekit");
    assert_eq!(
        stack.snapshot.phase,
        Phase::Degraded,
        "running is not working"
    );
    stack.works("livekit");
    assert_eq!(
        stack.snapshot.phase,
        Phase::Degraded,
        "working here is not verified"
    );
    stack.passes(Duration::from_millis(1));
    stack.link_works();
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_probe_result_from_before_a_restart_is_stale() {
    let mut stack = Stack::ready();
    let old = stack.epoch("livekit");
    stack.ends("livekit", 1);
    stack.starts("livekit");
    stack.apply(Event::Probed {
        key: "livekit".to_owned(),
        epoch: old,
        outcome: Ok(Finding::Works),
    });
    assert!(!stack.service("livekit").state.is_ok());
}

#[test]
fn a_failing_healthcheck_is_reported_with_its_output() {
    let mut stack = Stack::ready();
    stack.fails("app");
    stack.changes("app", |app, _| {
        app.health = Health::Unhealthy {
            output: "ECONNREFUSED".to_owned(),
        }
    });
    let State::Broken(reason) = &stack.service("app").state else {
        panic!("is broken")
    };
    let output = "ECONNREFUSED".to_owned();
    assert_eq!(reason, &Diagnosis::Unhealthy { output });
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
}

#[test]
fn an_optional_service_never_changes_the_phase() {
    let mut stack = Stack::ready();
    stack.changes("icecast", |icecast, _| icecast.required = false);
    stack.link_works();
    stack.changes("icecast", |icecast, _| icecast.run = Run::Paused);
    assert!(!stack.service("icecast").state.is_ok());
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_working_public_url_is_handed_out_while_another_service_is_broken() {
    let mut stack = Stack::ready();
    stack.is_stopped_by_hand("icecast");
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.usable_host(), Some(QUICK));
    assert!(!stack.snapshot.is_shown(), "`sidelink wait` still waits");
}

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

#[test]
fn a_configuration_that_was_never_valid_fails_until_it_is() {
    let mut model = Model::new("i1".into());
    let now = Now {
        unix_ms: T0,
        mono: Duration::ZERO,
    };
    model.apply(Event::Template(Err("line 3".to_owned())), now);
    let failed = model
        .snapshot(&Snapshot::unknown("i1".into()), now)
        .expect("changed");
    assert_eq!(failed.phase, Phase::Failed);
    assert!(matches!(failed.why(), Some(Diagnosis::BadConfig { .. })));
    model.apply(Event::Template(Ok(Template::default())), now);
    assert_eq!(
        model.snapshot(&failed, now).expect("changed").phase,
        Phase::Preparing
    );
}

#[test]
fn an_invalid_edit_changes_nothing_and_is_reported() {
    let mut stack = Stack::ready();
    let before = stack.snapshot.clone();
    stack.apply(Event::Template(Err("line 3".to_owned())));
    assert_eq!(stack.snapshot.template, before.template);
    assert_eq!(stack.snapshot.revision, before.revision);
    assert_eq!(stack.snapshot.template_error.as_deref(), Some("line 3"));
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn an_unchanged_snapshot_is_not_published() {
    let mut stack = Stack::ready();
    let before = stack.snapshot.sequence;
    stack.passes(Duration::from_secs(10));
    stack.works("livekit");
    assert_eq!(stack.snapshot.sequence, before);
}

/// A full Icecast is not restarted, and does not withhold the public URL.
#[test]
fn a_limited_service_is_not_restarted() {
    let mut stack = Stack::ready();
    let acted = stack.effects.len();
    let full = Diagnosis::of_code("icecast_full", "200");
    stack.answers("icecast", Ok(Finding::Limited(full.clone())));
    assert_eq!(stack.service("icecast").state, State::Limited(full));
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    let asks = |effect: &Effect| matches!(effect, Effect::Probe(_));
    assert!(
        stack.effects[acted..].iter().all(asks),
        "{:?}",
        &stack.effects[acted..]
    );
    stack.answers("icecast", Ok(Finding::Works));
    assert_eq!(stack.service("icecast").state, State::Ok);
}
