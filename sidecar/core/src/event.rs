//! What goes into the model and what comes out of it.

use std::time::Duration;

use crate::container::{Address, Container};
use crate::diagnosis::Diagnosis;
use crate::media_reports::{Device, MediaGrade};
use crate::page::{Front, Patience};
use crate::role::TunnelKind;
use crate::template::Template;
use crate::verification::{Verification, VerificationJob};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall clock, Unix milliseconds: what people are told.
    pub unix_ms: u64,
    /// Since the process began: what waits are counted in.
    pub mono: Duration,
}

/// More than this between the two clocks' accounts of a time, and the machine slept in between: the
/// monotonic clock stands still then.
const JUMP_MS: u64 = 5_000;

impl Now {
    /// Between this moment and `later` the machine slept, or its wall clock was set.
    pub fn jumped(self, later: Self) -> bool {
        let mono = later.mono.saturating_sub(self.mono).as_millis();
        let mono = u64::try_from(mono).unwrap_or(u64::MAX);
        later.unix_ms.abs_diff(self.unix_ms.saturating_add(mono)) > JUMP_MS
    }
}

/// What is probed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `GET /`, and `/rtc/validate` with a token of ours.
    Livekit {
        /// Its HTTP port.
        at: Address,
    },
    /// `PING` and a write.
    Redis {
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
        /// How long an answer is waited for.
        patience: Patience,
        /// What visitors come through; `None`: none do.
        front: Option<Front>,
    },
    /// Our marker, asked as a tunnel would.
    Gateway {
        /// Its port for tunnels.
        at: Address,
    },
    /// A tunnel's own account of itself.
    Tunnel {
        /// Its metrics server or agent's API.
        at: Address,
        /// How it is asked.
        kind: TunnelKind,
        /// From `sidelink.hostname`, where it cannot say it itself.
        hostname: Option<String>,
    },
}

/// What a probe found when nothing was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It does what its role should.
    Works,
    /// It works, but not for everybody who asks.
    Limited(Diagnosis),
    /// A tunnel's own account of itself.
    Tunnel {
        /// Its public hostname, once it has one.
        hostname: Option<String>,
        /// It has a connection to its edge.
        ready: bool,
        /// Requests and open streams that it carries now, where it says so.
        in_flight: Option<u32>,
    },
    /// The app's page works.
    App {
        /// Until its first byte.
        took: Duration,
    },
    /// LiveKit works.
    Livekit {
        /// In all rooms but the probe's.
        participants: u32,
    },
}

/// What a probe came back with.
pub type ProbeResult = Result<Finding, Diagnosis>;

/// A probe to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The service's name.
    pub key: String,
    /// Comes back with the result; an old one marks it as stale.
    pub epoch: u64,
    /// The wait before it.
    pub after: Duration,
    /// What to probe.
    pub target: Target,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// Docker answers: this is all there is.
    Connected {
        /// The labelled containers of this project.
        containers: Vec<Container>,
        /// When the sidecar's own container last ended, Unix milliseconds.
        own_previous_end: Option<u64>,
    },
    /// One container changed or appeared.
    Container(Box<Container>),
    /// A container is gone.
    Removed {
        /// Docker's id.
        id: String,
    },
    /// Something was met in passing.
    Noticed(crate::Notice),
    /// It is not so any more.
    NoLonger(crate::Notice),
    /// The app itself answers these paths of the gateway's; empty: none of them.
    RoutesTaken(Vec<&'static str>),
    /// Where the tunnel's provider counts requests: how many verifications an earlier process sent.
    SentBefore(crate::DailyQuota),
    /// A running container was sent its stop signal.
    StopAsked {
        /// Docker's id.
        id: String,
        /// When, Unix milliseconds.
        at: u64,
    },
    /// Docker does not answer any more, or not yet.
    DockerLost(Diagnosis),
    /// A probe came back.
    Probed {
        /// [`Job::key`].
        key: String,
        /// [`Job::epoch`].
        epoch: u64,
        /// What it found.
        outcome: ProbeResult,
    },
    /// A proof of the public link came back.
    Verified {
        /// [`VerificationJob::epoch`].
        epoch: u64,
        /// What it saw.
        verification: Verification,
    },
    /// Somebody asks for a proof not older than this.
    VerificationRequested {
        /// Zero: a new one.
        max_age: Duration,
    },
    /// Docker has carried out a start, restart or stop that it was asked for, or has refused it.
    ActionEnded {
        /// Compose's name.
        service: String,
        /// Carried out.
        done: bool,
    },
    /// Somebody wants this service started, or restarted when it runs.
    RestartRequested {
        /// Compose's name.
        service: String,
    },
    /// Somebody wants a link: where the tunnel sleeps, it is woken.
    WakeRequested,
    /// Links that were handed out are good until then: no tunnel is put to sleep before.
    LinksUntil {
        /// Unix milliseconds; `None`: there are none.
        unix_ms: Option<u64>,
    },
    /// A page in a call says how far video reached.
    Reported {
        /// What it saw.
        media: MediaGrade,
        /// Who saw it.
        device: Device,
        /// Unix milliseconds.
        at: u64,
    },
    /// `config/sidelink.yaml` was read: the new template, or why it cannot be used.
    Template(Result<Template, String>),
    /// A wait is over.
    Tick,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make a probe.
    Probe(Job),
    /// Verify the public URL now, in place of any verification that was sent before.
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
    /// Restart a container that runs and does not work.
    Restart {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
        /// Code of the diagnosis, or `requested` or `woken`.
        code: &'static str,
    },
    /// Stop a tunnel that nobody needs.
    Stop {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
    },
    /// Send [`Event::Tick`] after this time.
    Wake(Duration),
}
