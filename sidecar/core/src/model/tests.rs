//! Behaviour of the model over days, tested in microseconds.

mod bridge;
mod careful;
mod exposure;
mod healing;
mod lan_address;
mod line;
mod media_reports;
mod on_demand;
mod page;
mod permutations;
mod public_url;
mod quota;
mod replicas;
mod stack;
mod starts;
mod tunnels;
mod turn;

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
