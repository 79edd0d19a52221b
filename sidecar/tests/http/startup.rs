//! What the gate before the tunnels reads, and what visitors read in its place.

use reqwest::Method;
use sidelink_core::Diagnosis;
use sidelink_core::{Layer, LayerKind, Role, ServiceView, State};

use super::harness::{Sidecar, json_of};

/// Names of services are not public, and the service `gate` has no token.
#[tokio::test]
async fn services_are_named_on_this_machine_only() {
    let sidecar = Sidecar::starts().await;
    let name = || "clinic-backoffice".to_owned();
    sidecar.publishes(|snapshot| {
        snapshot.blocked_by = vec![name()];
        snapshot.layers.push(Layer {
            kind: LayerKind::Services,
            state: State::Waiting(Diagnosis::WaitsFor { what: vec![name()] }),
            waits_for: vec![name()],
            observed: None,
            since: sidelink::runtime::clock::unix_ms() - 3_500,
        });
        snapshot.services.push(ServiceView {
            name: name(),
            role: Role::App,
            required: true,
            state: State::Broken(Diagnosis::of_code("image_missing", "clinic")),
            since: 1,
            restarts: 0,
            healing: None,
            tunnel: None,
        });
    });
    for path in ["/status", "/readyz"] {
        let answer = sidecar.get(path).send().await.expect("an answer");
        let received = answer.text().await.expect("text");
        assert!(
            received.contains("waiting for the services, 3 s"),
            "{received}"
        );
        assert!(!received.contains("clinic"), "{path}: {received}");
    }
    let startup = json_of(sidecar.control("/startup")).await;
    assert_eq!(startup["blockedBy"], serde_json::json!([name()]));
    let full = json_of(sidecar.asks(Method::GET, "/status")).await;
    assert_eq!(full["services"][0]["name"], name());
    assert_eq!(
        full["awaiting"]["message"],
        "waiting for clinic-backoffice, 3 s"
    );
}

/// Compose's service `gate`: in the stack's network, without a token.
#[tokio::test]
async fn the_gate_waits_without_a_token_until_nothing_local_is_awaited() {
    let sidecar = Sidecar::starts().await;
    sidecar.publishes(|snapshot| snapshot.blocked_by = vec!["app".to_owned()]);
    let gate = async |limit: &str| {
        tokio::process::Command::new(env!("CARGO_BIN_EXE_sidelink"))
            .args(["wait", "--local", "--timeout", limit])
            .env_clear()
            .env("SIDELINK_URL", format!("http://{}", sidecar.control))
            .env("SIDELINK_SECRETS", "/nonexistent-secrets-of-this-test")
            .output()
            .await
            .expect("runs")
    };
    let late = gate("1s").await;
    assert_eq!(late.status.code(), Some(75), "{late:?}");
    let received = String::from_utf8_lossy(&late.stderr);
    assert!(received.contains("docker compose logs app"), "{received}");
    sidecar.publishes(|snapshot| snapshot.blocked_by = Vec::new());
    let done = gate("20s").await;
    assert_eq!(done.status.code(), Some(0), "{done:?}");
}
