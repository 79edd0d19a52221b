//! Latency under an open load: requests leave on a fixed schedule, and each is timed from the moment
//! it should have left, so an answer that is late is not hidden by the requests it held back.
//!
//! `scripts/bench` runs it: `latency <name>=<host:port> …`, each in turn, several times over.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const RATE: u32 = 1_000;
const CONNECTIONS: u32 = 8;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(8);
/// The first answers pay for connecting and for cold caches.
const WARM_UP: Duration = Duration::from_secs(1);

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
    let mut rounds = vec![Vec::new(); servers.len()];
    for _ in 0..ROUNDS {
        for ((_, address), rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(round(address));
        }
    }
    for ((name, _), rounds) in servers.iter().zip(&rounds) {
        let shares = [0.50, 0.99, 0.999].map(|share| {
            let mut each: Vec<u64> = rounds.iter().map(|times| at(times, share)).collect();
            each.sort_unstable();
            each[each.len() / 2]
        });
        println!(
            "{name} p50 {} p99 {} p99.9 {} us",
            shares[0], shares[1], shares[2]
        );
    }
}

/// Sorted microseconds of one round.
fn round(address: &str) -> Vec<u64> {
    let start = Instant::now() + Duration::from_millis(50);
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|index| {
            let address = address.to_owned();
            thread::spawn(move || one_connection(&address, start, index))
        })
        .collect();
    let mut times: Vec<u64> = threads
        .into_iter()
        .flat_map(|thread| thread.join().expect("a connection fails"))
        .collect();
    times.sort_unstable();
    times
}

fn one_connection(address: &str, start: Instant, index: u32) -> Vec<u64> {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_nodelay(true).expect("sets TCP_NODELAY");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("sets a limit");
    let request = format!("GET /runtime-config HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let step = Duration::from_secs(1) / RATE;
    let mut buffer = vec![0; 16 * 1024];
    let mut times = Vec::new();
    for number in 0.. {
        let planned = step * (number * CONNECTIONS + index);
        if planned > ROUND {
            break;
        }
        let due = start + planned;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(request.as_bytes()).expect("sends");
        read_answer(&mut stream, &mut buffer);
        if planned >= WARM_UP {
            times.push(u64::try_from(due.elapsed().as_micros()).expect("is short"));
        }
    }
    times
}

fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut have = 0;
    loop {
        let more = stream.read(&mut buffer[have..]).expect("reads");
        assert!(more > 0, "the server closes the connection");
        have += more;
        let Some(end) = buffer[..have]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
        else {
            continue;
        };
        let head = std::str::from_utf8(&buffer[..end]).expect("is text");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let length: usize = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.parse().ok())
            .expect("a content-length");
        if have >= end + 4 + length {
            return;
        }
    }
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
