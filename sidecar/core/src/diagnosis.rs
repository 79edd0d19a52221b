//! A diagnosis as data: its code, its class, and the values of its message.
//!
//! The messages are in the catalog of `sidelink-diagnostics`, one row for each code.

mod app;
mod codes;
mod public_url;

pub use app::{AppFault, Redirect};
pub use codes::{CODES, class_of, is_limit};
pub use public_url::PublicUrlFault;

use std::net::Ipv4Addr;

use crate::{LabelError, TurnFault};

/// What can be done about a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not an error: something is awaited.
    None,
    /// Passes with time.
    Temporary,
    /// A restart of the service may help.
    Restart,
    /// An operator has to change something in the stack, on this machine or on its network.
    Configuration,
    /// Permanently refused: never tried again automatically.
    Permanent,
}

impl Class {
    /// Returns the class as it stands in JSON and in the documentation.
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
    /// No container has been observed yet.
    NotSeen,
    /// Docker has not answered the first request yet.
    AskingDocker,
    /// The container exists but has never been started.
    NotStarted,
    /// The container runs, but its healthcheck has not passed yet.
    Starting,
    /// The container runs, but no probe has returned yet.
    NotProbed,
    /// Docker is restarting it.
    Restarting {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// It exits repeatedly after starting.
    CrashLoop {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// The restart budget is used up: no more attempts until it is started manually.
    RestartsExhausted {
        /// Number of attempts.
        actions: u32,
        /// The diagnosis at the last attempt.
        reason: Box<Diagnosis>,
    },
    /// Its process runs but no longer answers.
    Hung,
    /// The on-demand tunnel is suspended until a link is requested.
    Suspended,
    /// The tunnel is about to be restarted, and the public URL will change.
    WillBeReplaced {
        /// The cause.
        why: Box<Diagnosis>,
    },
    /// The public URL comes from another tunnel now.
    MovedOn {
        /// The service of the tunnel before.
        from: String,
        /// The service of the present tunnel.
        to: String,
        /// The diagnosis of the tunnel before.
        why: Box<Diagnosis>,
    },
    /// A program that runs on this machine outside Docker cannot be reached.
    NotOnHost {
        /// `LiveKit`, or the name of the app.
        what: String,
        /// The port at which it should listen.
        port: u16,
        /// The loopback address at which it listens, which no container can reach.
        loopback: Loopback,
    },
    /// LiveKit gives phones an address that this machine does not have.
    HostIpWrong {
        /// The value of `HOST_IP`.
        set: Ipv4Addr,
        /// This machine's address in its network.
        here: Ipv4Addr,
    },
    /// This machine has another address on its local network than LiveKit gives to phones.
    LanAddressMoved {
        /// The address that LiveKit gives to phones; `None` where it has none for them.
        from: Option<Ipv4Addr>,
        /// This machine's present address.
        to: Ipv4Addr,
    },
    /// Docker hides this machine's address, and a visitor of the local network has used one.
    LanAddressVisited {
        /// The address in the visitor's request.
        address: Ipv4Addr,
    },
    /// A TURN server that visitors get relays nothing for this machine.
    Turn {
        /// Its URL; of several with the same fault, with commas between them.
        server: String,
        /// The fault.
        fault: TurnFault,
        /// The server's or the system's error; may be empty.
        detail: String,
    },
    /// A diagnosis of the catalog that needs no typed values.
    OfCode {
        /// Its code: see [`Diagnosis::of_code`].
        code: &'static str,
        /// The text for its message, redacted; may be empty.
        detail: String,
    },
    /// It was paused manually.
    Paused,
    /// It was stopped manually, which Sidelink never undoes.
    StoppedByHand,
    /// Its process exited or was killed.
    Exited {
        /// The process's exit code; 128 + n after signal n.
        code: i64,
        /// The kernel killed it because memory ran out.
        out_of_memory: bool,
        /// Docker's error, often empty.
        error: String,
    },
    /// Its healthcheck fails.
    Unhealthy {
        /// The last line that the healthcheck printed.
        output: String,
    },
    /// Nothing answers at its address.
    Unreachable {
        /// The `host:port` or URL.
        target: String,
        /// The connection's error.
        detail: String,
    },
    /// Something answers, but not as this role has to.
    WrongAnswer {
        /// The request, e.g. `GET /rtc/validate`.
        asked: String,
        /// The answer, shortened.
        got: String,
    },
    /// The app's page does not work, or not for every visitor.
    App {
        /// The service's name.
        service: String,
        /// The fault in the app's answer.
        fault: AppFault,
    },
    /// The tunnel runs and has no connection to its edge yet.
    TunnelUnregistered,
    /// The tunnel was registered and has lost its connection to the edge.
    TunnelLost,
    /// The tunnel's provider limits requests, and the day's verifications are used up.
    QuotaSpent {
        /// When the next one is made, Unix milliseconds.
        until: u64,
        /// The diagnosis of the last one.
        last: Option<Box<Diagnosis>>,
    },
    /// A fault between the public hostname and this stack.
    PublicUrl(PublicUrlFault),
    /// Something that it depends on is not ok yet.
    WaitsFor {
        /// Names of services or layers.
        what: Vec<String>,
    },
    /// The diagnosis of one service among several.
    Of {
        /// The name of the service.
        service: String,
        /// Its diagnosis.
        reason: Box<Diagnosis>,
    },
    /// The Docker API cannot be reached or refuses.
    Docker {
        /// The connection's error.
        detail: String,
    },
    /// Invalid labels of a service.
    Labels {
        /// The name of the service.
        service: String,
        /// The labels.
        mistakes: Vec<LabelError>,
    },
    /// `config/sidelink.yaml` is invalid, and there is no earlier valid version.
    BadConfig {
        /// The error with line and column.
        detail: String,
    },
}

/// The only loopback address at which a program listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    /// None, because it does not run.
    None,
    /// 127.0.0.1.
    V4,
    /// `[::1]`.
    V6,
}

impl Diagnosis {
    /// Returns the stable code, which programs read and which finds the row in the catalog.
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
            Self::LanAddressMoved { .. } => "lan_address_moved",
            Self::LanAddressVisited { .. } => "lan_address_visited",
            Self::Turn { fault, .. } => fault.code(),
            Self::OfCode { code, .. } => code,
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
            Self::PublicUrl(fault) => fault.code(),
            Self::WaitsFor { .. } => "waits_for",
            Self::Of { reason, .. } => reason.code(),
            Self::Docker { .. } => "docker",
            Self::BadConfig { .. } => "bad_config",
            Self::Labels { .. } => "labels",
        }
    }

    /// Returns what can be done about it.
    pub fn class(&self) -> Class {
        class_of(self.code()).unwrap_or(Class::Temporary)
    }

    /// Reports whether it is refused permanently and never tried again automatically.
    pub fn is_permanent(&self) -> bool {
        self.class() == Class::Permanent
    }

    /// Reports whether a provider's limit is used up, so that another tunnel may still work.
    pub fn is_limit(&self) -> bool {
        match self {
            Self::RestartsExhausted { reason, .. } => reason.is_limit(),
            _ => codes::is_limit(self.code()),
        }
    }

    /// Reports whether it passes with time.
    pub fn is_temporary(&self) -> bool {
        self.class() == Class::Temporary
    }

    /// Reports whether the edge has lost the tunnel, so that a restart of the tunnel is the cure.
    pub fn is_lost_tunnel(&self) -> bool {
        codes::is_lost_tunnel(self.code())
    }

    /// Returns the diagnosis of a code in [`CODES`] that needs no typed values.
    pub fn of_code(code: &'static str, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self::OfCode { code, detail }
    }

    /// Reports whether there was no answer at all. If there was one before, a restart may help.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Hung => true,
            Self::App { fault, .. } => fault.is_silence(),
            _ => false,
        }
    }
}
