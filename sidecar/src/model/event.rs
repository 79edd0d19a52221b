//! What goes into the model and what comes out of it.

use std::time::Duration;

use super::container::{Address, Container};
use crate::reason::Reason;
use crate::template::Template;

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall clock, Unix milliseconds: what people are told.
    pub unix_ms: u64,
    /// Since the process began: what waits are counted in.
    pub mono: Duration,
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
    /// The app's health path.
    App {
        /// Its HTTP port.
        at: Address,
        /// With its leading slash.
        path: String,
    },
    /// Our marker, asked as a tunnel would.
    Gateway {
        /// Its port for tunnels.
        at: Address,
    },
    /// cloudflared's `/quicktunnel` and `/ready`.
    Tunnel {
        /// Its metrics server.
        at: Address,
    },
    /// Our marker under the public name, from outside.
    Link {
        /// The public hostname.
        host: String,
    },
}

/// What a probe found when nothing was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It does what its role should.
    Works,
    /// A tunnel's own account of itself.
    Tunnel {
        /// Its public hostname, once it has one.
        hostname: Option<String>,
        /// It has a connection to its edge.
        ready: bool,
    },
}

/// What a probe came back with.
pub type Outcome = Result<Finding, Reason>;

/// A probe to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The service's name, or [`LINK`].
    pub key: String,
    /// Comes back with the result; an old one marks it as stale.
    pub epoch: u64,
    /// The wait before it.
    pub after: Duration,
    /// What to probe.
    pub target: Target,
}

/// The key of the public link's proof among the probes. No service can have it: Compose's names have no space.
pub const LINK: &str = "public link";

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
    Container(Container),
    /// A container is gone.
    Removed {
        /// Docker's id.
        id: String,
    },
    /// A running container was sent its stop signal.
    StopAsked {
        /// Docker's id.
        id: String,
        /// When, Unix milliseconds.
        at: u64,
    },
    /// Docker does not answer any more, or not yet.
    DockerLost(Reason),
    /// A probe came back.
    Probed {
        /// [`Job::key`].
        key: String,
        /// [`Job::epoch`].
        epoch: u64,
        /// What it found.
        outcome: Outcome,
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
    /// Start a container that ended.
    Start {
        /// Docker's id.
        id: String,
        /// For the log.
        service: String,
    },
    /// Send [`Event::Tick`] after this time.
    Wake(Duration),
}
