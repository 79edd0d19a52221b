//! A container of this Compose project, as far as the sidecar needs to know it.

use std::fmt;
use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::role::{Role, TunnelKind};

/// What the container's process is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Made, never started.
    Created,
    /// Its process runs.
    Running,
    /// Frozen by `docker pause`.
    Paused,
    /// Between an end and Docker's next start of it.
    Restarting,
    /// Ended.
    Exited {
        /// Exit code.
        code: i64,
        /// Ended by the kernel for want of memory.
        out_of_memory: bool,
        /// Docker's own error, often empty.
        error: String,
        /// Unix milliseconds.
        finished_at: u64,
    },
}

/// What Docker's healthcheck says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// The container has no healthcheck.
    None,
    /// Not passed yet.
    Starting,
    /// Passes.
    Healthy,
    /// Fails.
    Unhealthy {
        /// First line of its last output, shortened.
        output: String,
    },
    /// Its command cannot be executed: that says nothing about the process.
    CannotRun {
        /// What is missing, shortened.
        output: String,
    },
}

/// What Compose waits for before it starts what depends on a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `service_started`
    Started,
    /// `service_healthy`
    Healthy,
    /// `service_completed_successfully`
    Completed,
}

/// A service that comes first, from Compose's `depends_on`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Compose's name.
    pub service: String,
    /// When it has come first.
    pub condition: Condition,
}

/// One container, read from Docker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Docker's id.
    pub id: String,
    /// Compose's service name, which is also its name in the networks.
    pub service: String,
    /// From `sidelink.role`.
    pub role: Role,
    /// From `sidelink.port`.
    pub port: Option<u16>,
    /// From `sidelink.health-path`: where the app says that it works.
    pub health_path: Option<String>,
    /// From `sidelink.page-path`: the page that visitors open, `/` without it.
    pub page_path: Option<String>,
    /// From `sidelink.mount`: Icecast's.
    pub mount: Option<String>,
    /// Labels that cannot be read.
    pub label_errors: Vec<LabelError>,
    /// From `sidelink.required`: false never changes the phase.
    pub required: bool,
    /// From `sidelink.tunnel`; means something for a tunnel only.
    pub tunnel: TunnelKind,
    /// From `sidelink.tunnel-priority`: of several tunnels the lowest is preferred; without one, by kind.
    pub tunnel_priority: Option<u8>,
    /// From `sidelink.hostname`: the public name, where the tunnel cannot say it itself.
    pub hostname: Option<String>,
    /// Services that come first.
    pub depends_on: Vec<Dependency>,
    /// What `docker stop` sends; 15 is SIGTERM.
    pub stop_signal: u8,
    /// Docker's restart rule leaves it ended after exit code 0.
    pub finishes: bool,
    /// From `sidelink.patience`: how long it may be silent before it is restarted.
    pub patience: Option<Duration>,
    /// False: Docker does not answer for this container, and the rest is from before.
    pub readable: bool,
    /// From `sidelink.autoheal`: false is never started or restarted by us.
    pub autoheal: bool,
    /// From `sidelink.stand-in`.
    pub stand_in: bool,
    /// What the process does.
    pub run: Run,
    /// What its failed start, its end or its healthcheck's output was recognized as.
    pub recognized: Option<Diagnosis>,
    /// What the healthcheck says.
    pub health: Health,
    /// Unix milliseconds of the latest start; 0 when never started.
    pub started_at: u64,
    /// Unix milliseconds.
    pub created_at: u64,
    /// How often Docker's restart rule has started it again.
    pub restarts: i64,
}

impl Container {
    /// The same run of the same container: a later start is another one.
    pub fn same_run(&self, other: &Self) -> bool {
        self.id == other.id
            && self.started_at == other.started_at
            && self.is_running() == other.is_running()
    }

    /// Its process runs and is not frozen.
    pub fn is_running(&self) -> bool {
        self.run == Run::Running
    }

    /// It was never started.
    pub fn is_created(&self) -> bool {
        self.run == Run::Created
    }

    /// Docker tried to start it for the first time, and could not.
    pub fn failed_to_start(&self) -> bool {
        self.is_created() && self.recognized.is_some()
    }

    /// Its process has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.run, Run::Exited { .. })
    }

    /// `service:port` with the role's usual port where no label says one.
    pub fn address(&self) -> Address {
        let usual = match self.role {
            Role::Livekit => 7880,
            Role::Redis => 6379,
            Role::Icecast => 8000,
            Role::App => 3000,
            Role::Gateway => 8081,
            Role::Tunnel if self.tunnel == TunnelKind::Ngrok => 4040,
            Role::Tunnel => 20241,
            Role::HostIp | Role::Other => 80,
        };
        Address {
            host: self.service.clone(),
            port: self.port.unwrap_or(usual),
        }
    }
}

/// A label that means nothing, or a value of one that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelError {
    /// Its whole name.
    pub label: String,
    /// Its value, shortened.
    pub value: String,
    /// What may stand there: values, or the names of labels.
    pub allowed: String,
}

impl fmt::Display for LabelError {
    /// `sidelink.tunnel=qick (cloudflared-quick | ngrok)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} ({})", self.label, self.value, self.allowed)
    }
}

/// What goes into URLs and to every page: only what can be a hostname passes.
pub fn is_hostname(name: &str) -> bool {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'.';
    !name.is_empty() && name.len() <= 253 && name.bytes().all(fits)
}

/// Where a probe knocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The service's name in the networks.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
