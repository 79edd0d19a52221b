//! The command line.

pub mod commands;
mod run;

pub use run::run;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::cli::commands::bridge::BridgeOptions;
use crate::cli::commands::link::LinkCommand;
use crate::cli::commands::publisher::PublisherOptions;
use crate::cli::commands::setup;
use crate::cli::commands::watch_host::WatchedService;
use crate::config::duration;
use crate::init::Surroundings;
use crate::lan_address;

/// One link that works on any phone, for the Compose stack on this machine.
#[derive(Debug, Parser)]
#[command(name = "sidelink", version, about, long_about = None)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// `docker compose exec sidecar sidelink …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Monitor the stack, verify the public URL and serve its status: the service itself
    Serve,
    /// Generate secrets and render the configuration that needs them: the service `init`
    Init {
        /// Folder with one folder for each container that needs secrets
        #[arg(long, default_value = "/secrets")]
        secrets: PathBuf,
        /// Folder of livekit.yaml and icecast.xml
        #[arg(long, default_value = "/templates")]
        templates: PathBuf,
        /// This machine's IPv4 address on the Wi-Fi, for phones; empty: the one that `host-ip` found
        #[arg(long, env = "HOST_IP", default_value = "")]
        host_ip: String,
        /// Folder of the user's own secrets, ./secrets/ on the host
        #[arg(long, default_value = "/run/secrets")]
        given: PathBuf,
        /// Folder of the volumes that other programs write to; each is given to its program's user
        #[arg(long, default_value = "/owned")]
        owned: PathBuf,
        /// Folder of the volume that it shares with `host-ip`
        #[arg(long, default_value = lan_address::FOLDER)]
        lan_address: PathBuf,
        /// One of several addresses of an ngrok account; empty: the account's default
        #[arg(long, env = "NGROK_DOMAIN", default_value = "")]
        ngrok_domain: String,
        /// Generate a new password for the app and end its sessions: `docker compose run --rm init init --renew-password`
        #[arg(long)]
        renew_password: bool,
        /// The Compose project and its settings
        #[command(flatten)]
        surroundings: Box<Surroundings>,
    },
    /// Wait until the public URL is verified
    Wait {
        /// Wait until gateway, app and LiveKit work on this machine; a tunnel starts after that
        #[arg(long)]
        local: bool,
        /// Stop after this time, e.g. 90s or 3m, with exit code 75; without it, there is no limit
        #[arg(long, value_parser = duration::parse)]
        timeout: Option<Duration>,
    },
    /// Print the public URL after a fresh verification
    Url {
        /// Print a QR code too
        #[arg(long)]
        qr: bool,
        /// Print JSON
        #[arg(long, conflicts_with = "qr")]
        json: bool,
    },
    /// Create, list and end links to consultations
    Link {
        /// What to do with links
        #[command(subcommand)]
        command: LinkCommand,
    },
    /// Show the status of every service and check
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Set up a stable URL: `docker compose run --rm setup`
    Setup(setup::SetupOptions),
    /// Compare a domain's address with this network's: `docker compose run --rm look-up radio.example.org`
    LookUp {
        /// The domain
        domain: String,
    },
    /// Check every layer and show the next step for each problem; exit code 0 means that no check failed
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Write a support bundle (.tar.gz) without secrets, links and addresses; - is standard output
        #[arg(long, value_name = "FILE", conflicts_with = "json")]
        bundle: Option<PathBuf>,
    },
    /// Print a login link for the dashboard; it works once, within ten minutes
    Dashboard {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the operator's bearer token, which opens every route of the control port
    ControlToken {
        /// Print the app's token instead, which opens links, LiveKit tokens and the status only
        #[arg(long)]
        app: bool,
    },
    /// Print the password with which a professional signs in to the app
    Password,
    /// Print a LiveKit access token for one room; it expires after ten minutes
    LivekitToken {
        /// The room
        #[arg(long)]
        room: String,
        /// The participant's identity, unique in the room
        #[arg(long)]
        identity: String,
        /// The name that the other participants see
        #[arg(long)]
        name: Option<String>,
    },
    /// Forward connections to an app in another Compose project
    #[command(hide = true)]
    Relay {
        /// The app's service and port, e.g. web:8000
        #[arg(long)]
        to: String,
        /// The network in which this name is looked up first
        #[arg(long)]
        network: String,
        /// The port to listen on
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// Open one connection and print the result
        #[arg(long)]
        check: bool,
    },
    /// Watch a port of this machine on behalf of a service that runs outside Docker
    #[command(hide = true)]
    WatchHost {
        /// The expected service
        #[arg(long)]
        what: WatchedService,
        /// Its port
        #[arg(long)]
        port: u16,
        /// Check once and exit, for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Watch this machine's address on its local network: the service `host-ip`
    #[command(hide = true)]
    HostIp {
        /// The address; empty: find it
        #[arg(long, env = "HOST_IP", default_value = "")]
        host_ip: String,
        /// Folder of the volume that it shares with `init`
        #[arg(long, default_value = lan_address::FOLDER)]
        folder: PathBuf,
        /// Check once and exit, for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Filter requests to Docker: the service `docker-proxy`
    #[command(hide = true)]
    DockerProxy {
        /// The socket to listen on
        #[arg(long, default_value = "/run/docker-proxy/docker.sock")]
        listen: PathBuf,
        /// Docker's own socket
        #[arg(long, default_value = "/var/run/docker.sock")]
        docker: PathBuf,
        /// The Compose project whose containers are accessible; without it, the project of this container
        #[arg(long, env = "SIDELINK_PROJECT", hide_env_values = true)]
        project: Option<String>,
        /// Send one request through the socket and exit, for Docker's healthcheck
        #[arg(long)]
        check: bool,
    },
    /// Carry the media of phones that no UDP reaches: the service `bridge`
    #[command(hide = true)]
    Bridge(BridgeOptions),
    /// Play video files into rooms: the service `publisher`
    #[command(hide = true)]
    Publisher(PublisherOptions),
    /// Exit with code 0 when the service answers, for Docker's healthcheck
    #[command(hide = true)]
    Healthcheck,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_valid() {
        Cli::command().debug_assert();
    }
}
