//! Tests over real sockets, byte for byte where the rules are about bytes.

use sidelink_diagnostics::Explain;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::Uri;
use axum::response::IntoResponse;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::docker_proxy::listen::{accept, bind};
use crate::docker_proxy::{Proxy, check};
use sidelink_diagnostics::recognize::engine::lost;

/// Full ids have 64 digits.
fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A folder with the two sockets, and the requests that the engine received.
struct Sockets {
    folder: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Sockets {
    fn folder(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sidelink-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self {
            folder,
            asked: Arc::default(),
        }
    }

    fn proxy_listens(&self) {
        let listener = bind(&self.folder.join("proxy")).expect("listens");
        let proxy = Proxy::new(self.folder.join("engine"), Some("a".to_owned()));
        tokio::spawn(accept(listener, proxy));
    }

    /// Starts a fake engine with containers of the projects `a`, `a-b` and of none.
    fn with_engine(name: &str) -> Self {
        let sockets = Self::folder(name);
        let listener = UnixListener::bind(sockets.folder.join("engine")).expect("listens");
        let asked = Arc::clone(&sockets.asked);
        let router = Router::new().fallback(async move |uri: Uri| {
            asked.lock().expect("free").push(uri.to_string());
            let path = uri.path().strip_prefix("/v1.45").unwrap_or(uri.path());
            let Some(name) = path.strip_prefix("/containers/").and_then(|rest| rest.strip_suffix("/json")) else {
                return "passed".into_response();
            };
            let project = |name: &str| json!({"com.docker.compose.project": name, "sidelink.role": "app"});
            let (id, labels) = match name {
                "ours" | "a-app-1" => (id('1'), project("a")),
                "theirs" | "a-b-app-1" => (id('2'), project("a-b")),
                "unlabelled" => (id('3'), json!(null)),
                "norole" => (id('4'), json!({"com.docker.compose.project": "a"})),
                _ => return (axum::http::StatusCode::NOT_FOUND, r#"{"message":"No such container"}"#).into_response(),
            };
            json!({"Id": id, "Config": {"Labels": labels, "Env": ["PASSWORD=hunter2"], "StopSignal": "SIGTERM"}})
                .to_string()
                .into_response()
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        sockets.proxy_listens();
        sockets
    }

    /// Sends the bytes unchanged and reads until the end.
    async fn sends(&self, bytes: &str) -> String {
        let mut stream = UnixStream::connect(self.folder.join("proxy"))
            .await
            .expect("connects");
        stream
            .write_all(bytes.as_bytes())
            .await
            .expect("is written");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn asks(&self, line: &str) -> String {
        self.sends(&format!(
            "{line} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("free"))
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_container_of_another_project_is_neither_shown_nor_changed() {
    let sockets = Sockets::with_engine("others");
    for name in ["theirs", "a-b-app-1", "unlabelled"] {
        for line in [
            "GET /containers/X/json",
            "GET /v1.45/containers/X/logs?stdout=1",
            "POST /containers/X/stop",
            "POST /containers/X/start",
        ] {
            let answer = sockets.asks(&line.replace('X', name)).await;
            assert!(
                answer.starts_with("HTTP/1.1 403 "),
                "{line} {name}: {answer}"
            );
            assert!(
                !answer.contains("hunter2") && !answer.contains("passed"),
                "{answer}"
            );
            let asked = sockets.asked();
            assert!(
                asked.iter().all(|path| path.ends_with("/json")),
                "{asked:?}"
            );
        }
    }
    let gone = sockets.asks("GET /containers/gone/json").await;
    assert!(gone.starts_with("HTTP/1.1 404 "), "{gone}");
}

#[tokio::test]
async fn an_action_uses_the_full_id_and_the_environment_is_not_shown() {
    let sockets = Sockets::with_engine("own");
    let shown = sockets.asks("GET /containers/a-app-1/json").await;
    assert!(
        shown.contains("SIGTERM") && !shown.contains("hunter2"),
        "{shown}"
    );
    sockets.asked();
    let done = sockets
        .asks("POST /v1.45/containers/a-app-1/restart?t=3")
        .await;
    assert!(done.ends_with("passed"), "{done}");
    let expected = format!("/v1.45/containers/{}/restart?t=3", id('1'));
    assert_eq!(sockets.asked().last(), Some(&expected));
    let no_role = sockets.asks("POST /containers/norole/stop").await;
    assert!(
        no_role.starts_with("HTTP/1.1 403 ") && no_role.contains("sidelink.role"),
        "{no_role}"
    );
}

#[tokio::test]
async fn bodies_upgrades_and_other_protocols_do_not_pass() {
    let sockets = Sockets::with_engine("bytes");
    let start = "POST /containers/ours/start HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n";
    for bytes in [
        format!("{start}Content-Length: 2\r\n\r\n{{}}"),
        format!("{start}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        "POST /containers/ours/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade, close\r\nUpgrade: tcp\r\n\r\n".to_owned(),
        "GET /containers/json HTTP/1.1\r\nHost: evil.example:2375\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /containers/json HTTP/1.1\r\nHost: docker\r\nOrigin: http://docker\r\nConnection: close\r\n\r\n".to_owned(),
        "POST /containers/ours/stop HTTP/1.1\r\nHost: docker\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "GET http://docker/containers/json HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n".to_owned(),
        "CONNECT docker:80 HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n".to_owned(),
        format!("GET /_ping HTTP/1.1\r\nX: {}\r\nConnection: close\r\n\r\n", "x".repeat(20_000)),
    ] {
        let answer = sockets.sends(&bytes).await;
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused && !answer.contains("passed"), "{}: {answer}", &bytes[..40]);
        assert_eq!(sockets.asked(), [""; 0], "{}", &bytes[..40]);
    }
}

#[tokio::test]
async fn the_rules_apply_to_each_request_of_a_connection() {
    let sockets = Sockets::with_engine("second");
    let both = "GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\nGET /info HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";
    let answer = sockets.sends(both).await;
    assert!(answer.contains("403 Forbidden"), "{answer}");
    assert_eq!(sockets.asked(), ["/_ping"]);
}

#[tokio::test]
async fn a_wrong_docker_socket_has_its_own_diagnosis() {
    type Prepare = fn(&Sockets);
    let cases: [(&str, Prepare); 4] = [
        ("docker_sock_missing", |_| {}),
        ("docker_sock_wrong", |s| {
            fs::create_dir(s.folder.join("engine")).expect("is made")
        }),
        ("docker_sock_wrong", |s| {
            fs::write(s.folder.join("engine"), "").expect("is written")
        }),
        ("docker_sock_silent", |s| {
            drop(std::os::unix::net::UnixListener::bind(s.folder.join("engine")).expect("listens"))
        }),
    ];
    for (code, prepare) in cases {
        let sockets = Sockets::folder(code);
        prepare(&sockets);
        let early = check(&sockets.folder.join("proxy"))
            .await
            .expect_err("the proxy does not listen yet");
        assert_eq!(early.to_string(), "docker-proxy does not listen yet");
        sockets.proxy_listens();
        let error = check(&sockets.folder.join("proxy"))
            .await
            .expect_err("no Docker");
        let reason = lost(&error.to_string());
        assert_eq!(reason.code(), code, "{error}");
        let next = reason
            .next(sidelink_diagnostics::Lang::En)
            .expect("a next step");
        assert!(next.contains("DOCKER_SOCK"), "{next}");
    }
}

#[tokio::test]
async fn the_healthcheck_passes_while_docker_answers() {
    let sockets = Sockets::with_engine("healthy");
    check(&sockets.folder.join("proxy")).await.expect("is well");
}
