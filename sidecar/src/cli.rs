//! The command line.

pub mod commands;
mod run;

pub use run::run;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::cli::commands::host_ip;
use crate::cli::commands::link::LinkCommand;
use crate::cli::commands::setup;
use crate::cli::commands::watch_host::What;
use crate::init::Surroundings;

/// One link that works on any phone, for the Compose stack on this machine.
#[derive(Debug, Parser)]
#[command(name = "sidelink", version, about, long_about = None)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// `docker compose exec sidecar sidelink …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch, probe, prove, tell: the service itself
    Serve,
    /// Make every secret and render what needs one: the service `init`
    Init {
        /// Holds a folder for each consumer
        #[arg(long, default_value = "/secrets")]
        secrets: PathBuf,
        /// Holds livekit.yaml and icecast.xml
        #[arg(long, default_value = "/templates")]
        templates: PathBuf,
        /// This machine's IPv4 address on the Wi-Fi, for phones; empty: this machine only
        #[arg(long, env = "HOST_IP", default_value = "")]
        host_ip: String,
        /// What the user gives under ./secrets/, as Compose mounts it
        #[arg(long, default_value = "/run/secrets")]
        given: PathBuf,
        /// Holds the volumes that other programs write to, which are given to their users
        #[arg(long, default_value = "/owned")]
        owned: PathBuf,
        /// ngrok's address, where the account has several; empty: the account's own
        #[arg(long, env = "NGROK_DOMAIN", default_value = "")]
        ngrok_domain: String,
        /// Make a new password for the app, and sign everybody out: `docker compose run --rm init init --renew-password`
        #[arg(long)]
        renew_password: bool,
        /// What Compose says of its folder and settings
        #[command(flatten)]
        surroundings: Box<Surroundings>,
    },
    /// Wait until the link is verified
    Wait {
        /// Until gateway, app and LiveKit work on this machine, which is what a tunnel waits for
        #[arg(long)]
        local: bool,
        /// Give up after this time, e.g. 90s, 3m (exit code 75); without it, wait for ever
        #[arg(long, value_parser = duration)]
        timeout: Option<Duration>,
    },
    /// Print the verified link
    Url {
        /// As a QR code too
        #[arg(long)]
        qr: bool,
        /// As JSON
        #[arg(long, conflicts_with = "qr")]
        json: bool,
    },
    /// Create, list and end links to consultations
    Link {
        /// What to do
        #[command(subcommand)]
        command: LinkCommand,
    },
    /// Print what works, what is awaited, since when and why
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Set up an address that stays: `docker compose run --rm setup`
    Setup(setup::Options),
    /// Look up where a domain leads: `docker compose run --rm look-up radio.example.org`
    LookUp {
        /// The domain
        domain: String,
    },
    /// Go through every layer: what was seen, and the next step; exit code 0 only when all is well
    Doctor {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Write an archive (.tar.gz) for a bug report, without secrets, links and addresses; - is standard output
        #[arg(long, value_name = "FILE", conflicts_with = "json")]
        bundle: Option<PathBuf>,
    },
    /// Print a link that opens the dashboard, once, within ten minutes
    Dashboard {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the operator's bearer token, which opens every route of the control port
    ControlToken {
        /// The app's instead: links, LiveKit tokens and the status only
        #[arg(long)]
        app: bool,
    },
    /// Print the password with which a professional signs in to the app
    Password,
    /// Print a LiveKit access token for one room, good for ten minutes
    LivekitToken {
        /// The room
        #[arg(long)]
        room: String,
        /// Unique in the room
        #[arg(long)]
        identity: String,
        /// What the others read
        #[arg(long)]
        name: Option<String>,
    },
    /// Stand in the place of an app in another Compose project: pass connections on
    #[command(hide = true)]
    Relay {
        /// Its service there and its port, e.g. web:8000
        #[arg(long)]
        to: String,
        /// The network in which that name is looked up first
        #[arg(long)]
        network: String,
        /// Where it listens
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// Open one connection and say what came of it
        #[arg(long)]
        check: bool,
    },
    /// Watch a port of this machine, in the place of a service that runs outside Docker
    #[command(hide = true)]
    WatchHost {
        /// What is expected there
        #[arg(long)]
        what: What,
        /// Where
        #[arg(long)]
        port: u16,
        /// Look once and exit: for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Watch whether this machine has the address that phones are given: the service `host-ip`
    #[command(hide = true)]
    HostIp {
        /// The address
        #[arg(long, env = "HOST_IP", value_parser = host_ip::address)]
        host_ip: Ipv4Addr,
        /// Look once and exit: for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Filter what may be asked of Docker: the service `docker-proxy`
    #[command(hide = true)]
    DockerProxy {
        /// The socket to listen on
        #[arg(long, default_value = "/run/docker-proxy/docker.sock")]
        listen: PathBuf,
        /// Docker's own socket
        #[arg(long, default_value = "/var/run/docker.sock")]
        docker: PathBuf,
        /// The Compose project whose containers pass; without it, the one this container belongs to
        #[arg(long, env = "SIDELINK_PROJECT", hide_env_values = true)]
        project: Option<String>,
        /// Ask once through the socket and exit: for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Exit code 0 when the service answers: for Docker's healthcheck
    #[command(hide = true)]
    Healthcheck,
}

/// `90`, `90s`, `3m` or `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time: use e.g. 90s, 3m or 1h");
    let (digits, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(digits) => (digits, &text[digits.len()..]),
        None => (text, "s"),
    };
    let factor = match unit {
        "h" => 3600,
        "m" => 60,
        _ => 1,
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("3m"), Ok(Duration::from_secs(180)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        for bad in ["", "s", "soon", "-1s", "1d", "99999999999999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
