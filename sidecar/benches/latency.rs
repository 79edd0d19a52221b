//! Latency under an open load. Requests are sent on a fixed schedule, and each is timed from its scheduled moment, so a late
//! answer is not hidden by the requests that it delayed. `own` is the delay of the requests themselves, which a busy
//! machine adds before the server.
//!
//! `scripts/bench` runs it: `latency <name>=<host:port> …`, each in turn, several times.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

const RATE: u32 = 1_000;
const CONNECTIONS: u32 = 8;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(3);

fn main() {
    let servers: Vec<(String, String)> = std::env::args()
        .skip(1)
        .filter_map(|argument| {
            let (name, address) = argument.split_once('=')?;
            Some((name.to_owned(), address.to_owned()))
        })
        .collect();
    if servers.is_empty() {
        println!("run by scripts/bench");
        return;
    }
    let mut rounds: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, address), rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(round(address));
        }
    }
    for ((name, _), rounds) in servers.iter().zip(&rounds) {
        let [p50, p99, p999] = [0.50, 0.99, 0.999]
            .map(|share| median(rounds.iter().map(|round| at(&round.answered, share))));
        let own = median(rounds.iter().map(|round| at(&round.left, 0.99)));
        let quietest = rounds.iter().map(|round| at(&round.answered, 0.99)).min();
        let quietest = quietest.expect("there are rounds");
        println!(
            "{name} p50 {p50} p99 {p99} p99.9 {p999} own-p99 {own} quietest-p99 {quietest} us"
        );
    }
}

/// Longer than a thread takes to wake up.
const AWAKE: Duration = Duration::from_micros(200);

/// Microseconds after the scheduled moment, sorted.
#[derive(Default)]
struct Round {
    left: Vec<u64>,
    answered: Vec<u64>,
}

/// Runs one thread that sleeps between requests, and is awake from shortly before one to its answer. Waking up takes as
/// long as an answer, and a thread that never sleeps loses its core on a busy machine.
fn round(address: &str) -> Round {
    let request = format!("GET /runtime-config HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut connections: Vec<Connection> = (0..CONNECTIONS)
        .map(|_| Connection::open(address, &request))
        .collect();
    let step = Duration::from_secs(1) / RATE;
    let start = Instant::now();
    let mut round = Round::default();
    let mut number = 0;
    while step * number < ROUND || connections.iter().any(|one| !one.due.is_empty()) {
        let due = start + step * number;
        if step * number < ROUND && Instant::now() >= due {
            connections[(number % CONNECTIONS) as usize].send(&request, due);
            round.left.push(micros(due));
            number += 1;
        }
        for connection in &mut connections {
            connection.receive(&mut round.answered);
        }
        if connections.iter().all(|one| one.due.is_empty()) {
            let next = start + step * number;
            sleep((next - AWAKE).saturating_duration_since(Instant::now()));
        }
    }
    round.left.sort_unstable();
    round.answered.sort_unstable();
    round
}

struct Connection {
    stream: TcpStream,
    /// Bytes of one answer; only `Date` changes, and its length is constant.
    answer: usize,
    received: usize,
    /// Scheduled moments of the unanswered requests.
    due: VecDeque<Instant>,
}

impl Connection {
    /// Connects, and measures the length of the first answer, which the others have too.
    fn open(address: &str, request: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("sets TCP_NODELAY");
        let limit = Some(Duration::from_millis(200));
        stream.set_read_timeout(limit).expect("sets a limit");
        stream.write_all(request.as_bytes()).expect("sends");
        let mut buffer = [0; 16 * 1024];
        let mut answer = 0;
        // Until nothing more arrives.
        while let Ok(more @ 1..) = stream.read(&mut buffer[answer..]) {
            answer += more;
        }
        assert!(
            buffer.starts_with(b"HTTP/1.1 200"),
            "{address} does not answer 200"
        );
        stream.set_nonblocking(true).expect("does not block");
        Self {
            stream,
            answer,
            received: 0,
            due: VecDeque::new(),
        }
    }

    fn send(&mut self, request: &str, due: Instant) {
        self.stream.write_all(request.as_bytes()).expect("sends");
        self.due.push_back(due);
    }

    fn receive(&mut self, answered: &mut Vec<u64>) {
        if self.due.is_empty() {
            return;
        }
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => panic!("the server closes the connection"),
            Ok(more) => self.received += more,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("cannot read: {error}"),
        }
        while self.received >= self.answer {
            self.received -= self.answer;
            let due = self.due.pop_front().expect("no answer without a request");
            answered.push(micros(due));
        }
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).expect("is short")
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn at(sorted: &[u64], share: f64) -> u64 {
    let last = sorted.len() - 1;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let index = (last as f64 * share) as usize;
    sorted[index]
}
