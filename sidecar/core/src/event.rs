//! The model's inputs and outputs.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::container::{Address, Container};
use crate::diagnosis::Diagnosis;
use crate::media_reports::{DeviceClass, MediaGrade};
use crate::page::{GatewayRoute, Patience};
use crate::role::{Role, TunnelKind};
use crate::template::Template;
use crate::verification::{Verification, VerificationJob};

/// The time on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall clock, Unix milliseconds: for times that users read.
    pub unix_ms: u64,
    /// Monotonic clock, since the process began: for waits.
    pub mono: Duration,
}

/// If the clocks differ by more than this, the machine was suspended, because the monotonic clock stops then.
const MAX_CLOCK_DIFFERENCE_MS: u64 = 5_000;

impl Now {
    /// Reports whether the machine was suspended, or its wall clock was set, between `self` and `later`.
    pub fn jumped(self, later: Self) -> bool {
        let mono = later.mono.saturating_sub(self.mono).as_millis();
        let mono = u64::try_from(mono).unwrap_or(u64::MAX);
        later.unix_ms.abs_diff(self.unix_ms.saturating_add(mono)) > MAX_CLOCK_DIFFERENCE_MS
    }
}

/// The target of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `GET /`, and `/rtc/validate` with Sidelink's token.
    Livekit {
        /// Its HTTP port.
        at: Address,
    },
    /// `PING` and a write.
    Redis {
        /// Its port.
        at: Address,
    },
    /// `GET /`, with its phones and their limit.
    Bridge {
        /// Its port.
        at: Address,
    },
    /// A mount in `/admin/stats`.
    Icecast {
        /// Its HTTP port.
        at: Address,
        /// With its leading slash.
        mount: String,
    },
    /// The app's health path or page, as a visitor asks for it.
    App {
        /// Its HTTP port.
        at: Address,
        /// With its leading slash.
        path: String,
        /// The time that the request is allowed.
        patience: Patience,
        /// The route of visitors; `None` when they do not reach this app.
        route: Option<GatewayRoute>,
    },
    /// The instance header, requested like a tunnel does.
    Gateway {
        /// Its port for tunnels.
        at: Address,
    },
    /// The state that a tunnel reports.
    Tunnel {
        /// Its metrics server or agent's API.
        at: Address,
        /// Its kind, which decides the request.
        kind: TunnelKind,
        /// From `sidelink.hostname`, where the tunnel does not report it.
        hostname: Option<String>,
    },
}

impl Target {
    /// Returns the role of the service.
    pub fn role(&self) -> Role {
        match self {
            Self::Livekit { .. } => Role::Livekit,
            Self::Redis { .. } => Role::Redis,
            Self::Bridge { .. } => Role::Bridge,
            Self::Icecast { .. } => Role::Icecast,
            Self::App { .. } => Role::App,
            Self::Gateway { .. } => Role::Gateway,
            Self::Tunnel { .. } => Role::Tunnel,
        }
    }

    /// Returns the address of the service.
    pub fn address(&self) -> &Address {
        match self {
            Self::Livekit { at }
            | Self::Redis { at }
            | Self::Bridge { at }
            | Self::Icecast { at, .. }
            | Self::App { at, .. }
            | Self::Gateway { at }
            | Self::Tunnel { at, .. } => at,
        }
    }
}

/// The result of a probe without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The service works.
    Works,
    /// It works, but not for every client.
    Limited(Diagnosis),
    /// The state that a tunnel reports.
    Tunnel {
        /// Its public hostname, once it has one.
        hostname: Option<String>,
        /// It has a connection to its edge.
        ready: bool,
        /// Requests and open streams in flight, where it reports them.
        in_flight: Option<u32>,
    },
    /// The app's page works.
    App {
        /// Time until its first byte.
        took: Duration,
    },
    /// LiveKit works.
    Livekit {
        /// Participants in all rooms but the probe's.
        participants: u32,
    },
    /// The bridge works.
    Bridge {
        /// What it has sent and received for pages since it started, bytes.
        bytes: u64,
        /// The tunnel's limit, bytes a month.
        quota: Option<u64>,
    },
}

