//! The document for each host, and how long it is current.

use super::*;
use crate::runtime_config::template;
use sidelink_core::MediaGrade;
use std::time::Duration;

const NOW: Now = Now {
    unix_ms: 1_795_240_000_000,
    mono: Duration::from_secs(60),
};

fn published(host: Option<&str>) -> Arc<RuntimeConfigCache> {
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.public_host = host.map(str::to_owned);
    snapshot.revision = 7;
    snapshot.template = Some(Arc::new(
        template::parse("env: {SITE: '${origin}', SHARE: '${publicUrl}'}").expect("parses"),
    ));
    RuntimeConfigCache::render(snapshot, NOW, Routes::Root)
}

fn json(published: &RuntimeConfigCache, host: &str) -> serde_json::Value {
    serde_json::from_slice(&published.document(host).json).expect("is JSON")
}

#[test]
fn origin_depends_on_the_host() {
    let published = published(Some("x.trycloudflare.com"));
    let public = json(&published, "x.trycloudflare.com");
    assert_eq!(public["origin"], "https://x.trycloudflare.com");
    assert_eq!(public["livekitUrl"], "wss://x.trycloudflare.com");
    let local = json(&published, "localhost:8080");
    assert_eq!(local["livekitUrl"], "ws://localhost:8080");
    assert_eq!(local["env"]["SITE"], "http://localhost:8080");
    assert_eq!(local["env"]["SHARE"], "https://x.trycloudflare.com");
}

#[test]
fn origin_is_the_requested_host_for_any_port_of_a_local_name() {
    let published = published(Some("x.trycloudflare.com"));
    for (host, origin, livekit) in [
        ("localhost", "http://localhost", "ws://localhost"),
        (
            "localhost:9090",
            "http://localhost:9090",
            "ws://localhost:9090",
        ),
        (
            "LOCALHOST:9090",
            "http://localhost:9090",
            "ws://localhost:9090",
        ),
        ("127.0.0.1:80", "http://127.0.0.1:80", "ws://127.0.0.1:80"),
        ("[::1]:8080", "http://[::1]:8080", "ws://[::1]:8080"),
        (
            "shop.localhost:8080",
            "http://shop.localhost:8080",
            "ws://shop.localhost:8080",
        ),
        (
            "192.168.1.20:8080",
            "http://192.168.1.20:8080",
            "ws://192.168.1.20:8080",
        ),
        (
            "Studio.local:8080",
            "http://studio.local:8080",
            "ws://studio.local:8080",
        ),
    ] {
        for _ in 0..2 {
            let document = json(&published, host);
            assert_eq!(document["origin"], origin, "{host}");
            assert_eq!(document["livekitUrl"], livekit, "{host}");
            assert_eq!(document["env"]["SITE"], origin, "{host}");
        }
    }
}

#[test]
fn invented_hosts_use_no_more_memory() {
    let published = published(None);
    for port in 0..1000 {
        let origin = json(&published, &format!("localhost:{port}"))["origin"].clone();
        assert_eq!(origin, format!("http://localhost:{port}"));
    }
    let known = published.under_local_hosts.lock().expect("sound");
    assert_eq!(known.len(), MAX_LOCAL_HOSTS);
}

#[test]
fn prefixed_routes_move_livekit_too() {
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.public_host = Some("x.example".to_owned());
    let published = RuntimeConfigCache::render(snapshot, NOW, Routes::Prefixed);
    let public = json(&published, "x.example");
    assert_eq!(public["livekitUrl"], "wss://x.example/sidelink");
    assert_eq!(public["origin"], "https://x.example");
    let local = json(&published, "localhost:8080");
    assert_eq!(local["livekitUrl"], "ws://localhost:8080/sidelink");
}

#[test]
fn clocks_that_drift_apart_by_a_second_an_hour_are_not_a_suspension() {
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.phase = Phase::Ready;
    let ready = RuntimeConfigCache::render(snapshot, NOW, Routes::Root);
    let after = |hours: u64| Now {
        unix_ms: NOW.unix_ms + hours * 3_601_000,
        mono: NOW.mono + Duration::from_secs(hours * 3600),
    };
    for hours in 1..24 {
        assert!(ready.holds(after(hours)), "after {hours} h");
    }
    ready.still_holds(after(48));
    assert!(
        ready.holds(after(49)),
        "the engine has compared the clocks in between"
    );
    assert!(!ready.holds(after(60)));
}

#[test]
fn the_grade_of_media_is_that_of_the_snapshot() {
    let mut snapshot = Snapshot::unknown("i1".into());
    let grade = |snapshot: &Snapshot| {
        let published = RuntimeConfigCache::render(snapshot.clone(), NOW, Routes::Root);
        json(&published, "")["media"]["grade"].clone()
    };
    assert_eq!(grade(&snapshot), "unknown");
    snapshot.media = MediaGrade::Turn;
    assert_eq!(grade(&snapshot), "turn");
}

#[test]
fn every_key_is_present_and_null_when_unknown() {
    let document = json(&published(None), "anything.example");
    for key in ["publicUrl", "origin", "livekitUrl", "verifiedAt"] {
        assert!(
            document.get(key).is_some_and(serde_json::Value::is_null),
            "{key}: {document}"
        );
    }
    assert_eq!(document["env"]["SITE"], serde_json::Value::Null);
}

#[test]
fn a_document_expires_with_its_verification_and_with_a_suspension() {
    let later = |wall: u64, mono: u64| Now {
        unix_ms: NOW.unix_ms + wall * 1000,
        mono: NOW.mono + Duration::from_secs(mono),
    };
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.phase = Phase::Ready;
    snapshot.expires_at = Some(NOW.unix_ms + 150_000);
    let ready = RuntimeConfigCache::render(snapshot.clone(), NOW, Routes::Root);
    assert!(ready.holds(later(50, 50)));
    assert!(!ready.holds(later(3600, 0)), "the machine was suspended");
    assert!(
        !ready.holds(later(20, 0)),
        "the machine was suspended for a moment"
    );
    assert!(
        !ready.holds(later(150, 150)),
        "the verification has expired"
    );
    snapshot.phase = Phase::Preparing;
    assert!(RuntimeConfigCache::render(snapshot, NOW, Routes::Root).holds(later(3600, 0)));
}

#[test]
fn the_script_has_the_same_data() {
    let published = published(None);
    let document = published.document("");
    let script = std::str::from_utf8(&document.script).expect("is UTF-8");
    assert_eq!(
        script.trim_end(),
        format!(
            "window.__RUNTIME_CONFIG__ = {};",
            String::from_utf8_lossy(&document.json)
        )
    );
}
