//! Measures links: created and joined two hundred times a second, beside a bare `SET` of the same bytes in the same Redis.
//!
//! `scripts/bench links` runs it: `links <redis host:port> <password> <cpu>`. The listeners are in a separate process
//! (`serve-links`), which this one starts on that core. A publication that is renewed each second verifies the public URL.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use reqwest::RequestBuilder;
use sidelink::config::secrets::Secrets;
use sidelink::config::settings::Settings;
use sidelink::connections::Connections;
use sidelink::http;
use sidelink::ice::IceConfig;
use sidelink::links::Links;
use sidelink::livekit::room_service::RoomService;
use sidelink::runtime::clock::{Clock, unix_ms};
use sidelink::runtime::engine::Handle;
use sidelink::runtime_config::cache::RuntimeConfigCache;
use sidelink::storage::recent_hostnames::RecentHostnames;
use sidelink::storage::redis::RedisConnection;
use sidelink_core::{Phase, Role, ServiceView, Snapshot, State};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

const RATE: u32 = 200;
const ROUND: Duration = Duration::from_secs(5);
const ROUNDS: usize = 5;
const HOST: &str = "north-ember-delta-kettle.trycloudflare.com";
const TOKEN: &str = "bench-only-token";

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    match arguments[..] {
        ["serve-links", redis, password, public, control] => {
            runtime.block_on(serve(redis, password, public, control))
        }
        [redis, password, cpu] => runtime.block_on(measure(redis, password, cpu)),
        _ => println!("run by scripts/bench"),
    }
}

