//! Tests of the probes against the real programs.

use std::time::Duration;

use sidelink::config::secrets::Secrets;
use sidelink::probe::Probes;
use sidelink_core::{Address, Patience, ProbeResult, Target};
use sidelink_core::{AppFault, Diagnosis};
use tokio::time::{Instant, sleep};

use super::containers::{Project, address_of, repository};

pub(crate) const PASSWORD: &str = "password-of-this-test";
pub(crate) const LIVEKIT_SECRET: &str = "a-livekit-secret-of-32-characters";

pub(crate) fn secrets() -> Secrets {
    Secrets {
        instance: "i1".into(),
        control_token: "control".into(),
        app_token: "app".into(),
        livekit_key: "key".into(),
        livekit_secret: LIVEKIT_SECRET.into(),
        redis_password: PASSWORD.into(),
        icecast_admin: PASSWORD.into(),
        turn_credential: None,
    }
}

fn probes() -> Probes {
    Probes::new(secrets()).expect("probes")
}

/// Probes repeatedly until the result matches.
async fn until(
    probes: &Probes,
    target: &Target,
    matches: impl Fn(&ProbeResult) -> bool,
) -> ProbeResult {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let outcome = probes.probe(target).await;
        if matches(&outcome) {
            return outcome;
        }
        assert!(
            Instant::now() < limit,
            "{target:?} still answers {outcome:?}"
        );
        sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) async fn works(target: &Target) {
    let _ = until(&probes(), target, ProbeResult::is_ok).await;
}

/// Returns the diagnosis as soon as the service answers.
async fn refuses(target: &Target) -> Diagnosis {
    let answers = |outcome: &ProbeResult| !matches!(outcome, Err(Diagnosis::Unreachable { .. }));
    until(&probes(), target, answers)
        .await
        .expect_err("is refused")
}

fn redis(project: &Project, options: &[&str], password: &str) -> Target {
    let arguments = ["redis:8.0.2", "redis-server", "--requirepass", password];
    let id = project.runs("redis", "redis", options, &arguments);
    Target::Redis {
        at: Address {
            host: address_of(&id),
            port: 6379,
        },
    }
}

#[tokio::test]
async fn redis_answers_and_writes() {
    let project = Project::new();
    works(&redis(&project, &[], PASSWORD)).await;
}

#[tokio::test]
async fn redis_with_another_password_is_reported() {
    let project = Project::new();
    let reason = refuses(&redis(&project, &[], "another")).await;
    assert_eq!(reason.code(), "redis_wrong_password", "{reason:?}");
}

#[tokio::test]
async fn redis_that_cannot_write_fails_although_it_answers_ping() {
    let project = Project::new();
    let arguments = [
        "redis:8.0.2",
        "redis-server",
        "--requirepass",
        PASSWORD,
        "--maxmemory",
        "1",
    ];
    let id = project.runs("redis", "redis", &[], &arguments);
    let reason = refuses(&Target::Redis {
        at: Address {
            host: address_of(&id),
            port: 6379,
        },
    })
    .await;
    assert_eq!(reason.code(), "redis_out_of_memory", "{reason:?}");
}

/// Starts LiveKit with the repository's configuration.
pub(crate) fn livekit(project: &Project, secret: &str) -> Target {
    let config = repository("livekit.yaml")
        .replace("@NODE_IP@", "127.0.0.1")
        .replace("@TCP_PORT@", "7881")
        .replace("@UDP_PORT@", "7882")
        .replace("@LIVEKIT_KEY@", "key")
        .replace("@LIVEKIT_SECRET@", secret);
    let mount = format!("{}:/livekit.yaml:ro", project.file("livekit.yaml", &config));
    let arguments = [
        "livekit/livekit-server:v1.13.5",
        "--config",
        "/livekit.yaml",
    ];
    let id = project.runs("livekit", "livekit", &["--volume", &mount], &arguments);
    Target::Livekit {
        at: Address {
            host: address_of(&id),
            port: 7880,
        },
    }
}

#[tokio::test]
async fn livekit_accepts_the_probes_token() {
    let project = Project::new();
    works(&livekit(&project, LIVEKIT_SECRET)).await;
}

#[tokio::test]
async fn livekit_with_another_secret_is_reported() {
    let project = Project::new();
    let reason = refuses(&livekit(&project, "another-livekit-secret-of-32-char")).await;
    assert_eq!(reason.code(), "livekit_wrong_secret", "{reason:?}");
}

#[tokio::test]
async fn another_server_on_livekits_port_is_reported() {
    let project = Project::new();
    let id = project.runs(
        "livekit",
        "livekit",
        &[],
        &[
            "caddy:2.11.9",
            "caddy",
            "respond",
            "--listen",
            ":7880",
            "hello",
        ],
    );
    let reason = refuses(&Target::Livekit {
        at: Address {
            host: address_of(&id),
            port: 7880,
        },
    })
    .await;
    assert_eq!(reason.code(), "not_livekit", "{reason:?}");
}

#[tokio::test]
async fn icecast_is_judged_by_its_mount() {
    let project = Project::new();
    let config = repository("icecast/icecast.xml")
        .replace("@SOURCE_PASSWORD@", "source-of-this-test")
        .replace("@ADMIN_PASSWORD@", PASSWORD)
        .replace("@RELAY_PASSWORD@", "relay-of-this-test");
    let mount = format!(
        "{}:/etc/icecast/icecast.xml:ro",
        project.file("icecast.xml", &config)
    );
    let id = project.runs(
        "icecast",
        "icecast",
        &["--volume", &mount],
        &["sidelink/icecast:0.1.0"],
    );
    let at = Address {
        host: address_of(&id),
        port: 8000,
    };
    let silence = Target::Icecast {
        at: at.clone(),
        mount: "/silence".to_owned(),
    };
    let reason = refuses(&silence).await;
    assert_eq!(reason, Diagnosis::of_code("icecast_no_source", "/silence"));

    let password = format!(
        "{}:/secrets/source-password:ro",
        project.file("password", "source-of-this-test")
    );
    let target = format!("{at}/silence");
    project.runs(
        "silence",
        "source",
        &["--volume", &password],
        &["sidelink/icecast:0.1.0", "silence", &target],
    );
    works(&silence).await;
}

#[tokio::test]
async fn a_refused_connection_is_reported_with_the_port() {
    let target = Target::App {
        at: Address {
            host: "127.0.0.1".to_owned(),
            port: 1,
        },
        path: "/".to_owned(),
        patience: Patience {
            limit: Duration::from_secs(2),
            answered: true,
        },
        route: None,
    };
    let outcome = probes().probe(&target).await;
    let Err(Diagnosis::App { fault, .. }) = &outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(*fault, AppFault::Refused { port: 1 });
}
