//! What the environment says, checked as a whole: every mistake is told at once, with its fix.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use crate::cli::duration;
use crate::lang::Lang;
use crate::model::{Address, Mode};

/// Names that `serve` and the commands read. Another `SIDELINK_…` is taken for a typing mistake.
const KNOWN: &[&str] = &[
    "SIDELINK_ALLOWED_ORIGINS",
    "SIDELINK_APP",
    "SIDELINK_CA_FILE",
    "SIDELINK_CONFIG",
    "SIDELINK_CONTROL_LISTEN",
    "SIDELINK_CONTROL_PORT",
    "SIDELINK_DOH",
    "SIDELINK_IDLE",
    "SIDELINK_LANG",
    "SIDELINK_LIVEKIT",
    "SIDELINK_LOG",
    "SIDELINK_MODE",
    "SIDELINK_NOTICES_LISTEN",
    "SIDELINK_PORT",
    "SIDELINK_PROJECT",
    "SIDELINK_PUBLIC_LISTEN",
    "SIDELINK_REDIS",
    "SIDELINK_ROUTES",
    "SIDELINK_SECRETS",
    "SIDELINK_URL",
];

/// Settings of `serve`, resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `tcp://host:port` or `unix:///path`; `DOCKER_HOST`.
    pub docker_host: String,
    /// The Compose project, where the sidecar does not run in a container of it.
    pub project: Option<String>,
    /// The gateway's port on this machine.
    pub local_port: u16,
    /// The control port as it is published on this machine.
    pub control_port: u16,
    /// What the gateway may pass on.
    pub public_listen: SocketAddr,
    /// For this machine and the stack's containers.
    pub control_listen: SocketAddr,
    /// For the gateway's notices.
    pub notices_listen: SocketAddr,
    /// `sidelink.yaml`.
    pub config_file: PathBuf,
    /// The folder that `init` filled for the sidecar.
    pub secrets: PathBuf,
    /// Where links are kept.
    pub redis: Address,
    /// A certificate authority to trust beside the public ones; for tests.
    pub ca_file: Option<PathBuf>,
    /// Public resolvers over HTTPS (RFC 8484), asked for the link's name. At least one.
    pub doh: Vec<Url>,
    /// LiveKit's server API.
    pub livekit: Url,
    /// The log's language.
    pub lang: Lang,
    /// When the tunnel is open.
    pub mode: Mode,
    /// Where the gateway's routes beside `/sidelink/` are.
    pub routes: Routes,
    /// Origins whose pages may read what the gateway passes on, e.g. `https://app.example.org`.
    pub allowed_origins: Vec<String>,
    /// Where the gateway finds the app.
    pub app: Address,
}

/// Where `/runtime-config`, `/rtc` and `/stream` are, which an app may want for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Routes {
    /// At the root, and below `/sidelink/` too.
    #[default]
    Root,
    /// Below `/sidelink/` only.
    Prefixed,
}

impl Routes {
    /// What stands before the path of each.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Prefixed => "/sidelink",
        }
    }
}

impl Settings {
    /// From the process's environment.
    pub fn from_env() -> Result<Self, Mistakes> {
        Self::from_vars(std::env::vars().collect())
    }

    /// From given variables. An empty value counts as unset, as Compose passes `${X:-}`.
    pub fn from_vars(mut vars: BTreeMap<String, String>) -> Result<Self, Mistakes> {
        vars.retain(|_, value| !value.is_empty());
        let mut read = Reader {
            vars,
            mistakes: Vec::new(),
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
            livekit: read.livekit(),
            lang: read
                .vars
                .get("SIDELINK_LANG")
                .map_or(Lang::En, |tag| Lang::from_tag(tag)),
            mode: read.mode(),
            routes: read.routes(),
            allowed_origins: read.allowed_origins(),
            app: read.address("SIDELINK_APP", APP, "a name and a port, e.g. app:3000"),
        };
        for (key, port) in [
            ("SIDELINK_PORT", settings.local_port),
            ("SIDELINK_CONTROL_PORT", settings.control_port),
        ] {
            if port == 0 {
                read.mistakes
                    .push(format!("{key} is 0: use a port from 1 to 65535"));
            }
        }
        if read.mistakes.is_empty() {
            Ok(settings)
        } else {
            Err(Mistakes(read.mistakes))
        }
    }
}

/// How long a tunnel on demand stays open without a question, a call or a visitor.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// A new tunnel each minute would end in its provider's rate limit.
const SHORTEST_IDLE: Duration = Duration::from_secs(60);
/// A tunnel that is to stay open for longer is one that is always open.
const LONGEST_IDLE: Duration = Duration::from_secs(7 * 24 * 3600);

const ADDRESS: &str = "an address with a port, e.g. 0.0.0.0:8787";

/// As `compose.yaml` names it; a LiveKit outside Docker is reached under the same name.
const LIVEKIT: &str = "http://livekit:7880";

/// Two that many phones use themselves, of two companies.
const DOH: &str = "https://cloudflare-dns.com/dns-query,https://dns.google/dns-query";

/// As `compose.yaml` names it.
const APP: &str = "app:3000";

