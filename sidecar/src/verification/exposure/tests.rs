//! All checks over real sockets, in plain text, against a fake gateway that exposes one endpoint at a time.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::http_client::local_client;
use sidelink_core::Diagnosis;

const INSTANCE: &str = "i1";
const PAGE: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>My app</title>";
const ICECAST: &str = "HTTP/1.0 401 Authentication Required\r\nX-Sidelink-Instance: i1\r\nWWW-Authenticate: Basic realm=\"Icecast2 Server\"\r\n\r\nYou need to authenticate\r\n";
const TWIRP: &str = "HTTP/1.1 401 Unauthorized\r\nX-Sidelink-Instance: i1\r\nContent-Type: application/json\r\n\r\n{\"code\":\"unauthenticated\",\"msg\":\"permissions denied\"}";
const PPROF: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n<title>/debug/pprof/</title>\nTypes of profiles available:\n<table>\n\r\n0\r\n\r\n";
const SUCCESS: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\n\r\nsuccess";

const SILENCE: &str = "silence";

/// Returns the answer to a request's head.
type Answers = fn(&str) -> &'static str;

/// A gateway that records the requests.
struct FakeGateway {
    host: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeGateway {
    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(answer(tcp, answers, Arc::clone(&recorded)));
            }
        });
        Self { host, requests }
    }

    async fn report(&self) -> ExposureReport {
        let client = local_client(CHECK_TIMEOUT).expect("a client");
        let addresses = [self.host.parse().expect("an address")];
        let probe = ExposureProbe {
            client: &client,
            tls: None,
            host: &self.host,
            addresses: &addresses,
            instance: INSTANCE,
        };
        probe.run().await
    }

    async fn result(&self) -> Result<String, (&'static str, String)> {
        let result = self.report().await.result();
        result.map_err(|error| {
            assert_eq!(error.layer, LayerKind::Exposure);
            let code = error.reason.code();
            match error.reason {
                Diagnosis::PublicUrl(PublicUrlFault::Exposed { found }) => (code, found),
                Diagnosis::PublicUrl(PublicUrlFault::ExposureUnseen { answered, got, .. }) => {
                    (code, format!("{answered} answered, {got}"))
                }
                other => panic!("{other:?}"),
            }
        })
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

/// Answers one request and closes the connection. Sends nothing for an empty answer; `SILENCE` keeps the connection.
async fn answer(mut tcp: TcpStream, answers: Answers, requests: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = tcp.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    if head.starts_with("POST") {
        let _ = tcp.read_exact(&mut [0; 2]).await;
    }
    let first = head.lines().next().unwrap_or_default().to_owned();
    requests.lock().expect("no panic").push(first);
    if answers(&head) == SILENCE {
        let _ = tcp.read_u8().await;
        return;
    }
    let answer = answers(&head).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let _ = tcp.write_all(answer.as_bytes()).await;
    let _ = tcp.shutdown().await;
}

#[tokio::test]
async fn a_gateway_that_answers_every_path_with_the_apps_page_is_safe() {
    let gateway = FakeGateway::start(|_| PAGE).await;
    let all = format!("{0}/{0} closed", EXPOSURE_CHECKS.len());
    assert_eq!(gateway.result().await, Ok(all));
    let requests = gateway.requests();
    assert_eq!(
        requests.len(),
        EXPOSURE_CHECKS.len(),
        "one request per check"
    );
    for line in [
        "GET /stream/../admin/stats HTTP/1.1",
        "GET /rtc/%2e%2e/debug/pprof/ HTTP/1.1",
        "GET //admin/stats HTTP/1.1",
        "GET /%61dmin/stats HTTP/1.1",
        "GET /stream/..%2fadmin/stats HTTP/1.1",
        "POST /twirp/livekit.RoomService/ListRooms HTTP/1.1",
    ] {
        assert!(
            requests.iter().any(|request| request == line),
            "{line}: {requests:?}"
        );
    }
}

#[tokio::test]
async fn one_exposed_endpoint_is_enough_and_is_named() {
    let exposed: [(Answers, &str); 7] = [
        (
            |asked| {
                if asked.starts_with("GET /admin/") {
                    ICECAST
                } else {
                    PAGE
                }
            },
            "Icecast admin (GET /admin/)",
        ),
        (
            |asked| {
                if asked.starts_with("GET //admin") {
                    ICECAST
                } else {
                    PAGE
                }
            },
            "Icecast admin (GET //admin/stats)",
        ),
        (
            |asked| {
                if asked.starts_with("GET /stream/../") {
                    ICECAST
                } else {
                    PAGE
                }
            },
            "Icecast admin (GET /stream/../admin/stats)",
        ),
        (
            |asked| {
                if asked.starts_with("POST /twirp/livekit.Room") {
                    TWIRP
                } else {
                    PAGE
                }
            },
            "LiveKit API (POST /twirp/livekit.RoomService/ListRooms)",
        ),
        (
            |asked| {
                if asked.starts_with("GET /debug/pprof") {
                    PPROF
                } else {
                    PAGE
                }
            },
            "pprof (GET /debug/pprof/)",
        ),
        (
            |asked| {
                if asked.starts_with("GET /rtc/../debug") {
                    PPROF
                } else {
                    PAGE
                }
            },
            "pprof (GET /rtc/../debug/pprof/)",
        ),
        // The key is in the token's payload: {"iss":"devkey",…
        (
            |asked| {
                if asked.contains("eyJpc3MiOiJkZXZrZXki") {
                    SUCCESS
                } else {
                    PAGE
                }
            },
            "LiveKit, key devkey (GET /sidelink/rtc/validate)",
        ),
    ];
    for (answers, found) in exposed {
        let gateway = FakeGateway::start(answers).await;
        let expected = ("exposed", found.to_owned());
        assert_eq!(gateway.result().await, Err(expected));
    }
}

#[tokio::test]
async fn a_few_unanswered_checks_are_allowed_but_not_all() {
    let gateway = FakeGateway::start(|asked| if asked.contains("pprof") { "" } else { PAGE }).await;
    let observed = gateway.result().await.expect("one filter is tolerated");
    assert_eq!(
        observed,
        format!(
            "{}/{} closed",
            EXPOSURE_CHECKS.len() - 5,
            EXPOSURE_CHECKS.len()
        )
    );
    let gateway =
        FakeGateway::start(|_| "HTTP/1.1 429 Too Many Requests\r\n\r\nerror code: 1015").await;
    let expected = "0 answered, 429 Too Many Requests".to_owned();
    assert_eq!(gateway.result().await, Err(("exposure_unseen", expected)));
}

#[tokio::test]
async fn an_app_that_is_slow_for_unknown_paths_is_not_exposed() {
    let answers: Answers = |asked| {
        if asked.contains("admin") {
            SILENCE
        } else {
            PAGE
        }
    };
    let report = FakeGateway::start(answers).await.report().await;
    assert_eq!((report.slow, report.unanswered), (5, 0));
    let observed = format!(
        "{}/{} closed",
        EXPOSURE_CHECKS.len() - 5,
        EXPOSURE_CHECKS.len()
    );
    assert_eq!(report.result().ok(), Some(observed));
}

#[tokio::test]
async fn an_app_that_is_slow_for_every_path_passes() {
    let gateway = FakeGateway::start(|asked| {
        let known = [HEALTHZ_PATH, "/rtc", "/sidelink/", "/twirp"];
        if known.iter().any(|path| asked.contains(path)) {
            PAGE
        } else {
            SILENCE
        }
    });
    let report = gateway.await.report().await;
    assert!(
        report.slow * MAX_UNANSWERED_SHARE > EXPOSURE_CHECKS.len(),
        "{report:?}"
    );
    assert!(report.result().is_ok());
}

#[tokio::test]
async fn the_check_fails_where_no_endpoint_answers() {
    let silent: [Answers; 2] = [
        // A connection that is interrupted.
        |_| SILENCE,
        // One over which only the instance header arrives.
        |asked| {
            if asked.contains(HEALTHZ_PATH) {
                PAGE
            } else {
                SILENCE
            }
        },
    ];
    for answers in silent {
        let result = FakeGateway::start(answers).await.result().await;
        let (code, detail) = result.expect_err("it fails");
        assert_eq!(code, "exposure_unseen");
        assert!(detail.starts_with("0 answered"), "{detail}");
    }
}

#[tokio::test]
async fn a_connection_that_stalls_is_not_mistaken_for_a_slow_app() {
    let answers: Answers = |asked| {
        if asked.contains("/rtc") {
            PAGE
        } else {
            SILENCE
        }
    };
    let result = FakeGateway::start(answers).await.result().await;
    let (code, detail) = result.expect_err("the instance header is missing too");
    assert_eq!(code, "exposure_unseen");
    assert!(detail.ends_with("no answer in 2 s"), "{detail}");
}
