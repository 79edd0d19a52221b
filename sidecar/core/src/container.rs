//! A container of this Compose project.

use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::role::{Role, TunnelKind};

/// What the container's process is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Created, never started.
    Created,
    /// Its process runs.
    Running,
    /// Frozen by `docker pause`.
    Paused,
    /// Between an exit and Docker's restart.
    Restarting,
    /// Its process ended.
    Exited {
        /// Exit code.
        code: i64,
        /// Killed by the kernel because memory ran out.
        out_of_memory: bool,
        /// Docker's error, often empty.
        error: String,
        /// When it ended, Unix milliseconds.
        finished_at: u64,
    },
}

/// The result of Docker's healthcheck.
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
    /// Its command cannot be executed, so the state of the process is unknown.
    CannotRun {
        /// What is missing, shortened.
        output: String,
    },
}

/// The condition under which Compose starts the services that depend on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `service_started`
    Started,
    /// `service_healthy`
    Healthy,
    /// `service_completed_successfully`
    Completed,
}

/// A service that has to start first, from Compose's `depends_on`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Compose's name.
    pub service: String,
    /// The condition that it has to meet.
    pub condition: Condition,
}

/// A container as Docker describes it.
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
    /// Path of the app's health check, from `sidelink.health-path`.
    pub health_path: Option<String>,
    /// Path of the page that visitors open, from `sidelink.page-path`; `/` without it.
    pub page_path: Option<String>,
    /// Icecast's mount, from `sidelink.mount`.
    pub mount: Option<String>,
    /// Labels that cannot be read.
    pub label_errors: Vec<LabelError>,
    /// From `sidelink.required`: false never changes the phase.
    pub required: bool,
    /// From `sidelink.tunnel`; used for tunnels only.
    pub tunnel: TunnelKind,
    /// From `sidelink.tunnel-priority`: the tunnel with the lowest is preferred; without one, the kind decides.
    pub tunnel_priority: Option<u8>,
    /// The public hostname, from `sidelink.hostname`, where the tunnel does not report it.
    pub hostname: Option<String>,
    /// Services that have to start first.
    pub depends_on: Vec<Dependency>,
    /// The signal that `docker stop` sends; 15 is SIGTERM.
    pub stop_signal: u8,
    /// Docker's restart policy does not restart it after exit code 0.
    pub finishes: bool,
    /// How long it may be silent before it is restarted, from `sidelink.patience`.
    pub patience: Option<Duration>,
    /// False while Docker does not answer for this container, and the other fields are old.
    pub readable: bool,
    /// From `sidelink.autoheal`: when false, Sidelink never starts or restarts it.
    pub autoheal: bool,
    /// From `sidelink.stand-in`.
    pub stand_in: bool,
    /// State of the process.
    pub run: Run,
    /// The diagnosis of its failed start, its exit or its healthcheck's output.
    pub recognized: Option<Diagnosis>,
    /// The address of this machine that `init` rendered for phones, from the healthcheck of [`Role::HostIp`].
    pub lan_address: Option<LanAddress>,
    /// Result of the healthcheck.
    pub health: Health,
    /// The latest start, Unix milliseconds; 0 when never started.
    pub started_at: u64,
    /// When it was created, Unix milliseconds.
    pub created_at: u64,
    /// How often Docker's restart policy has restarted it.
    pub restarts: i64,
}

impl Container {
    /// Returns a container that was never started, with the default of every label.
    pub fn created(id: String, service: String, role: Role) -> Self {
        Self {
            id,
            service,
            role,
            port: None,
            health_path: None,
            page_path: None,
            mount: None,
            label_errors: Vec::new(),
            required: true,
            tunnel: TunnelKind::Quick,
            tunnel_priority: None,
            hostname: None,
            depends_on: Vec::new(),
            stop_signal: 15,
            finishes: false,
            patience: None,
            readable: true,
            autoheal: true,
            stand_in: false,
            run: Run::Created,
            recognized: None,
            lan_address: None,
            health: Health::None,
            started_at: 0,
            created_at: 0,
            restarts: 0,
        }
    }

    /// Reports whether both are the same run of the same container.
    pub fn same_run(&self, other: &Self) -> bool {
        self.id == other.id
            && self.started_at == other.started_at
            && self.is_running() == other.is_running()
    }

    /// Reports whether its process runs and is not paused.
    pub fn is_running(&self) -> bool {
        self.run == Run::Running
    }

    /// Reports whether it was never started.
    pub fn is_created(&self) -> bool {
        self.run == Run::Created
    }

    /// Reports whether Docker's first attempt to start it failed.
    pub fn failed_to_start(&self) -> bool {
        self.is_created() && self.recognized.is_some()
    }

    /// Reports whether its process has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.run, Run::Exited { .. })
    }

    /// Returns `service:port`, with the role's usual port where no label sets one.
    pub fn address(&self) -> Address {
        let usual = match self.role {
            Role::Livekit => 7880,
            Role::Redis => 6379,
            Role::Bridge => 8791,
            Role::Icecast => 8000,
            Role::App => 3000,
            Role::Gateway => 8081,
            Role::Tunnel if self.tunnel == TunnelKind::Ngrok => 4040,
            Role::Tunnel => 20241,
            Role::HostIp | Role::Init | Role::Other => 80,
        };
        Address {
            host: self.service.clone(),
            port: self.port.unwrap_or(usual),
        }
    }
}

/// An address of this machine on its local network, in LiveKit's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanAddress {
    /// The address.
    pub address: Ipv4Addr,
    /// When `init` rendered it, Unix milliseconds; 0 while that is not known. LiveKit reads it at its start.
    pub rendered_at: u64,
}

/// An unknown label, or an invalid value of a known one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelError {
    /// Its full name.
    pub label: String,
    /// Its value, shortened.
    pub value: String,
    /// Valid values, or the names of valid labels.
    pub allowed: String,
}

impl fmt::Display for LabelError {
    /// Writes `sidelink.tunnel=qick (cloudflared-quick | ngrok)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} ({})", self.label, self.value, self.allowed)
    }
}

/// Reports whether the name can be a hostname, because it goes into URLs and to every page.
pub fn is_hostname(name: &str) -> bool {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'.';
    !name.is_empty() && name.len() <= 253 && name.bytes().all(fits)
}

/// The address of a service, for probes.
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
