//! What the environment says, checked as a whole: every mistake is told at once, with its fix.

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
    "SIDELINK_CA_FILE",
    "SIDELINK_CONFIG",
    "SIDELINK_CONTROL_LISTEN",
    "SIDELINK_CONTROL_PORT",
    "SIDELINK_DOH",
    "SIDELINK_IDLE",
    "SIDELINK_LANG",
    "SIDELINK_LOG",
    "SIDELINK_MODE",
    "SIDELINK_PORT",
    "SIDELINK_PROJECT",
    "SIDELINK_PUBLIC_LISTEN",
    "SIDELINK_REDIS",
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
    /// The log's language.
    pub lang: Lang,
    /// When the tunnel is open.
    pub mode: Mode,
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
            config_file: read
                .path("SIDELINK_CONFIG")
                .unwrap_or_else(|| "/config/sidelink.yaml".into()),
            secrets: read
                .path("SIDELINK_SECRETS")
                .unwrap_or_else(|| "/secrets".into()),
            redis: read.redis(),
            ca_file: read.path("SIDELINK_CA_FILE"),
            doh: read.doh(),
            lang: read
                .vars
                .get("SIDELINK_LANG")
                .map_or(Lang::En, |tag| Lang::from_tag(tag)),
            mode: read.mode(),
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

const ADDRESS: &str = "an address with a port, e.g. 0.0.0.0:8787";

/// Two that many phones use themselves, of two companies.
const DOH: &str = "https://cloudflare-dns.com/dns-query,https://dns.google/dns-query";

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

    fn mode(&mut self) -> Mode {
        let idle = self.vars.get("SIDELINK_IDLE").map(|text| duration(text));
        let idle = match idle {
            None => IDLE,
            Some(Ok(idle)) if idle >= SHORTEST_IDLE => idle,
            Some(_) => {
                self.mistakes.push(
                    "SIDELINK_IDLE: use a time of at least a minute, e.g. 15m or 1h".to_owned(),
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

    fn redis(&mut self) -> Address {
        let text = self
            .vars
            .get("SIDELINK_REDIS")
            .map_or(REDIS, String::as_str);
        let address = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_matches(['[', ']']).to_owned();
            let port = port.parse().ok().filter(|&port| port != 0)?;
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
            (!host.is_empty() && host.chars().all(plain)).then_some(Address { host, port })
        });
        address.unwrap_or_else(|| {
            self.mistakes.push(format!(
                "SIDELINK_REDIS is {text:?}: use a name and a port without redis:// and without a password, e.g. {REDIS}"
            ));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Settings, Mistakes> {
        Settings::from_vars(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn nothing_set_is_fine_and_empty_is_unset() {
        let settings = from(&[("SIDELINK_LANG", ""), ("PATH", "/bin")]).expect("is fine");
        assert_eq!(settings.local_port, 8080);
        assert_eq!(settings.lang, Lang::En);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let error = from(&[
            ("SIDELINK_PORT", "eighty"),
            ("SIDELINK_LAGN", "pt"),
            ("DOCKER_HOST", "docker:2375"),
            ("SIDELINK_DOH", "https://dns.google/dns-query,8.8.8.8"),
            ("SIDELINK_REDIS", "redis://redis:6379"),
        ])
        .expect_err("five mistakes")
        .to_string();
        assert_eq!(error.lines().count(), 5, "{error}");
        for part in [
            "SIDELINK_PORT is \"eighty\"",
            "SIDELINK_LAGN is not a setting",
            "tcp://host:port",
            "SIDELINK_DOH has \"8.8.8.8\"",
            "SIDELINK_REDIS is \"redis://redis:6379\"",
        ] {
            assert!(error.contains(part), "{part} is not in {error}");
        }
    }
}
