//! A bug report, with secrets planted wherever something is quoted: none comes out.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use axum::Router;
use axum::http::Uri;
use axum::response::IntoResponse;
use flate2::read::GzDecoder;
use serde_json::json;
use sidelink::config::settings::Settings;
use sidelink::docker::ContainerLog;
use sidelink::doctor::Doctor;
use sidelink::support_bundle::{BundleContent, archive};

use super::harness::{QUICK, settings};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2lnbmF0dXJl";
const LIVEKIT_SECRET: &str = "planted-livekit-secret-of-32-chars";
const NGROK: &str = "2aBcDeFgHiJkLmNoPqRsTuVwXyZ_4aBcDeFgHiJkLmNoPqRsT";
const NAMED: &str = "calls.example.org";
const VISITOR: &str = "198.51.100.77";

/// What must not come out of it.
const PLANTED: &[&str] = &[
    JWT,
    LIVEKIT_SECRET,
    NGROK,
    NAMED,
    VISITOR,
    QUICK,
    "Ana Lima",
];

struct Folder(PathBuf);

impl Folder {
    fn with_secrets(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sidelink-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("temporary folder");
        std::fs::write(path.join("livekit-secret"), format!("{LIVEKIT_SECRET}\n")).expect("writes");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn planted_log() -> String {
    format!(
        "2026-11-21T05:50:00Z key {LIVEKIT_SECRET} from {VISITOR}:51820\n\
         GET https://{QUICK}/rtc?access_token={JWT}\n\
         agent started with {NGROK}\n{{\"participant\":\"Ana Lima\",\"ip\":\"{VISITOR}\"}}\n\
         and this line helps\n"
    )
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut tar = tar::Archive::new(GzDecoder::new(bytes));
    let entries = tar.entries().expect("an archive");
    entries
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            (path, text)
        })
        .collect()
}

fn assert_clean(files: &BTreeMap<String, String>) {
    for (name, text) in files {
        for planted in PLANTED {
            assert!(!text.contains(planted), "{planted} is in {name}:\n{text}");
        }
    }
}

#[test]
fn no_planted_secret_comes_out() {
    let folder = Folder::with_secrets("bundle-planted");
    let quoted = format!("probe of https://{NAMED} with {LIVEKIT_SECRET}: 200 to {VISITOR}");
    let content = BundleContent {
        docker: format!("Docker 28 at redis://:{LIVEKIT_SECRET}@redis"),
        status: Some(json!({
            "publicUrl": format!("https://{QUICK}"),
            "services": [{"name": "ngrok", "tunnel": {"kind": "ngrok", "hostname": NAMED}}],
            "layers": [{"observed": quoted}],
            "activity": [{"at": "2026-11-21T05:50:00Z", "message": quoted, "messagePt": format!("token {JWT}")}],
        })),
        doctor: json!({"checks": [{"observed": quoted}]}),
        doctor_text: quoted,
        logs: vec![ContainerLog {
            service: "livekit".to_owned(),
            text: planted_log(),
            hostname: None,
            image: "livekit/livekit-server:v1.13.5".to_owned(),
        }],
    };
    let files = unpacked(&archive(&content, &folder.0).expect("an archive"));
    assert_clean(&files);
    let read = |name: &str| &files[&format!("sidelink-report/{name}")];
    assert!(read("logs/00-livekit.log").contains("and this line helps"));
    assert!(read("events.json").contains("2026-11-21T05:50:00Z"));
    assert!(read("versions.json").contains("v1.13.5"));
    let status: serde_json::Value = serde_json::from_str(read("status.json")).expect("still JSON");
    assert_eq!(status["publicUrl"], "https://<link>");
}

#[tokio::test]
async fn the_logs_are_read_over_the_docker_api() {
    let folder = Folder::with_secrets("bundle-docker");
    let settings = Settings {
        docker_host: format!("tcp://{}", docker().await),
        project: Some("sidelink".to_owned()),
        ..settings()
    };
    let doctor = Doctor::of(settings.clone().into());
    let report = doctor.examine_alone(None).await;
    let content = BundleContent::gather(&settings, &report, None).await;
    let files = unpacked(&archive(&content, &folder.0).expect("an archive"));
    assert_clean(&files);
    assert!(files["sidelink-report/versions.json"].contains("Docker 28.1 (API 1.49)"));
    let log = &files["sidelink-report/logs/00-livekit.log"];
    assert!(log.contains("and this line helps"), "{log}");
    assert!(!report.ok && files["sidelink-report/doctor.txt"].contains("does not answer"));
}

/// Answers what docker-proxy lets through.
async fn docker() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let router = Router::new().fallback(async |uri: Uri| {
        let path = uri.path();
        if path.ends_with("/version") {
            return json!({"Version": "28.1", "ApiVersion": "1.49"})
                .to_string()
                .into_response();
        }
        if path.ends_with("/containers/json") {
            let labels =
                json!({"com.docker.compose.service": "livekit", "sidelink.hostname": NAMED});
            let container = json!({"Id": "abc", "Image": "livekit", "Labels": labels});
            return json!([container]).to_string().into_response();
        }
        assert!(path.ends_with("/containers/abc/logs"), "{path}");
        assert!(uri.query().is_some_and(|query| query.contains("tail=200")));
        // Docker's frames: the stream, three zeros, the length, the text.
        let text = planted_log();
        let mut frame = vec![1, 0, 0, 0];
        frame.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
        frame.extend(text.bytes());
        frame.into_response()
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
