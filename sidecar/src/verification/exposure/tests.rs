//! Every door over real sockets, in plain text: one front that opens one thing at a time.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::probe::client::local_client;
use sidelink_core::Diagnosis;

const INSTANCE: &str = "i1";
const PAGE: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>My app</title>";
const ICECAST: &str = "HTTP/1.0 401 Authentication Required\r\nX-Sidelink-Instance: i1\r\nWWW-Authenticate: Basic realm=\"Icecast2 Server\"\r\n\r\nYou need to authenticate\r\n";
const TWIRP: &str = "HTTP/1.1 401 Unauthorized\r\nX-Sidelink-Instance: i1\r\nContent-Type: application/json\r\n\r\n{\"code\":\"unauthenticated\",\"msg\":\"permissions denied\"}";
const PPROF: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n<title>/debug/pprof/</title>\nTypes of profiles available:\n<table>\n\r\n0\r\n\r\n";
const SUCCESS: &str = "HTTP/1.1 200 OK\r\nX-Sidelink-Instance: i1\r\n\r\nsuccess";

const SILENCE: &str = "silence";

/// What a front answers to a request as it came in, head first.
type Answers = fn(&str) -> &'static str;

/// Stands where the gateway does; remembers what it was asked.
struct FrontDoor {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl FrontDoor {
    async fn opens(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(answer(tcp, answers, Arc::clone(&notes)));
            }
        });
        Self { host, asked }
    }

    async fn round(&self) -> Round {
        let client = local_client(LIMIT).expect("a client");
        let addresses = [self.host.parse().expect("an address")];
        let front = Front {
            client: &client,
            tls: None,
            host: &self.host,
            addresses: &addresses,
            instance: INSTANCE,
        };
        front.round().await
    }

    async fn verdict(&self) -> Result<String, (&'static str, String)> {
        let told = self.round().await.verdict();
        told.map_err(|trouble| {
            assert_eq!(trouble.at, LayerKind::Exposure);
            let code = trouble.reason.code();
            match trouble.reason {
                Diagnosis::PublicUrl(PublicUrlFault::Exposed { found }) => (code, found),
                Diagnosis::PublicUrl(PublicUrlFault::ExposureUnseen { answered, got, .. }) => {
                    (code, format!("{answered} answered, {got}"))
                }
                other => panic!("{other:?}"),
            }
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

/// One request, one answer, and the connection is closed. An empty answer is none; `SILENCE` keeps the line open.
async fn answer(mut tcp: TcpStream, answers: Answers, asked: Arc<Mutex<Vec<String>>>) {
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
    asked.lock().expect("nobody panicked").push(first);
    if answers(&head) == SILENCE {
        let _ = tcp.read_u8().await;
        return;
    }
    let answer = answers(&head).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let _ = tcp.write_all(answer.as_bytes()).await;
    let _ = tcp.shutdown().await;
}

#[tokio::test]
async fn a_front_that_answers_every_path_with_the_apps_page_is_safe() {
    let front = FrontDoor::opens(|_| PAGE).await;
    let all = format!("{0}/{0} closed", DOORS.len());
    assert_eq!(front.verdict().await, Ok(all));
    let asked = front.asked();
    assert_eq!(asked.len(), DOORS.len(), "one request for each door");
    for line in [
        "GET /stream/../admin/stats HTTP/1.1",
        "GET /rtc/%2e%2e/debug/pprof/ HTTP/1.1",
        "GET //admin/stats HTTP/1.1",
        "GET /%61dmin/stats HTTP/1.1",
        "GET /stream/..%2fadmin/stats HTTP/1.1",
        "POST /twirp/livekit.RoomService/ListRooms HTTP/1.1",
    ] {
        assert!(asked.iter().any(|asked| asked == line), "{line}: {asked:?}");
    }
}

#[tokio::test]
async fn one_open_door_is_enough_and_is_told_by_its_name() {
    let open: [(Answers, &str); 7] = [
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
    for (answers, found) in open {
        let front = FrontDoor::opens(answers).await;
        let expected = ("exposed", found.to_owned());
        assert_eq!(front.verdict().await, Err(expected));
    }
}

#[tokio::test]
async fn a_door_without_an_answer_is_counted_and_a_front_without_answers_is_not_safe() {
    let front = FrontDoor::opens(|asked| if asked.contains("pprof") { "" } else { PAGE }).await;
    let told = front.verdict().await.expect("one filter makes no trouble");
    assert_eq!(told, format!("{}/{} closed", DOORS.len() - 5, DOORS.len()));
    let front =
        FrontDoor::opens(|_| "HTTP/1.1 429 Too Many Requests\r\n\r\nerror code: 1015").await;
    let expected = "0 answered, 429 Too Many Requests".to_owned();
    assert_eq!(front.verdict().await, Err(("exposure_unseen", expected)));
}

#[tokio::test]
async fn an_app_that_is_slow_where_it_knows_nothing_is_no_open_door() {
    let answers: Answers = |asked| {
        if asked.contains("admin") {
            SILENCE
        } else {
            PAGE
        }
    };
    let round = FrontDoor::opens(answers).await.round().await;
    assert_eq!((round.slow, round.unanswered), (5, 0));
    let told = format!("{}/{} closed", DOORS.len() - 5, DOORS.len());
    assert_eq!(round.verdict().ok(), Some(told));
}

#[tokio::test]
async fn an_app_that_is_slow_for_every_path_is_no_reason_to_wait() {
    let front = FrontDoor::opens(|asked| {
        let known = [marker::PATH, "/rtc", "/sidelink/", "/twirp"];
        if known.iter().any(|path| asked.contains(path)) {
            PAGE
        } else {
            SILENCE
        }
    });
    let round = front.await.round().await;
    assert!(round.slow * UNANSWERED > DOORS.len(), "{round:?}");
    assert!(round.verdict().is_ok());
}

#[tokio::test]
async fn where_nothing_was_seen_the_link_waits() {
    let waits: [Answers; 2] = [
        // A line that is cut for a moment.
        |_| SILENCE,
        // One on which our marker answers alone.
        |asked| {
            if asked.contains(marker::PATH) {
                PAGE
            } else {
                SILENCE
            }
        },
    ];
    for answers in waits {
        let verdict = FrontDoor::opens(answers).await.verdict().await;
        let (code, told) = verdict.expect_err("it waits");
        assert_eq!(code, "exposure_unseen");
        assert!(told.starts_with("0 answered"), "{told}");
    }
}

#[tokio::test]
async fn a_line_that_stalls_for_most_doors_is_not_taken_for_a_slow_app() {
    let answers: Answers = |asked| {
        if asked.contains("/rtc") {
            PAGE
        } else {
            SILENCE
        }
    };
    let verdict = FrontDoor::opens(answers).await.verdict().await;
    let (code, told) = verdict.expect_err("our marker is silent, too");
    assert_eq!(code, "exposure_unseen");
    assert!(told.ends_with("no answer in 2 s"), "{told}");
}
