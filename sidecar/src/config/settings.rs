//! The settings of `serve`, from the environment. All errors are reported at once, each with its fix.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use reqwest::Url;

use crate::config::log_format::LogFormat;
use reader::{ADDRESS, APP, REDIS, SettingsReader};
use sidelink_core::{Address, Mode};
use sidelink_diagnostics::Lang;

/// Settings of `serve`, resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `tcp://host:port` or `unix:///path`; `DOCKER_HOST`.
    pub docker_host: String,
    /// The Compose project, where the sidecar does not run in a container of it.
    pub project: Option<String>,
    /// The gateway's port on this machine.
    pub local_port: u16,
    /// The control API's port on this machine.
    pub control_port: u16,
    /// Listener for what the gateway may pass on.
    pub public_listen: SocketAddr,
    /// Listener for this machine and the stack's containers.
    pub control_listen: SocketAddr,
    /// Listener for the gateway's notices.
    pub notices_listen: SocketAddr,
    /// Path of `sidelink.yaml`.
    pub config_file: PathBuf,
    /// The folder that `init` filled for the sidecar.
    pub secrets: PathBuf,
    /// Redis, which stores links.
    pub redis: Address,
    /// One more trusted certificate authority; for tests.
    pub ca_file: Option<PathBuf>,
    /// Public resolvers over HTTPS (RFC 8484) for the public URL's name. At least one.
    pub doh: Vec<Url>,
    /// Asked in turn for this network's public address when a call is joined; none where that is off.
    pub stun: Vec<Address>,
    /// The user's TURN service.
    pub turn: Option<TurnSettings>,
    /// Connections over all rooms; `None`: no limit but LiveKit's.
    pub max_connections: Option<usize>,
    /// The publisher of videos, where it is in use.
    pub publisher: Option<Address>,
    /// LiveKit's UDP port on this machine.
    pub media_udp_port: u16,
    /// LiveKit's server API.
    pub livekit: Url,
    /// The log's language.
    pub lang: Lang,
    /// How the log is written.
    pub log_format: LogFormat,
    /// When the tunnel is open.
    pub mode: Mode,
    /// Where the gateway serves its routes beside `/sidelink/`.
    pub routes: Routes,
    /// Origins whose pages may read what the gateway passes on, e.g. `https://app.example.org`.
    pub allowed_origins: Vec<String>,
    /// Whether the gateway's port is published on this machine's local network.
    pub lan: bool,
    /// The app's address for the gateway.
    pub app: Address,
}

/// A TURN service of the user's. Its secret is `secrets/turn_credential`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnSettings {
    /// The secret is the password of this user.
    Fixed {
        /// `turn:` and `turns:` URLs.
        urls: Vec<String>,
        /// `TURN_USERNAME`
        username: String,
    },
    /// The server has the same secret (coturn's `use-auth-secret`).
    SharedSecret {
        /// `turn:` and `turns:` URLs.
        urls: Vec<String>,
    },
    /// The secret is Cloudflare's API token.
    Cloudflare {
        /// `TURN_CLOUDFLARE_KEY`, the TURN key's id.
        key: String,
    },
}

/// Where the gateway serves `/runtime-config`, `/rtc` and `/stream`, which an app may use too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Routes {
    /// At the root, and below `/sidelink/` too.
    #[default]
    Root,
    /// Below `/sidelink/` only.
    Prefixed,
}

impl Routes {
    /// Returns the prefix of their paths.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Prefixed => "/sidelink",
        }
    }
}

impl Settings {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        Self::from_vars(std::env::vars().collect())
    }

    /// Reads these variables. An empty value is unset, because Compose passes `${X:-}` so.
    pub fn from_vars(mut vars: BTreeMap<String, String>) -> Result<Self, ConfigErrors> {
        vars.retain(|_, value| !value.is_empty());
        let mut read = SettingsReader {
            vars,
            errors: Vec::new(),
        };
        read.refuse_unknown();
        let settings = Self {
            docker_host: read.docker_host(),
            project: read.vars.get("SIDELINK_PROJECT").cloned(),
            local_port: read.parsed("SIDELINK_PORT", 8080, "a port from 1 to 65535, e.g. 8080"),
            control_port: read.parsed(
                "SIDELINK_CONTROL_PORT",
                8788,
                "a port from 1 to 65535, e.g. 8788",
            ),
            public_listen: read.parsed(
                "SIDELINK_PUBLIC_LISTEN",
                ([0, 0, 0, 0], 8787).into(),
                ADDRESS,
            ),
            control_listen: read.parsed(
                "SIDELINK_CONTROL_LISTEN",
                ([0, 0, 0, 0], 8788).into(),
                ADDRESS,
            ),
            notices_listen: read.parsed(
                "SIDELINK_NOTICES_LISTEN",
                ([0, 0, 0, 0], 8789).into(),
                ADDRESS,
            ),
            config_file: read
                .path("SIDELINK_CONFIG")
                .unwrap_or_else(|| "/config/sidelink.yaml".into()),
            secrets: read
                .path("SIDELINK_SECRETS")
                .unwrap_or_else(|| "/secrets".into()),
            redis: read.address(
                "SIDELINK_REDIS",
                REDIS,
                "a name and a port without redis:// and without a password, e.g. redis:6379",
            ),
            ca_file: read.path("SIDELINK_CA_FILE"),
            doh: read.doh(),
            stun: read.stun(),
            turn: read.turn(),
            max_connections: read.max_connections(),
            publisher: read.vars.contains_key("SIDELINK_PUBLISHER").then(|| {
                read.address(
                    "SIDELINK_PUBLISHER",
                    "publisher:8792",
                    "a name and a port, e.g. publisher:8792",
                )
            }),
            media_udp_port: read.parsed(
                "SIDELINK_MEDIA_UDP_PORT",
                7882,
                "a port from 1 to 65535, e.g. 7882",
            ),
            livekit: read.livekit(),
            lang: read
                .vars
                .get("SIDELINK_LANG")
                .map_or(Lang::En, |tag| Lang::from_tag(tag)),
            log_format: read.log_format(),
            mode: read.mode(),
            routes: read.routes(),
            allowed_origins: read.allowed_origins(),
            lan: read.lan(),
            app: read.address("SIDELINK_APP", APP, "a name and a port, e.g. app:3000"),
        };
        for (key, port) in [
            ("SIDELINK_PORT", settings.local_port),
            ("SIDELINK_CONTROL_PORT", settings.control_port),
            ("SIDELINK_MEDIA_UDP_PORT", settings.media_udp_port),
        ] {
            if port == 0 {
                read.errors
                    .push(format!("{key} is 0: use a port from 1 to 65535"));
            }
        }
        if read.errors.is_empty() {
            Ok(settings)
        } else {
            Err(ConfigErrors(read.errors))
        }
    }
}

/// All errors of the settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(Vec<String>);
