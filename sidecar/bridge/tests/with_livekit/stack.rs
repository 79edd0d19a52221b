//! LiveKit in a container, and a bridge in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;
use sidelink_bridge::{Publications, Settings};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::phone::Phone;
use crate::process::Process;
use crate::serve::serve;

const IMAGE: &str = "livekit/livekit-server:v1.13.5";
const SECRET: &str = "secretsecretsecretsecretsecretsecret";
const CONFIG: &str = "port: 7880
rtc: { tcp_port: 7881, udp_port: 7882, node_ip: 192.0.2.1, use_external_ip: false }
keys: { devkey: secretsecretsecretsecretsecretsecret }
logging: { level: error, json: false }
";

/// A bridge before a LiveKit. Both end with it.
pub(crate) struct Stack {
    container: String,
    pub(crate) bridge: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    process: Option<Process>,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::starts(change, false).await
    }

    /// Starts with the bridge in a separate process, so that its CPU and memory can be read.
    pub(crate) async fn apart(change: impl FnOnce(&mut Settings)) -> Self {
        Self::starts(change, true).await
    }

    async fn starts(change: impl FnOnce(&mut Settings), is_apart: bool) -> Self {
        // `SIDELINK_LOG=debug cargo test …` shows what the bridge logs. Only the first test can set it.
        let filter = tracing_subscriber::EnvFilter::from_env("SIDELINK_LOG");
        let _ = tracing_subscriber::fmt().with_env_filter(filter).try_init();
        let container = docker(&[
            "create",
            "--publish",
            "127.0.0.1::7880/tcp",
            "--publish",
            "127.0.0.1::7882/udp",
            IMAGE,
            "--config",
            "/livekit.yaml",
        ]);
        let file = std::env::temp_dir().join(format!("{container}.yaml"));
        std::fs::write(&file, CONFIG).expect("writes");
        docker(&[
            "cp",
            &file.to_string_lossy(),
            &format!("{container}:/livekit.yaml"),
        ]);
        std::fs::remove_file(file).expect("cleans up");
        docker(&["start", &container]);
        let port = |of: &str| docker(&["port", &container, of]);
        let mut settings = Settings {
            listen: (Ipv4Addr::LOCALHOST, free_port()).into(),
            livekit: port("7880/tcp"),
            media: port("7882/udp"),
            phones: 6,
            phones_per_address: 3,
            bitrate: 1_500_000,
            quota: None,
        };
        change(&mut settings);
        let livekit = settings.livekit.clone();
        let bridge = settings.listen;
        let mut stack = Self {
            container,
            bridge,
            stop: None,
            serving: None,
            process: None,
        };
        if is_apart {
            stack.process = Some(Process::start(&settings));
        } else {
            let (stop, stopped) = oneshot::channel::<()>();
            stack.stop = Some(stop);
            stack.serving = Some(tokio::spawn(async move {
                serve(settings, async { drop(stopped.await) }).await;
            }));
        }
        stack.is_up(&livekit).await;
        stack
    }

    async fn is_up(&self, livekit: &str) {
        let up = async {
            while TcpStream::connect(self.bridge).await.is_err()
                || TcpStream::connect(livekit).await.is_err()
            {
                sleep(Duration::from_millis(50)).await;
            }
            // The engine's proxy accepts before LiveKit does.
            while self.diagnosed(&token("probe", "r")).await["ok"] != true {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(Duration::from_secs(20), up)
            .await
            .expect("bridge and LiveKit are up");
    }

    /// Asks the bridge whether LiveKit takes a token.
    pub(crate) async fn diagnosed(&self, token: &str) -> serde_json::Value {
        let mut phone = Phone::opens(self.bridge).await;
        phone
            .says(&json!({ "type": "diagnose", "token": token }))
            .await;
        phone.hears("diagnosed").await
    }

    /// A phone joins with microphone and VP8 camera.
    pub(crate) async fn joins(&self, identity: &str) -> Phone {
        self.joins_room(identity, "room").await
    }

    /// A phone joins another room.
    pub(crate) async fn joins_room(&self, identity: &str, room: &str) -> Phone {
        let mut phone = Phone::opens(self.bridge).await;
        let mut hello = hello(identity, None);
        hello["token"] = json!(token(identity, room));
        phone.says(&hello).await;
        phone.resume = phone.hears("joined").await["resume"]
            .as_str()
            .expect("a secret")
            .to_owned();
        phone
    }

    /// Returns what joins this LiveKit without a page.
    pub(crate) fn publications(&self) -> Publications {
        let port = |of: &str| docker(&["port", &self.container, of]);
        Publications::new(port("7880/tcp"), port("7882/udp")).expect("random numbers")
    }

    /// Returns the bridge's process.
    pub(crate) fn process(&self) -> &Process {
        self.process.as_ref().expect("the bridge is apart")
    }

    /// Ends the bridge, and waits until it has.
    pub(crate) async fn ends(mut self) {
        self.stop.take().expect("once").send(()).expect("runs");
        self.serving.take().expect("once").await.expect("ends");
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = Command::new("docker")
            .args(["rm", "--force", &self.container])
            .stdout(Stdio::null())
            .status();
    }
}

/// A hello with microphone and VP8 camera.
pub(crate) fn hello(identity: &str, resume: Option<&str>) -> serde_json::Value {
    json!({
        "type": "hello", "token": token(identity, "room"), "audio": true, "decode": ["vp8", "h264", "opus"],
        "video": { "codec": "vp8", "width": 640, "height": 360 }, "resume": resume,
    })
}

/// A visitor's token.
pub(crate) fn token(identity: &str, room: &str) -> String {
    // A test may read the clock.
    #[expect(clippy::disallowed_methods)]
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let claims = json!({
        "iss": "devkey", "sub": identity, "name": format!("{identity}'s name"), "exp": now + 600,
        "video": { "roomJoin": true, "room": room },
    });
    encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(SECRET.as_bytes()),
    )
    .expect("signs")
}

/// A port below those that the kernel gives out, so that nothing takes it meanwhile.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(21_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

fn docker(args: &[&str]) -> String {
    let output = Command::new("docker")
        .args(args)
        .output()
        .expect("docker runs");
    assert!(
        output.status.success(),
        "docker {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
