//! What one visitor may hold open, and for how long.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HOST;
use sidelink_core::{Event, Notice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error as Refused};

use super::harness::{QUICK, Sidecar, Socket, status_of};

/// As the server has them.
const HEAD: Duration = Duration::from_secs(10);
const BODY: Duration = Duration::from_secs(10);
const MOST: usize = 16;

/// Sends an unfinished request.
async fn sends(address: &str, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(text.as_bytes()).await.expect("is sent");
    stream
}

/// Waits in paused time until the server has closed the connection. Returns the time and the response.
async fn ends_after(mut stream: TcpStream) -> (Duration, String) {
    let began = Instant::now();
    let mut got = Vec::new();
    let read = timeout(Duration::from_secs(60), stream.read_to_end(&mut got)).await;
    read.expect("it ends").expect("is read");
    (began.elapsed(), String::from_utf8_lossy(&got).into_owned())
}

/// The server's timer may have begun shortly before the test's.
fn is_about(took: Duration, limit: Duration) -> bool {
    (limit - Duration::from_secs(1)..limit + Duration::from_secs(3)).contains(&took)
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off_on_both_listeners() {
    let sidecar = Sidecar::starts().await;
    let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
    for sent in [head, ""] {
        for address in [&sidecar.public, &sidecar.control] {
            let stream = sends(address, sent).await;
            tokio::time::pause();
            let (took, _) = ends_after(stream).await;
            tokio::time::resume();
            assert!(is_about(took, HEAD), "{took:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_408() {
    let sidecar = Sidecar::starts().await;
    let sent = "POST /links/any/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nConnection: close\r\n\r\n{";
    let stream = sends(&sidecar.public, sent).await;
    tokio::time::pause();
    let (took, answer) = ends_after(stream).await;
    assert!(is_about(took, BODY), "{took:?}");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("slow_body"), "{answer}");
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_refused() {
    let sidecar = Sidecar::starts().await;
    let sends = |length: usize| sidecar.get("/healthz").header("x-long", "x".repeat(length));
    assert_eq!(status_of(sends(8_000)).await, StatusCode::OK);
    let refused = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    assert_eq!(status_of(sends(20_000)).await, refused);
}

#[tokio::test]
async fn hundreds_of_unfinished_heads_leave_room_for_others() {
    let sidecar = Sidecar::starts().await;
    let mut held = Vec::new();
    for _ in 0..400 {
        let mut stream = TcpStream::connect(&sidecar.public).await.expect("connects");
        stream.write_all(b"GET /hea").await.expect("is sent");
        held.push(stream);
    }
    assert_eq!(status_of(sidecar.get("/healthz")).await, StatusCode::OK);
}

async fn follows(sidecar: &Sidecar, address: &str) -> Result<Socket, StatusCode> {
    let uri = format!("ws://{}/runtime-config/ws", sidecar.public);
    let request = ClientRequestBuilder::new(uri.parse().expect("a URI"))
        .with_header("Host", QUICK)
        .with_header("X-Real-IP", address);
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Refused::Http(answer)) => Err(answer.status()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn one_visitor_follows_with_sixteen_and_then_polls_without_waiting() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let mut held = Vec::new();
    for _ in 0..MOST {
        held.push(follows(&sidecar, "203.0.113.7").await.expect("follows"));
    }
    let another = follows(&sidecar, "203.0.113.7").await;
    assert_eq!(another.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    follows(&sidecar, "203.0.113.8").await.expect("others do");

    for path in ["/runtime-config", "/status"] {
        let polls = |address: &str| {
            let request = sidecar.get(&format!("{path}?after=9000000000000&wait=60s"));
            let request = request.header(HOST, QUICK).header("x-real-ip", address);
            request.send()
        };
        let began = Instant::now();
        let answer = polls("203.0.113.7").await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["retry-after"], "5");
        assert!(began.elapsed() < Duration::from_secs(5), "it waited");
        let waits = timeout(Duration::from_millis(300), polls("203.0.113.8"));
        assert!(waits.await.is_err(), "others wait");
    }
    drop(held);
    // The server notices the ends one by one.
    let freed = async { while follows(&sidecar, "203.0.113.7").await.is_err() {} };
    let in_time = timeout(Duration::from_secs(5), freed).await;
    in_time.expect("places are given back");
}

#[tokio::test]
async fn a_shared_private_address_has_no_limit() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let mut held = Vec::new();
    for _ in 0..3 * MOST {
        held.push(follows(&sidecar, "172.18.0.1").await.expect("follows"));
    }
    drop(held);
}

#[tokio::test]
async fn a_shared_private_address_is_reported_and_so_is_its_end() {
    let mut sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let from = |host: &str, address: &str| {
        let request = sidecar.get("/status").header(HOST, host);
        status_of(request.header("x-real-ip", address))
    };
    assert_eq!(from("localhost:8080", "172.18.0.1").await, StatusCode::OK);
    for address in ["172.18.0.1", "172.18.0.1", "203.0.113.7", "172.18.0.1"] {
        assert_eq!(from(QUICK, address).await, StatusCode::OK);
    }
    let mut received = Vec::new();
    while let Ok(event) = sidecar.events.try_recv() {
        match event {
            Event::Noticed(notice) => received.push(("met", notice)),
            Event::NoLonger(notice) => received.push(("over", notice)),
            _ => {}
        }
    }
    let unknown = Notice::VisitorAddressUnknown;
    assert_eq!(received, [("met", unknown), ("over", unknown)]);
}
