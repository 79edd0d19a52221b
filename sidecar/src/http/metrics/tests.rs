//! What `/metrics` shows, and that the dashboard for Grafana asks for nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::*;
use sidelink_core::{Address, Diagnosis, Finding, Layer, LayerKind, Role, ServiceView, State};
use sidelink_core::{Target, Verification};

const DASHBOARD: &str = include_str!("../../../../docs/grafana/sidelink.json");

/// Every metric with at least one sample.
fn everything() -> String {
    let metrics = Metrics::default();
    metrics.verified(&Verification::default(), Duration::from_millis(300));
    let redis = Target::Redis {
        at: Address {
            host: "redis".to_owned(),
            port: 6379,
        },
    };
    metrics.probed(&redis, &Ok(Finding::Works));
    metrics.probed(&redis, &Err(Diagnosis::Hung));
    metrics.restarted("livekit", "hung");
    for action in [LinkAction::Create, LinkAction::Join, LinkAction::End] {
        metrics.link(action);
    }
    metrics.refused(429);
    let mut snapshot = Snapshot::unknown("i".into());
    snapshot.verified_at = Some(1_795_240_200_999);
    snapshot.layers.push(Layer {
        kind: LayerKind::Docker,
        state: State::Ok,
        waits_for: Vec::new(),
        observed: None,
        since: 0,
    });
    snapshot.services.push(ServiceView {
        name: "livekit".to_owned(),
        role: Role::Livekit,
        required: true,
        state: State::Waiting(Diagnosis::NotProbed),
        since: 0,
        restarts: 0,
        healing: None,
        tunnel: None,
    });
    let connections = Connections {
        websockets: 3,
        pages: 5,
        dashboards: 1,
    };
    render(&snapshot, connections, &metrics)
}

/// The names that a query can use.
fn sample_names(text: &str) -> BTreeSet<&str> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(
                object
                    .get("expr")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            object.values().for_each(|value| queries(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

#[test]
fn one_phase_is_1_and_without_a_verification_there_is_no_time() {
    let connections = Connections {
        websockets: 3,
        ..Connections::default()
    };
    let text = render(
        &Snapshot::unknown("i".into()),
        connections,
        &Metrics::default(),
    );
    assert!(
        text.contains("sidelink_phase{phase=\"preparing\"} 1\n"),
        "{text}"
    );
    assert!(text.contains("sidelink_phase{phase=\"ready\"} 0\n"));
    assert!(text.contains("sidelink_config_websockets 3\n"));
    assert!(
        text.contains("sidelink_verifications_total{result=\"failed\"} 0\n"),
        "{text}"
    );
    assert!(!text.contains("\nsidelink_verified_timestamp_seconds"));
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn what_happened_is_counted_with_its_labels() {
    let text = everything();
    for line in [
        "sidelink_verifications_total{result=\"ok\"} 1",
        "sidelink_verification_duration_seconds_bucket{le=\"0.5\"} 1",
        "sidelink_probes_total{role=\"redis\",result=\"failed\"} 1",
        "sidelink_restarts_total{service=\"livekit\",code=\"hung\"} 1",
        "sidelink_links_created_total 1",
        "sidelink_links_joined_total 1",
        "sidelink_links_ended_total 1",
        "sidelink_refused_requests_total{code=\"429\"} 1",
        "sidelink_followers{kind=\"page\"} 5",
        "sidelink_layer_ok{layer=\"docker\"} 1",
        "sidelink_service_ok{service=\"livekit\"} 0",
        "sidelink_verified_timestamp_seconds 1795240200",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in {text}"
        );
    }
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    let text = everything();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').expect("a name and a type");
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(
            name.starts_with("sidelink_") && name.chars().all(plain),
            "{name}"
        );
        // The unit is a base unit, and `_total` is written for counters alone.
        assert!(!name.ends_with("_total") && !name.contains("_ms"), "{name}");
        assert_eq!(
            kind == "histogram",
            name.ends_with("_duration_seconds"),
            "{name}"
        );
        let total = format!("\n{name}_total");
        assert_eq!(kind == "counter", text.contains(&total), "{name}");
    }
}

#[test]
fn the_dashboard_shows_metrics_that_exist() {
    let text = everything();
    let known = sample_names(&text);
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let mut found = Vec::new();
    queries(&dashboard, &mut found);
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = found.iter().flat_map(|query| query.split(|c| !part(c)));
    let shown: BTreeSet<&str> = words.filter(|word| word.starts_with("sidelink_")).collect();
    assert!(shown.len() >= 12, "{shown:?}");
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