/// Serves both listeners without an engine. The public URL counts as verified, again once a second.
async fn serve(redis: &str, password: &str, public: &str, control: &str) {
    let vars = [("SIDELINK_REDIS", redis), ("SIDELINK_STUN", "off")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let settings = Settings::from_vars(vars.into()).expect("settings");
    let secrets = Secrets {
        instance: "bench".into(),
        control_token: TOKEN.into(),
        app_token: "app".into(),
        livekit_key: "key".into(),
        livekit_secret: "a-livekit-secret-of-32-characters".into(),
        redis_password: password.into(),
        icecast_admin: "bench".into(),
        turn_credential: None,
    };
    let clock = Clock::start();
    let published = || {
        RuntimeConfigCache::render(
            verified(),
            clock.now(),
            sidelink::config::settings::Routes::Root,
        )
    };
    let (sender, reader) = watch::channel(published());
    let (_draining, drains) = watch::channel(false);
    let (events, mut sent) = mpsc::channel(256);
    let links = Links::new(
        Arc::new(RedisConnection::new(&settings.redis, password).expect("a good address")),
        clock,
    );
    let rooms = RoomService::new(
        sidelink::http_client::local_client(Duration::from_secs(1)).expect("a client"),
        "http://127.0.0.1:9",
        secrets.clone(),
    );
    let client = sidelink::http_client::local_client(Duration::from_secs(1)).expect("a client");
    let ice = IceConfig::new(&[], None, &secrets, client).expect("fits");
    tokio::spawn(Arc::clone(&links).follow(reader.clone(), events.clone(), rooms.clone(), clock));
    let app = http::App::new(http::Parts {
        published: reader,
        engine: Handle { clock, events },
        connections: Arc::new(Connections::new(rooms.clone())),
        rooms,
        ice: Arc::new(ice),
        publisher: None,
        metrics: std::sync::Arc::default(),
        secrets,
        settings,
        links,
        hostnames: RecentHostnames::default(),
        draining: drains,
    });
    let listen = async |address| TcpListener::bind(address).await.expect("listens");
    let forever = std::future::pending;
    let site = http::public(app.clone());
    tokio::spawn(http::serve(listen(public).await, site, 21_000, forever()));
    let site = http::control(app);
    tokio::spawn(http::serve(listen(control).await, site, 21_000, forever()));
    tokio::spawn(async move { while sent.recv().await.is_some() {} });
    loop {
        sleep(Duration::from_secs(1)).await;
        sender.send_replace(published());
    }
}

fn verified() -> Snapshot {
    let mut snapshot = Snapshot::unknown(Arc::from("bench"));
    let livekit = ServiceView {
        name: "livekit".to_owned(),
        role: Role::Livekit,
        required: true,
        state: State::Ok,
        since: 1,
        restarts: 0,
        healing: None,
        tunnel: None,
    };
    snapshot.phase = Phase::Ready;
    snapshot.public_host = Some(HOST.to_owned());
    snapshot.verified_at = Some(unix_ms());
    snapshot.expires_at = Some(unix_ms() + 150_000);
    snapshot.services = vec![livekit];
    snapshot
}

/// Ends with the measurement.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn measure(redis: &str, password: &str, cpu: &str) {
    let [public, control] = [free().await, free().await];
    let server = Command::new("taskset")
        .args(["-c", cpu])
        .arg(std::env::current_exe().expect("its own path"))
        .args(["serve-links", redis, password, &public, &control])
        .stdin(Stdio::null())
        .spawn()
        .expect("starts");
    let server = Server(server);
    while tokio::net::TcpStream::connect(&control).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    let client = sidelink::http_client::local_client(Duration::from_secs(30)).expect("a client");
    let mut rows: [Vec<[u64; 2]>; 3] = Default::default();
    for round in 0..ROUNDS {
        let links = format!("http://{control}/links");
        let made = |number: u32| {
            let body = format!(
                r#"{{"professionalId":"p{number}","clientId":"c","consultationType":"video","ttl":600}}"#
            );
            let request = client
                .post(&links)
                .header("host", "localhost:8788")
                .bearer_auth(TOKEN);
            request
                .header("content-type", "application/json")
                .body(body)
        };
        let (times, answers) = measured(&made).await;
        rows[0].push(times);
        let tokens: Vec<String> = answers.iter().map(|answer| token(answer)).collect();
        let joined = |number: u32| {
            let path = format!("http://{public}/links/{}/join", tokens[number as usize]);
            let address = format!("10.{round}.{}.{}", number / 250, number % 250 + 1);
            let request = client
                .post(path)
                .header("host", HOST)
                .header("x-real-ip", address);
            request
                .header("content-type", "application/json")
                .body(r#"{"name":"Ana Souza"}"#)
        };
        rows[1].push(measured(&joined).await.0);
        rows[2].push(bare(redis, password).await);
    }
    drop(server);
    let mut p99 = [0; 3];
    for ((name, rows), p99) in ["make", "join", "set"].iter().zip(&rows).zip(&mut p99) {
        let [middle, last] = [0, 1].map(|which| median(rows.iter().map(|row| row[which])));
        *p99 = last;
        println!("{name} p50 {middle} p99 {last} us at {RATE}/s");
    }
    #[allow(clippy::cast_precision_loss)]
    let ratio = |which: usize| p99[which] as f64 / p99[2] as f64;
    println!(
        "ratio of the p99 to a bare SET: make {:.1} join {:.1}",
        ratio(0),
        ratio(1)
    );
}

async fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

fn token(answer: &str) -> String {
    let (_, rest) = answer.split_once("\"token\":\"").expect("a token");
    rest.split('"').next().expect("a token").to_owned()
}

/// Sends each request at its time, whether earlier ones are answered or not. Returns microseconds after that time.
async fn measured(request: &impl Fn(u32) -> RequestBuilder) -> ([u64; 2], Vec<String>) {
    let step = Duration::from_secs(1) / RATE;
    let count = u32::try_from(ROUND.as_millis() / step.as_millis()).expect("few");
    let start = Instant::now() + Duration::from_millis(50);
    let mut tasks = Vec::new();
    for number in 0..count {
        let due = start + step * number;
        sleep_until(due).await;
        let request = request(number);
        tasks.push(tokio::spawn(async move {
            let answer = request.send().await.expect("an answer");
            let status = answer.status();
            let text = answer.text().await.expect("a text");
            assert!(status.is_success(), "{status} {text}");
            (micros(due), text)
        }));
    }
    let mut times = Vec::new();
    let mut answers = Vec::new();
    for task in tasks {
        let (time, answer) = task.await.expect("is answered");
        times.push(time);
        answers.push(answer);
    }
    (shares(times), answers)
}

/// Measures the least that a link can cost: one `SET` of as many bytes, at the same rate, over one connection.
async fn bare(redis: &str, password: &str) -> [u64; 2] {
    let client = redis::Client::open(format!("redis://:{password}@{redis}")).expect("a URL");
    let connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("connects");
    let step = Duration::from_secs(1) / RATE;
    let count = u32::try_from(ROUND.as_millis() / step.as_millis()).expect("few");
    let start = Instant::now() + Duration::from_millis(50);
    let mut tasks = Vec::new();
    for number in 0..count {
        let due = start + step * number;
        sleep_until(due).await;
        let mut connection = connection.clone();
        tasks.push(tokio::spawn(async move {
            let mut set = redis::cmd("SET");
            set.arg(format!("bench:{number}"))
                .arg("x".repeat(440))
                .arg("EX")
                .arg(600);
            let () = set.query_async(&mut connection).await.expect("is kept");
            micros(due)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.expect("is answered"));
    }
    shares(times)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).expect("is short")
}

/// Returns the median and the 99th percentile.
fn shares(mut times: Vec<u64>) -> [u64; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100]]
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}
