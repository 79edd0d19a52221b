//! Why something is not ok, as data: a code for programs, a sentence and a next step for people.
//!
//! The values are here; the words are in [`crate::diagnosis`]'s table, one row for each code.

mod app;
mod outside;
mod shorten;
mod words;

pub use app::{AppFault, Redirect};
pub use outside::Outside;
pub use shorten::shorten;
pub use words::ReasonView;

use std::net::Ipv4Addr;

use crate::model::LabelMistake;

/// Why a service or a layer is not ok.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing has been seen of it yet.
    NotSeen,
    /// Docker has been asked and has not answered yet.
    AskingDocker,
    /// The container exists and has never been started.
    NotStarted,
    /// The container runs and its healthcheck has not passed yet.
    Starting,
    /// The container runs and no probe has come back yet.
    NotProbed,
    /// Docker is about to start it again, for the nth time.
    Restarting {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// It starts and ends again and again.
    CrashLoop {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// The budget of attempts is used up: nothing more is tried until somebody starts it.
    RestartsExhausted {
        /// How often it was tried.
        actions: u32,
        /// What was wrong at the last attempt.
        reason: Box<Reason>,
    },
    /// Its process runs and does not answer any more.
    Hung,
    /// On demand: the tunnel sleeps, and wakes when a link is asked for.
    Suspended,
    /// The tunnel is about to be restarted, and the link will change.
    WillBeReplaced {
        /// Why.
        why: Box<Reason>,
    },
    /// The link has moved on to another tunnel.
    MovedOn {
        /// The service that is left.
        from: String,
        /// The service that has the link now.
        to: String,
        /// What was wrong with the first.
        why: Box<Reason>,
    },
    /// A part that runs outside Docker, on this machine, is not there.
    NotOnHost {
        /// `LiveKit`, or what the app is called.
        what: String,
        /// Where it should listen.
        port: u16,
        /// It runs, but where no container reaches it.
        loopback: Loopback,
    },
    /// LiveKit gives phones an address that this machine does not have.
    HostIpWrong {
        /// What `HOST_IP` is.
        set: Ipv4Addr,
        /// This machine's address in the network that it is in.
        here: Ipv4Addr,
    },
    /// One of the table's errors that needs no typed value.
    Known {
        /// Its row's code: see [`Reason::known`].
        code: &'static str,
        /// What goes into the sentence, scrubbed; may be empty.
        detail: String,
    },
    /// Somebody paused it.
    Paused,
    /// Somebody stopped it: their wish, never undone by us.
    StoppedByHand,
    /// It ended by itself or was killed.
    Exited {
        /// The process's exit code; 128 + n after signal n.
        code: i64,
        /// The kernel ended it for want of memory.
        out_of_memory: bool,
        /// What Docker says of it, often empty.
        error: String,
    },
    /// Its healthcheck fails.
    Unhealthy {
        /// The last line that the healthcheck printed.
        output: String,
    },
    /// Nobody answers at its address.
    Unreachable {
        /// `host:port` or URL that was tried.
        target: String,
        /// What the connection said.
        detail: String,
    },
    /// Something answers, but not as this role should.
    WrongAnswer {
        /// What was asked, e.g. `GET /rtc/validate`.
        asked: String,
        /// What came back, shortened.
        got: String,
    },
    /// The app's page does not work, or not for every visitor.
    App {
        /// The service's name.
        service: String,
        /// What came in the page's place.
        fault: AppFault,
    },
    /// The tunnel runs and has no connection to its edge yet.
    TunnelUnregistered,
    /// The tunnel was registered and has lost its connection to the edge.
    TunnelLost,
    /// The tunnel's provider counts requests, and the day's verifications are used up.
    QuotaSpent {
        /// Unix milliseconds: when the next one is made.
        until: u64,
        /// What the last one found wrong.
        last: Option<Box<Reason>>,
    },
    /// Between the public name and this stack.
    Outside(Outside),
    /// Something that comes first is not ok yet.
    WaitsFor {
        /// Names of services or layers.
        what: Vec<String>,
    },
    /// The reason of one service among several.
    Of {
        /// Its name.
        service: String,
        /// Its own reason.
        reason: Box<Reason>,
    },
    /// The Docker API cannot be reached or refuses.
    Docker {
        /// What the connection said.
        detail: String,
    },
    /// Labels of the service that cannot be read.
    Labels {
        /// Its name.
        service: String,
        /// Each of them.
        mistakes: Vec<LabelMistake>,
    },
    /// `config/sidelink.yaml` cannot be used and there is no earlier good one.
    BadConfig {
        /// The message with line and column.
        detail: String,
    },
}

/// On which loopback address alone something listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    /// It does not run at all.
    None,
    /// On 127.0.0.1 only.
    V4,
    /// On `[::1]` only.
    V6,
}

impl Reason {
    /// An error of the table by its row's code.
    pub fn known(code: &'static str, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self::Known { code, detail }
    }

    /// No answer at all: where there was one before, a restart may help.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Hung => true,
            Self::App { fault, .. } => fault.is_silence(),
            _ => false,
        }
    }
}
