//! The doctor's report, as JSON and as text.

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE};
use reqwest::{Method, StatusCode};
use sidelink::doctor::{CheckOutcome, DoctorReport};
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{Layer, LayerKind, Role, ServiceView, State, TunnelKind, TunnelView};

use super::harness::{Sidecar, status_of};

fn layer(kind: LayerKind, state: State) -> Layer {
    Layer {
        kind,
        state,
        waits_for: Vec::new(),
        observed: None,
        since: 0,
    }
}

#[tokio::test]
async fn the_report_has_observations_and_next_steps() {
    let sidecar = Sidecar::starts().await;
    sidecar.publishes(|snapshot| {
        let what = vec!["edge".to_owned()];
        snapshot.layers = vec![
            layer(LayerKind::Tunnel, State::Ok),
            layer(
                LayerKind::Edge,
                State::Broken(Diagnosis::PublicUrl(PublicUrlFault::NoConnector)),
            ),
            layer(LayerKind::Dns, State::Waiting(Diagnosis::WaitsFor { what })),
            layer(LayerKind::Exposure, State::Limited(Diagnosis::Suspended)),
        ];
    });
    let asked = sidecar.asks(Method::GET, "/doctor").send().await;
    let report: DoctorReport = asked.expect("an answer").json().await.expect("a report");
    assert!(!report.ok && report.running);
    let outcome = |group: &str, name: &str| {
        let is = |check: &&sidelink::doctor::Check| check.group == group && check.name == name;
        let check = report.checks.iter().find(is).expect("the check");
        let to_do = matches!(check.outcome, CheckOutcome::Failed | CheckOutcome::Warning);
        assert_eq!(check.next.is_some(), to_do);
        assert_eq!(check.next_pt.is_some(), to_do);
        check.outcome
    };
    assert_eq!(outcome("layer", "tunnel"), CheckOutcome::Ok);
    assert_eq!(outcome("layer", "edge"), CheckOutcome::Failed);
    assert_eq!(outcome("layer", "dns"), CheckOutcome::Skipped);
    assert_eq!(outcome("layer", "exposure"), CheckOutcome::Warning);
    assert_eq!(outcome("machine", "docker"), CheckOutcome::Skipped);
    assert_eq!(outcome("machine", "secrets"), CheckOutcome::Failed);
    assert_ne!(outcome("internet", "127.0.0.1"), CheckOutcome::Ok);
    assert_eq!(
        outcome("internet", "tunnel-region1"),
        CheckOutcome::Ok,
        "a registered tunnel is enough"
    );

    for (accept, language, query, words) in [
        ("text/plain", "pt-BR,en;q=0.5", "", "Esta instalação"),
        ("text/plain", "en", "?lang=pt", "Esta instalação"),
        ("text/plain, */*", "de", "", "This installation"),
        ("application/json, text/plain", "pt", "", "\"checks\":["),
    ] {
        let asked = sidecar
            .asks(Method::GET, &format!("/doctor{query}"))
            .header(ACCEPT, accept)
            .header(ACCEPT_LANGUAGE, language);
        let text = asked.send().await.expect("an answer").text().await;
        let text = text.expect("text");
        assert!(text.contains(words), "{words} is not in {text}");
    }
    for query in ["?lang=de", "?lang=", "?language=pt"] {
        let asked = sidecar.asks(Method::GET, &format!("/doctor{query}"));
        assert_eq!(status_of(asked).await, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_service_that_stopped_just_now_is_reported_once() {
    let sidecar = Sidecar::starts().await;
    let service = |required, state| ServiceView {
        name: "livekit".to_owned(),
        role: Role::Livekit,
        required,
        state,
        since: 1,
        restarts: 0,
        healing: None,
        tunnel: None,
    };
    let asks = async || -> DoctorReport {
        let asked = sidecar.asks(Method::GET, "/doctor").send().await;
        asked.expect("an answer").json().await.expect("a report")
    };
    let failed = |report: &DoctorReport| -> Vec<String> {
        let of_the_stack = report.checks.iter().filter(|check| {
            check.outcome == CheckOutcome::Failed && ["layer", "service"].contains(&&*check.group)
        });
        of_the_stack
            .map(|check| format!("{} {}", check.group, check.name))
            .collect()
    };
    sidecar.publishes(|snapshot| {
        snapshot.layers = vec![layer(LayerKind::Services, State::Ok)];
        snapshot.services = vec![service(true, State::Ok)];
    });
    assert_eq!(failed(&asks().await), [""; 0]);
    let stopped = || Diagnosis::StoppedByHand;
    sidecar.publishes(|snapshot| {
        let of = Diagnosis::Of {
            service: "livekit".to_owned(),
            reason: Box::new(stopped()),
        };
        snapshot.layers = vec![layer(LayerKind::Services, State::Broken(of))];
        snapshot.services = vec![service(true, State::Broken(stopped()))];
    });
    assert_eq!(failed(&asks().await), ["service livekit"]);
    sidecar.publishes(|snapshot| {
        snapshot.layers = vec![layer(LayerKind::Services, State::Ok)];
        snapshot.services = vec![service(false, State::Waiting(Diagnosis::Starting))];
    });
    assert_eq!(failed(&asks().await), [""; 0], "it is not required");
}

#[tokio::test]
async fn a_tunnel_of_another_provider_is_not_reported_as_registered_with_cloudflare() {
    let sidecar = Sidecar::starts().await;
    sidecar.publishes(|snapshot| {
        snapshot.layers = vec![layer(LayerKind::Tunnel, State::Ok)];
        snapshot.services = vec![ServiceView {
            name: "gateway".to_owned(),
            role: Role::Gateway,
            required: true,
            state: State::Ok,
            since: 1,
            restarts: 0,
            healing: None,
            tunnel: Some(TunnelView {
                kind: TunnelKind::Url,
                hostname: Some("radio.example.org".to_owned()),
                in_flight: None,
                current: true,
            }),
        }];
    });
    let asked = sidecar.asks(Method::GET, "/doctor").send().await;
    let report: DoctorReport = asked.expect("an answer").json().await.expect("a report");
    for name in ["edge", "tunnel-region1", "tunnel-region2"] {
        let is = |check: &&sidelink::doctor::Check| check.group == "internet" && check.name == name;
        let check = report.checks.iter().find(is).expect("the check");
        assert_eq!(check.outcome, CheckOutcome::Skipped);
        assert_eq!(check.observed, "not needed by this tunnel (url)");
    }
}

#[tokio::test]
async fn without_a_stack_the_remaining_checks_run_and_it_exits_with_69() {
    let doctor = tokio::process::Command::new(env!("CARGO_BIN_EXE_sidelink"))
        .args(["doctor", "--json"])
        .env_clear()
        .env("DOCKER_HOST", "tcp://127.0.0.1:9")
        .env("SIDELINK_URL", "http://127.0.0.1:9")
        .env("SIDELINK_SECRETS", "/nonexistent-secrets-of-this-test")
        .env("SIDELINK_PORT", "eighty")
        .env("SIDELINK_LAGN", "pt")
        .output()
        .await
        .expect("runs");
    assert_eq!(doctor.status.code(), Some(69));
    let report: DoctorReport = serde_json::from_slice(&doctor.stdout).expect("a report");
    assert!(!report.ok && !report.running);
    let failed = |name: &str| {
        let is = |check: &&sidelink::doctor::Check| check.name == name;
        let check = report.checks.iter().find(is).expect("the check");
        assert_eq!(check.outcome, CheckOutcome::Failed, "{name}");
        check.observed.as_str()
    };
    assert_eq!(failed("settings").lines().count(), 2, "every mistake");
    assert!(failed("secrets").contains("control-token"));
    assert!(failed("docker").contains("the stack is down"));
    assert!(failed("configuration").contains("config/sidelink.yaml"));
}