/// The result of a probe.
pub type ProbeResult = Result<Finding, Diagnosis>;

/// A probe to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The service's name.
    pub key: String,
    /// Returned with the result; an old one marks it as stale.
    pub epoch: u64,
    /// The delay before it.
    pub after: Duration,
    /// The target.
    pub target: Target,
}

/// An input of the model.
#[derive(Debug)]
pub enum Event {
    /// Docker answered with all containers.
    Connected {
        /// The labelled containers of this project.
        containers: Vec<Container>,
        /// When the sidecar's own container last ended, Unix milliseconds.
        own_previous_end: Option<u64>,
    },
    /// One container changed or appeared.
    Container(Box<Container>),
    /// A container was removed.
    Removed {
        /// Docker's id.
        id: String,
    },
    /// A notice was observed.
    Noticed(crate::Notice),
    /// A notice no longer applies.
    NoLonger(crate::Notice),
    /// A visitor of the local network opened this address of the machine.
    LanVisited(Ipv4Addr),
    /// The app also serves these paths of the gateway; empty when it serves none.
    RoutesTaken(Vec<&'static str>),
    /// The TURN servers that visitors get were tried; empty when there are none.
    TurnTried(Vec<crate::TurnTrial>),
    /// Verifications that an earlier process sent, where the tunnel's provider limits requests.
    SentBefore(crate::DailyQuota),
    /// The month's traffic of calls that an earlier process counted.
    TrafficBefore(crate::MonthlyTraffic),
    /// A running container was sent its stop signal.
    StopAsked {
        /// Docker's id.
        id: String,
        /// When the signal was sent, Unix milliseconds.
        at: u64,
    },
    /// Docker does not answer.
    DockerLost(Diagnosis),
    /// A probe returned.
    Probed {
        /// [`Job::key`].
        key: String,
        /// [`Job::epoch`].
        epoch: u64,
        /// Its result.
        outcome: ProbeResult,
    },
    /// A verification of the public URL returned.
    Verified {
        /// [`VerificationJob::epoch`].
        epoch: u64,
        /// Its result.
        verification: Verification,
    },
    /// A client requests a verification.
    VerificationRequested {
        /// The maximum age of the result; zero requests a new one.
        max_age: Duration,
    },
    /// Docker completed or refused a start, restart or stop.
    ActionEnded {
        /// Compose's name.
        service: String,
        /// Docker completed it.
        done: bool,
    },
    /// A user requests a start of this service, or a restart when it runs.
    RestartRequested {
        /// Compose's name.
        service: String,
    },
    /// A user requests a link, which wakes a suspended tunnel.
    WakeRequested,
    /// The time at which the last link expires: no tunnel is suspended before.
    LinksUntil {
        /// Unix milliseconds; `None` when there are no links.
        unix_ms: Option<u64>,
    },
    /// A page reports its video connection.
    Reported {
        /// The connection that it observed.
        media: MediaGrade,
        /// The device that runs the page.
        device: DeviceClass,
        /// When the page reported, Unix milliseconds.
        at: u64,
    },
    /// `config/sidelink.yaml` was read: the new template, or the error in it.
    Template(Result<Template, String>),
    /// A requested wait is over.
    Tick,
}

/// An action that the model requests.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make a probe.
    Probe(Job),
    /// Verify the public URL now. This replaces any verification that is under way.
    Verify(VerificationJob),
    /// Start a container that ended.
    Start {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
        /// Code of the diagnosis, or `requested` or `woken`.
        code: &'static str,
    },
    /// Restart a container that runs but does not work.
    Restart {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
        /// Code of the diagnosis, or `requested`.
        code: &'static str,
    },
    /// Stop a tunnel that is not needed.
    Stop {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
    },
    /// Send [`Event::Tick`] after this time.
    Wake(Duration),
}