/// The stack's own.
const REDIS: &str = "redis:6379";

/// Everything that is wrong with the environment.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Mistakes(Vec<String>);

struct Reader {
    vars: BTreeMap<String, String>,
    mistakes: Vec<String>,
}

impl Reader {
    fn refuse_unknown(&mut self) {
        let unknown = self
            .vars
            .keys()
            .filter(|key| key.starts_with("SIDELINK_") && !KNOWN.contains(&key.as_str()));
        self.mistakes.extend(unknown.map(|key| {
            format!(
                "{key} is not a setting of Sidelink: use one of {}",
                KNOWN.join(", ")
            )
        }));
    }

    fn doh(&mut self) -> Vec<Url> {
        let text = self.vars.get("SIDELINK_DOH").map_or(DOH, String::as_str);
        let mut urls = Vec::new();
        for part in text.split(',').map(str::trim) {
            match Url::parse(part) {
                Ok(url) if url.scheme() == "https" => urls.push(url),
                _ => self.mistakes.push(format!(
                    "SIDELINK_DOH has {part:?}: use https URLs with commas between them, e.g. {DOH}"
                )),
            }
        }
        urls
    }

    fn livekit(&mut self) -> Url {
        let text = self.vars.get("SIDELINK_LIVEKIT").map(String::as_str);
        let usual = Url::parse(LIVEKIT).expect("a URL");
        match text.map(Url::parse) {
            None => usual,
            Some(Ok(url)) if ["http", "https"].contains(&url.scheme()) => url,
            Some(_) => {
                self.mistakes.push(format!(
                    "SIDELINK_LIVEKIT is no http URL: use e.g. {LIVEKIT}"
                ));
                usual
            }
        }
    }

    fn mode(&mut self) -> Mode {
        let idle = self.vars.get("SIDELINK_IDLE").map(|text| duration(text));
        let idle = match idle {
            None => IDLE,
            Some(Ok(idle)) if (SHORTEST_IDLE..=LONGEST_IDLE).contains(&idle) => idle,
            Some(_) => {
                self.mistakes.push(
                    "SIDELINK_IDLE: use a time from a minute to a week, e.g. 15m or 1h; SIDELINK_MODE=always never sleeps"
                        .to_owned(),
                );
                IDLE
            }
        };
        match self.vars.get("SIDELINK_MODE").map(String::as_str) {
            None | Some("always") => Mode::Always,
            Some("on-demand") => Mode::OnDemand { idle },
            Some(other) => {
                self.mistakes.push(format!(
                    "SIDELINK_MODE is {other:?}: use always or on-demand"
                ));
                Mode::Always
            }
        }
    }

    fn routes(&mut self) -> Routes {
        match self.vars.get("SIDELINK_ROUTES").map(String::as_str) {
            None | Some("root") => Routes::Root,
            Some("prefixed") => Routes::Prefixed,
            Some(other) => {
                self.mistakes.push(format!(
                    "SIDELINK_ROUTES is {other:?}: use root or prefixed"
                ));
                Routes::Root
            }
        }
    }

    fn allowed_origins(&mut self) -> Vec<String> {
        let text = self.vars.get("SIDELINK_ALLOWED_ORIGINS").cloned();
        let text = text.unwrap_or_default();
        let mut origins = Vec::new();
        for origin in text.split(',').filter(|origin| !origin.is_empty()) {
            let url = Url::parse(origin).ok();
            // As a browser writes it, because the gateway compares it as text.
            if url.is_some_and(|url| url.origin().ascii_serialization() == origin) {
                origins.push(origin.to_owned());
            } else {
                self.mistakes.push(format!(
                    "SIDELINK_ALLOWED_ORIGINS has {origin:?}: use origins without a path, with commas between them and no spaces, e.g. https://app.example.org"
                ));
            }
        }
        origins
    }

    fn address(&mut self, key: &str, usual: &str, wanted: &str) -> Address {
        let text = self.vars.get(key).map_or(usual, String::as_str);
        let address = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_matches(['[', ']']).to_owned();
            let port = port.parse().ok().filter(|&port| port != 0)?;
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
            (!host.is_empty() && host.chars().all(plain)).then_some(Address { host, port })
        });
        address.unwrap_or_else(|| {
            self.mistakes
                .push(format!("{key} is {text:?}: use {wanted}"));
            let host = String::new();
            Address { host, port: 0 }
        })
    }

    fn docker_host(&mut self) -> String {
        let host = self
            .vars
            .get("DOCKER_HOST")
            .cloned()
            .unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned());
        if !["tcp://", "http://", "unix://"]
            .iter()
            .any(|scheme| host.starts_with(scheme))
        {
            self.mistakes.push(format!(
                "DOCKER_HOST is {host:?}: use tcp://host:port or unix:///path"
            ));
        }
        host
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &str, usual: T, wanted: &str) -> T {
        let Some(text) = self.vars.get(key) else {
            return usual;
        };
        text.parse().unwrap_or_else(|_| {
            self.mistakes
                .push(format!("{key} is {text:?}: use {wanted}"));
            usual
        })
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.vars.get(key).map(PathBuf::from)
    }
}
