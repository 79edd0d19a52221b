//! Why something is not ok, as data: a code and its class for programs, and what a sentence is made with.
//!
//! The sentences are in the catalog of `sidelink-diagnostics`, one row for each code.

mod app;
mod codes;
mod public_url;

pub use app::{AppFault, Redirect};
pub use codes::{CODES, class_of, is_limit};
pub use public_url::PublicUrlFault;

use std::net::Ipv4Addr;

use crate::LabelError;

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No error: something is awaited.
    None,
    /// Passes with time.
    Temporary,
    /// A restart of the part may help.
    Restart,
    /// An operator has to change something in the stack, on this machine or on its network.
    Configuration,
    /// Will always be refused: not tried again automatically.
    Permanent,
}

impl Class {
    /// As the wire and the documentation have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Temporary => "temporary",
            Self::Restart => "restart",
            Self::Configuration => "configuration",
            Self::Permanent => "permanent",
        }
    }
}

/// Why a service or a layer is not ok.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Diagnosis {
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
        reason: Box<Diagnosis>,
    },
    /// Its process runs and does not answer any more.
    Hung,
    /// On demand: the tunnel sleeps, and wakes when a link is asked for.
    Suspended,
    /// The tunnel is about to be restarted, and the link will change.
    WillBeReplaced {
        /// Why.
        why: Box<Diagnosis>,
    },
    /// The link has moved on to another tunnel.
    MovedOn {
        /// The service that is left.
        from: String,
        /// The service that has the link now.
        to: String,
        /// What was wrong with the first.
        why: Box<Diagnosis>,
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
        /// Its row's code: see [`Diagnosis::known`].
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
        last: Option<Box<Diagnosis>>,
    },
    /// Between the public name and this stack.
    PublicUrl(PublicUrlFault),
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
        reason: Box<Diagnosis>,
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
        mistakes: Vec<LabelError>,
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

impl Diagnosis {
    /// Stable name of the kind, for programs; it finds the row.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::AskingDocker => "asking_docker",
            Self::NotStarted => "not_started",
            Self::Starting => "starting",
            Self::NotProbed => "not_probed",
            Self::Restarting { .. } => "restarting",
            Self::CrashLoop { .. } => "crash_loop",
            Self::RestartsExhausted { .. } => "restarts_exhausted",
            Self::Hung => "hung",
            Self::Suspended => "suspended",
            Self::WillBeReplaced { .. } => "will_be_replaced",
            Self::MovedOn { .. } => "moved_on",
            Self::NotOnHost {
                loopback: Loopback::None,
                ..
            } => "not_on_host",
            Self::NotOnHost { .. } => "on_loopback_only",
            Self::HostIpWrong { .. } => "host_ip_wrong",
            Self::Known { code, .. } => code,
            Self::Paused => "paused",
            Self::StoppedByHand => "stopped_by_hand",
            Self::Exited {
                out_of_memory: true,
                ..
            } => "out_of_memory",
            Self::Exited { .. } => "exited",
            Self::Unhealthy { .. } => "unhealthy",
            Self::Unreachable { .. } => "unreachable",
            Self::WrongAnswer { .. } => "wrong_answer",
            Self::App { fault, .. } => fault.code(),
            Self::TunnelUnregistered => "tunnel_unregistered",
            Self::TunnelLost => "tunnel_lost",
            Self::QuotaSpent { .. } => "quota_spent",
            Self::PublicUrl(outside) => outside.code(),
            Self::WaitsFor { .. } => "waits_for",
            Self::Of { reason, .. } => reason.code(),
            Self::Docker { .. } => "docker",
            Self::BadConfig { .. } => "bad_config",
            Self::Labels { .. } => "labels",
        }
    }

    /// What can be done about it.
    pub fn class(&self) -> Class {
        class_of(self.code()).unwrap_or(Class::Temporary)
    }

    /// It would always be refused: never tried again automatically.
    pub fn is_permanent(&self) -> bool {
        self.class() == Class::Permanent
    }

    /// The provider's limit is used up: another tunnel may still work.
    pub fn is_limit(&self) -> bool {
        match self {
            Self::RestartsExhausted { reason, .. } => reason.is_limit(),
            _ => codes::is_limit(self.code()),
        }
    }

    /// Passes with time.
    pub fn is_temporary(&self) -> bool {
        self.class() == Class::Temporary
    }

    /// The edge has lost the tunnel that gives the link: a restart of that tunnel is the cure.
    pub fn wants_restart(&self) -> bool {
        matches!(
            self.code(),
            "edge_old_tunnel" | "edge_no_connector" | "other_sidelink" | "ngrok_3200"
        )
    }

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
