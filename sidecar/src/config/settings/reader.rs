//! Reads each setting from its text in the environment.

mod turn;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::Routes;
use crate::config::duration;
use crate::config::log_format::LogFormat;
use sidelink_core::{Address, Mode};

/// Names that `serve` and the commands read. Any other `SIDELINK_…` is an error, because it may be misspelt.
const KNOWN: &[&str] = &[
    "SIDELINK_ALLOWED_ORIGINS",
    "SIDELINK_APP",
    "SIDELINK_CA_FILE",
    "SIDELINK_CONFIG",
    "SIDELINK_CONTROL_LISTEN",
    "SIDELINK_CONTROL_PORT",
    "SIDELINK_DOH_RESOLVERS",
    "SIDELINK_IDLE_TIMEOUT",
    "SIDELINK_LAN",
    "SIDELINK_LANG",
    "SIDELINK_LIVEKIT",
    "SIDELINK_LOG",
    "SIDELINK_LOG_FORMAT",
    "SIDELINK_MEDIA_UDP_PORT",
    "SIDELINK_NOTICES_LISTEN",
    "SIDELINK_PORT",
    "SIDELINK_PROJECT",
    "SIDELINK_PUBLISHER",
    "SIDELINK_PUBLIC_LISTEN",
    "SIDELINK_REDIS",
    "SIDELINK_ROUTES",
    "SIDELINK_SECRETS",
    "SIDELINK_STUN",
    "SIDELINK_TUNNEL_MODE",
    "SIDELINK_URL",
];

/// Default time for which an on-demand tunnel stays open without a request, a call or a visitor.
const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// More than one new tunnel a minute would reach its provider's rate limit.
const MIN_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// For a longer time, `always` is the right mode.
const MAX_IDLE_TIMEOUT: Duration = Duration::from_secs(7 * 24 * 3600);

pub(super) const ADDRESS: &str = "an address with a port, e.g. 0.0.0.0:8787";

/// The address in `compose.yaml`, also of a LiveKit outside Docker.
const LIVEKIT: &str = "http://livekit:7880";

/// Two resolvers of two companies, which many phones use too.
const DOH: &str = "https://cloudflare-dns.com/dns-query,https://dns.google/dns-query";

/// A public server of a company that many stacks use for their tunnel, too.
const STUN: &str = "stun.cloudflare.com:3478";

/// The address in `compose.yaml`.
pub(super) const APP: &str = "app:3000";

/// The address in `compose.yaml`.
pub(super) const REDIS: &str = "redis:6379";

/// Browsers warn of five and more servers.
const MAX_STUN: usize = 4;

/// The variables, and the errors found in them.
pub(super) struct SettingsReader {
    pub(super) vars: BTreeMap<String, String>,
    pub(super) errors: Vec<String>,
}

impl SettingsReader {
    pub(super) fn max_connections(&mut self) -> Option<usize> {
        let text = self.vars.get("MAX_CONNECTIONS")?.trim();
        let max = text.parse().ok().filter(|max| *max > 0);
        if max.is_none() {
            self.errors.push(format!(
                "MAX_CONNECTIONS is {text:?}: use a number of connections, e.g. 50, or unset it for no limit"
            ));
        }
        max
    }

    pub(super) fn refuse_unknown(&mut self) {
        let unknown = self
            .vars
            .keys()
            .filter(|key| key.starts_with("SIDELINK_") && !KNOWN.contains(&key.as_str()));
        self.errors.extend(unknown.map(|key| {
            format!(
                "{key} is not a setting of Sidelink: use one of {}",
                KNOWN.join(", ")
            )
        }));
    }

    pub(super) fn doh(&mut self) -> Vec<Url> {
        let text = self
            .vars
            .get("SIDELINK_DOH_RESOLVERS")
            .map_or(DOH, String::as_str);
        let mut urls = Vec::new();
        for part in text.split(',').map(str::trim) {
            match Url::parse(part) {
                Ok(url) if url.scheme() == "https" => urls.push(url),
                _ => self.errors.push(format!(
                    "SIDELINK_DOH_RESOLVERS has {part:?}: use https URLs with commas between them, e.g. {DOH}"
                )),
            }
        }
        urls
    }

    pub(super) fn stun(&mut self) -> Vec<Address> {
        let text = self.vars.get("SIDELINK_STUN").map_or(STUN, String::as_str);
        if text == "off" {
            return Vec::new();
        }
        let servers: Option<Vec<_>> = words(text).map(address).collect();
        servers
            .filter(|servers| (1..=MAX_STUN).contains(&servers.len()))
            .unwrap_or_else(|| {
                self.errors.push(format!(
                    "SIDELINK_STUN is {text:?}: use up to {MAX_STUN} names with ports and commas between them, e.g. {STUN}, or off"
                ));
                Vec::new()
            })
    }

