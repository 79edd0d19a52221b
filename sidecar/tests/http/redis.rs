//! A dedicated Redis, the real program, which a test may stop and start again with its data.
//!
//! `redis-server`, or Debian's `redis-tools`, which has the same program under another name and starts no service.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::harness::secrets;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// On a free port of this machine, with the password of the test's secrets.
pub(crate) struct Redis {
    pub(crate) address: String,
    folder: PathBuf,
    process: Option<Child>,
}

impl Redis {
    pub(crate) async fn starts() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address").to_string();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("sidelink-redis-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        drop(free);
        let mut redis = Self {
            address,
            folder,
            process: None,
        };
        redis.begins().await;
        redis
    }

    /// With what it had when it ended.
    pub(crate) async fn begins(&mut self) {
        let (_, port) = self.address.split_once(':').expect("a port");
        let start = |mut command: Command| {
            command
                .args(["--port", port, "--bind", "127.0.0.1", "--save", ""])
                .args([
                    "--appendonly",
                    "yes",
                    "--requirepass",
                    &secrets().redis_password,
                ])
                .current_dir(&self.folder)
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
        };
        let mut debian = Command::new("redis-check-rdb");
        debian.arg0("redis-server");
        let mut process = start(Command::new("redis-server"))
            .or_else(|_| start(debian))
            .expect("redis-server starts: install redis (Debian: apt-get install redis-tools)");
        let output = process.stdout.take().expect("is piped");
        let mut lines = BufReader::new(output).lines();
        let ready = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains("Ready to accept connections") {
                    return;
                }
            }
            panic!("Redis has ended");
        };
        timeout(Duration::from_secs(20), ready)
            .await
            .expect("is ready");
        // The rest of the output is discarded, so that Redis does not block.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.process = Some(process);
    }

    /// As an engine's `kill` ends it.
    pub(crate) async fn ends(&mut self) {
        let mut process = self.process.take().expect("runs");
        process.kill().await.expect("ends");
    }

    /// Asks it something, past the sidecar.
    pub(crate) async fn asks<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let url = format!("redis://:{}@{}", secrets().redis_password, self.address);
        let client = redis::Client::open(url).expect("a URL");
        let connection = client.get_multiplexed_async_connection().await;
        let mut connection = connection.expect("connects");
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command
            .query_async(&mut connection)
            .await
            .expect("an answer")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.process.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
