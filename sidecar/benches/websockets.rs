//! Ten thousand pages that follow the runtime config: their memory, and the time until a change reaches the last one.
//!
//! `scripts/bench` runs it: `websockets sidecar <host:port> <pid> <sidelink.yaml>` measures the sidecar, and
//! `websockets peer <cpu>` the minimum of the same library: a loop that sends one text to every socket, without routes,
//! revisions, pings or hosts.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_async_with_config, client_async_with_config};

const SOCKETS: usize = 10_000;
const CHANGES: usize = 5;
/// Each source address has some 28,000 ports; Linux answers for all of 127.0.0.0/8.
const SOCKETS_PER_ADDRESS: usize = 5_000;
/// The sidecar's size, so that a socket costs the peer the same.
const BUFFER: usize = 1024;
const TIMEOUT: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<TcpStream>;

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    match arguments[..] {
        ["sidecar", address, pid, file] => runtime.block_on(measure(
            "sidecar",
            address.parse().expect("host:port"),
            pid.parse().expect("a process id"),
            Change::File(file.into()),
        )),
        ["peer", cpu] => {
            let (peer, address) = start_peer(cpu);
            let pid = peer.id();
            runtime.block_on(measure("peer", address, pid, Change::Peer(peer)));
        }
        ["serve-peer"] => runtime.block_on(serve_peer()),
        _ => println!("run by scripts/bench"),
    }
}

/// How a server is made to send a new text.
enum Change {
    File(PathBuf),
    Peer(Child),
}

impl Change {
    /// Makes the change and returns its time by the client's clock.
    fn make(&mut self, marker: &str) -> Instant {
        match self {
            Self::File(path) => {
                let beside = path.with_extension("new");
                std::fs::write(&beside, format!("env: {{BENCH: {marker}}}\n")).expect("writes");
                let at = Instant::now();
                std::fs::rename(&beside, path).expect("replaces");
                at
            }
            Self::Peer(child) => {
                let mut input = child.stdin.as_ref().expect("is piped");
                let at = Instant::now();
                writeln!(input, "{marker}").expect("writes");
                at
            }
        }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Self::Peer(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn measure(name: &str, address: SocketAddr, pid: u32, mut change: Change) {
    let before = rss(pid);
    let (received, mut receipts) = mpsc::unbounded_channel();
    let started = Instant::now();
    let mut pages = Vec::with_capacity(SOCKETS);
    for index in 0..SOCKETS {
        let socket = connect(address, index).await;
        pages.push(tokio::spawn(page(socket, received.clone())));
    }
    let opened = started.elapsed();
    sleep(Duration::from_secs(2)).await;
    while receipts.try_recv().is_ok() {}
    let with = rss(pid);

    let mut reach = Vec::new();
    for number in 0..CHANGES {
        let marker = format!("change{number}");
        let at = change.make(&marker);
        let mut times = Vec::with_capacity(SOCKETS);
        while times.len() < SOCKETS {
            let (text, receipt): (Box<str>, Instant) = timeout(TIMEOUT, receipts.recv())
                .await
                .unwrap_or_else(|_| panic!("{} of {SOCKETS} pages heard of it", times.len()))
                .expect("pages are open");
            if text.contains(&marker) {
                times.push(receipt - at);
            }
        }
        times.sort_unstable();
        reach.push([times[0], times[SOCKETS / 2], times[SOCKETS - 1]]);
        sleep(Duration::from_secs(1)).await;
    }
    let most = rss(pid);
    for page in &pages {
        page.abort();
    }
    drop(pages);
    sleep(Duration::from_secs(3)).await;
    let after = rss(pid);

    for [first, median, last] in &reach {
        println!(
            "{name} change first {:.1} median {:.1} last {:.1} spread {:.1} ms",
            ms(*first),
            ms(*median),
            ms(*last),
            ms(*last - *first)
        );
    }
    reach.sort_unstable_by_key(|times| times[2]);
    let [first, median, last] = reach[CHANGES / 2];
    println!(
        "{name} reach first {:.1} median {:.1} last {:.1} spread {:.1} ms",
        ms(first),
        ms(median),
        ms(last),
        ms(last - first)
    );
    println!(
        "{name} rss before {before} with {with} changed {most} after {after} KiB, opened in {:.1} s",
        opened.as_secs_f64()
    );
}

async fn connect(address: SocketAddr, index: usize) -> Socket {
    let socket = TcpSocket::new_v4().expect("a socket: raise `ulimit -n`");
    let host = u8::try_from(2 + index / SOCKETS_PER_ADDRESS).expect("few addresses");
    socket
        .bind(SocketAddr::from(([127, 0, 0, host], 0)))
        .expect("a port");
    let stream = socket.connect(address).await.expect("connects");
    let url = format!("ws://{address}/runtime-config/ws");
    client_async_with_config(url, stream, Some(small()))
        .await
        .expect("a WebSocket")
        .0
}

/// Records the time of every text. The library answers pings.
async fn page(mut socket: Socket, received: mpsc::UnboundedSender<(Box<str>, Instant)>) {
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            let _ = received.send((text.as_str().into(), Instant::now()));
        }
    }
}

fn small() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
}

fn start_peer(cpu: &str) -> (Child, SocketAddr) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let peer = Command::new("taskset")
        .args(["-c", cpu])
        .arg(std::env::current_exe().expect("its own path"))
        .arg("serve-peer")
        .env("PEER_LISTEN", port.to_string())
        .stdin(Stdio::piped())
        .spawn()
        .expect("starts");
    while std::net::TcpStream::connect(port).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    (peer, port)
}

async fn serve_peer() {
    let address = std::env::var("PEER_LISTEN").expect("PEER_LISTEN");
    let listener = TcpListener::bind(address).await.expect("listens");
    let (text, texts) = watch::channel(Message::text("first"));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                tokio::spawn(send_texts(stream, texts.clone()));
            }
            line = lines.next_line() => {
                let Ok(Some(line)) = line else { return };
                // About as long as the sidecar's document.
                text.send_replace(Message::text(format!("{line}{}", " ".repeat(240))));
            }
        }
    }
}

async fn send_texts(stream: TcpStream, mut texts: watch::Receiver<Message>) {
    let _ = stream.set_nodelay(true);
    let Ok(mut socket) = accept_async_with_config(stream, Some(small())).await else {
        return;
    };
    texts.mark_changed();
    loop {
        tokio::select! {
            changed = texts.changed() => {
                let text = texts.borrow_and_update().clone();
                if changed.is_err() || socket.send(text).await.is_err() {
                    return;
                }
            }
            message = socket.next() => {
                if !matches!(message, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
}

/// Resident memory in KiB.
fn rss(pid: u32) -> u64 {
    std::fs::read_to_string(format!("/proc/{pid}/status"))
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .expect("the server runs")
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