    pub(super) fn livekit(&mut self) -> Url {
        let text = self.vars.get("SIDELINK_LIVEKIT").map(String::as_str);
        let default = Url::parse(LIVEKIT).expect("a URL");
        match text.map(Url::parse) {
            None => default,
            Some(Ok(url)) if ["http", "https"].contains(&url.scheme()) => url,
            Some(_) => {
                self.errors.push(format!(
                    "SIDELINK_LIVEKIT is not an http URL: use e.g. {LIVEKIT}"
                ));
                default
            }
        }
    }

    pub(super) fn mode(&mut self) -> Mode {
        let idle = self
            .vars
            .get("SIDELINK_IDLE_TIMEOUT")
            .map(|text| duration::parse(text));
        let idle = match idle {
            None => DEFAULT_IDLE_TIMEOUT,
            Some(Ok(idle)) if (MIN_IDLE_TIMEOUT..=MAX_IDLE_TIMEOUT).contains(&idle) => idle,
            Some(_) => {
                self.errors.push(
                    "SIDELINK_IDLE_TIMEOUT: use a time from a minute to a week, e.g. 15m or 1h; SIDELINK_TUNNEL_MODE=always never suspends the tunnel"
                        .to_owned(),
                );
                DEFAULT_IDLE_TIMEOUT
            }
        };
        match self.vars.get("SIDELINK_TUNNEL_MODE").map(String::as_str) {
            None | Some("always") => Mode::Always,
            Some("on-demand") => Mode::OnDemand { idle },
            Some(other) => {
                self.errors.push(format!(
                    "SIDELINK_TUNNEL_MODE is {other:?}: use always or on-demand"
                ));
                Mode::Always
            }
        }
    }

    pub(super) fn routes(&mut self) -> Routes {
        match self.vars.get("SIDELINK_ROUTES").map(String::as_str) {
            None | Some("root") => Routes::Root,
            Some("prefixed") => Routes::Prefixed,
            Some(other) => {
                self.errors.push(format!(
                    "SIDELINK_ROUTES is {other:?}: use root or prefixed"
                ));
                Routes::Root
            }
        }
    }

    pub(super) fn lan(&mut self) -> bool {
        match self.vars.get("SIDELINK_LAN").map(String::as_str) {
            None | Some("off") => false,
            Some("on") => true,
            Some(other) => {
                self.errors
                    .push(format!("SIDELINK_LAN is {other:?}: use on or off"));
                false
            }
        }
    }

    pub(super) fn log_format(&mut self) -> LogFormat {
        match self.vars.get("SIDELINK_LOG_FORMAT").map(String::as_str) {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => {
                self.errors.push(format!(
                    "SIDELINK_LOG_FORMAT is {other:?}: use text or json"
                ));
                LogFormat::Text
            }
        }
    }

    pub(super) fn allowed_origins(&mut self) -> Vec<String> {
        let text = self.vars.get("SIDELINK_ALLOWED_ORIGINS").cloned();
        let text = text.unwrap_or_default();
        let mut origins = Vec::new();
        for origin in text.split(',').filter(|origin| !origin.is_empty()) {
            let url = Url::parse(origin).ok();
            // In a browser's spelling, because the gateway compares it as text.
            if url.is_some_and(|url| url.origin().ascii_serialization() == origin) {
                origins.push(origin.to_owned());
            } else {
                self.errors.push(format!(
                    "SIDELINK_ALLOWED_ORIGINS has {origin:?}: use origins without a path, with commas between them and no spaces, e.g. https://app.example.org"
                ));
            }
        }
        origins
    }

    pub(super) fn address(&mut self, key: &str, default: &str, expected: &str) -> Address {
        let text = self.vars.get(key).map_or(default, String::as_str);
        address(text).unwrap_or_else(|| {
            self.errors
                .push(format!("{key} is {text:?}: use {expected}"));
            let host = String::new();
            Address { host, port: 0 }
        })
    }

    pub(super) fn docker_host(&mut self) -> String {
        let host = self
            .vars
            .get("DOCKER_HOST")
            .cloned()
            .unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned());
        if !["tcp://", "http://", "unix://"]
            .iter()
            .any(|scheme| host.starts_with(scheme))
        {
            self.errors.push(format!(
                "DOCKER_HOST is {host:?}: use tcp://host:port or unix:///path"
            ));
        }
        host
    }

    pub(super) fn parsed<T: std::str::FromStr>(
        &mut self,
        key: &str,
        default: T,
        expected: &str,
    ) -> T {
        let Some(text) = self.vars.get(key) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            self.errors
                .push(format!("{key} is {text:?}: use {expected}"));
            default
        })
    }

    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.vars.get(key).map(PathBuf::from)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split([',', ' ']).map(str::trim);
    words.filter(|word| !word.is_empty())
}

fn address(text: &str) -> Option<Address> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let port = port.parse().ok().filter(|&port| port != 0)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then_some(Address { host, port })
}
