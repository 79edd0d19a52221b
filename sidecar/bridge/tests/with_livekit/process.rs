//! The bridge in a separate process: this test's program, started again.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sidelink_bridge::Settings;

use crate::serve::serve;

const SERVES: &str = "BRIDGE_UNDER_TEST";
/// Clock ticks of `/proc/PID/stat` per second, on every architecture of Linux that Docker has.
const TICKS: f64 = 100.0;

/// The bridge's process. It ends with this.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(settings: &Settings) -> Self {
        let program = std::env::current_exe().expect("this program");
        let words = [
            settings.listen.to_string(),
            settings.livekit.clone(),
            settings.media.clone(),
            settings.phones.to_string(),
            settings.phones_per_address.to_string(),
            settings.bitrate.to_string(),
        ];
        let child = Command::new(program)
            .args(["--exact", "process::serves", "--ignored", "--nocapture"])
            .env(SERVES, words.join(" "))
            .stdout(Stdio::null())
            .spawn();
        Self(child.expect("starts"))
    }

    /// Returns the CPU time used so far, of all threads.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = self.reads("stat");
        // The name in parentheses may have spaces.
        let (_, fields) = stat.rsplit_once(") ").expect("a name");
        let field = |at: usize| fields.split(' ').nth(at).and_then(|word| word.parse().ok());
        let ticks: [f64; 2] = [11, 12].map(|at| field(at).expect("a number"));
        Duration::from_secs_f64((ticks[0] + ticks[1]) / TICKS)
    }

    /// Returns the memory that it holds, KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = self.reads("status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|word| word.parse().ok()).expect("VmRSS")
    }

    fn reads(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.0.id())).expect("runs")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "is started by the tests that measure the bridge"]
async fn serves() {
    let Ok(words) = std::env::var(SERVES) else {
        return;
    };
    let words: Vec<&str> = words.split(' ').collect();
    let settings = Settings {
        listen: words[0].parse().expect("an address"),
        livekit: words[1].into(),
        media: words[2].into(),
        phones: words[3].parse().expect("a number"),
        phones_per_address: words[4].parse().expect("a number"),
        bitrate: words[5].parse().expect("a number"),
        quota: None,
    };
    serve(settings, std::future::pending()).await;
}
