//! Reads the `sidelink.*` labels of a container, and reports all errors at once.
//!
//! A typo never means the default: it becomes a diagnosis of the service.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use crate::config::duration;
use sidelink_core::{LabelError, Role, TunnelKind, is_hostname};
use sidelink_diagnostics::quoted;

/// Prefix of Sidelink's labels.
const PREFIX: &str = "sidelink.";
/// Label that makes Sidelink watch a container.
const ROLE: &str = "sidelink.role";
/// Maximum length of a quoted label or value.
const MAX_QUOTE: usize = 40;

/// All labels, with the values that they accept.
const KNOWN: &[(&str, &str)] = &[
    ("sidelink.role", ROLES),
    ("sidelink.port", PORT),
    ("sidelink.health-path", PATH),
    ("sidelink.page-path", PATH),
    ("sidelink.mount", PATH),
    ("sidelink.required", BOOLEAN),
    ("sidelink.autoheal", BOOLEAN),
    ("sidelink.tunnel", TUNNELS),
    ("sidelink.hostname", HOSTNAME),
    ("sidelink.tunnel-priority", PRIORITY),
    ("sidelink.patience", PATIENCE),
    ("sidelink.stand-in", BOOLEAN),
];
const ROLES: &str = "app | livekit | redis | icecast | bridge | gateway | tunnel";
const PORT: &str = "1–65535";
const PATH: &str = "/…";
const BOOLEAN: &str = "true | false";
const TUNNELS: &str = "cloudflared-quick | cloudflared-named | ngrok | domain | url";
const HOSTNAME: &str = "radio.example.org";
const PRIORITY: &str = "0–255";
const PATIENCE: &str = "5s–1h";

/// Maximum value of `sidelink.patience`.
const MAX_PATIENCE: Duration = Duration::from_secs(3600);
/// Minimum value of `sidelink.patience`; one probe may take that long.
const MIN_PATIENCE: Duration = Duration::from_secs(5);

/// The parsed labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labels {
    pub role: Role,
    pub port: Option<u16>,
    pub health_path: Option<String>,
    pub page_path: Option<String>,
    pub mount: Option<String>,
    pub required: bool,
    pub autoheal: bool,
    pub tunnel: TunnelKind,
    pub hostname: Option<String>,
    pub tunnel_priority: Option<u8>,
    pub patience: Option<Duration>,
    pub stand_in: bool,
    pub errors: Vec<LabelError>,
}

impl Labels {
    /// Parses all labels; `None` without `sidelink.role`.
    pub(super) fn read(labels: &HashMap<String, String>) -> Option<Self> {
        let role = labels.get(ROLE)?.trim();
        let mut read = Reader {
            labels,
            errors: unknown(labels),
        };
        // Any other text is a role too, so only another spelling of a known role is an error.
        let known = ROLES.split(" | ");
        let lower = role.to_ascii_lowercase();
        if role.is_empty() || (role != lower && known.into_iter().any(|known| known == lower)) {
            read.error("sidelink.role", role, ROLES);
        }
        Some(Self {
            role: Role::from_label(role),
            port: read.value("sidelink.port", PORT, port),
            health_path: read.value("sidelink.health-path", PATH, path),
            page_path: read.value("sidelink.page-path", PATH, path),
            mount: read.value("sidelink.mount", PATH, path),
            required: read.boolean("sidelink.required", true),
            autoheal: read.boolean("sidelink.autoheal", true),
            tunnel: read
                .value("sidelink.tunnel", TUNNELS, TunnelKind::from_label)
                .unwrap_or(TunnelKind::Quick),
            hostname: read.value("sidelink.hostname", HOSTNAME, hostname),
            tunnel_priority: read.value("sidelink.tunnel-priority", PRIORITY, |text| {
                text.parse().ok()
            }),
            patience: read.value("sidelink.patience", PATIENCE, patience),
            stand_in: read.boolean("sidelink.stand-in", false),
            errors: read.errors,
        })
    }
}

struct Reader<'a> {
    labels: &'a HashMap<String, String>,
    errors: Vec<LabelError>,
}

impl Reader<'_> {
    /// Parses a value. An empty one is unset, as Compose writes `${X:-}`.
    fn value<T>(
        &mut self,
        label: &str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.labels.get(label)?.trim();
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.error(label, text, allowed);
        }
        value
    }

    fn boolean(&mut self, label: &str, default: bool) -> bool {
        let parse = |text: &str| text.parse().ok();
        self.value(label, BOOLEAN, parse).unwrap_or(default)
    }

    fn error(&mut self, label: &str, value: &str, allowed: &str) {
        self.errors.push(LabelError {
            label: label.to_owned(),
            value: quoted(value, MAX_QUOTE),
            allowed: allowed.to_owned(),
        });
    }
}

/// Returns an error for each unknown label with the prefix, sorted by name.
fn unknown(labels: &HashMap<String, String>) -> Vec<LabelError> {
    let known = |name: &str| KNOWN.iter().any(|(known, _)| *known == name);
    let mut names: Vec<_> = labels
        .keys()
        .filter(|name| name.starts_with(PREFIX) && !known(name))
        .collect();
    names.sort();
    let error = |name: &String| LabelError {
        label: quoted(name, MAX_QUOTE),
        value: quoted(&labels[name], MAX_QUOTE),
        allowed: replacement(name),
    };
    names.into_iter().map(error).collect()
}

/// Returns the misspelt labels of a container without a role, sorted: `sidelink.rolle`, `sidelink-role`,
/// `Sidelink.Role`. Empty for a container with a role.
pub(super) fn without_role(labels: &HashMap<String, String>) -> Vec<String> {
    if labels.contains_key(ROLE) {
        return Vec::new();
    }
    let mut meant: Vec<_> = labels.keys().filter(|name| is_meant(name)).collect();
    meant.sort();
    meant.iter().map(|name| quoted(name, MAX_QUOTE)).collect()
}

/// Returns whether a label begins with the name, in any case, and a character that is neither letter nor digit.
fn is_meant(label: &str) -> bool {
    let name = PREFIX.trim_end_matches('.');
    let (Some(start), Some(next)) = (label.get(..name.len()), label.as_bytes().get(name.len()))
    else {
        return false;
    };
    start.eq_ignore_ascii_case(name) && !next.is_ascii_alphanumeric()
}

/// Returns the known labels that begin alike, or all labels.
fn replacement(name: &str) -> String {
    let known = KNOWN.iter().map(|(known, _)| *known);
    let alike: Vec<_> = match name {
        "sidelink.health" => vec!["sidelink.health-path", "sidelink.mount"],
        _ => {
            let alike = |known: &&str| known.starts_with(name) || name.starts_with(known);
            known.clone().filter(alike).collect()
        }
    };
    if alike.is_empty() {
        known.collect::<Vec<_>>().join(" | ")
    } else {
        alike.join(" | ")
    }
}

/// Parses `45`, `45s` or `5m`.
fn patience(text: &str) -> Option<Duration> {
    let in_range = |time: &Duration| (MIN_PATIENCE..=MAX_PATIENCE).contains(time);
    duration::parse(text).ok().filter(in_range)
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port != 0)
}

/// Parses a request's path, with an optional query.
fn path(text: &str) -> Option<String> {
    let is_allowed = |c: u8| c.is_ascii_graphic() && c != b'#';
    let is_path = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_allowed);
    is_path.then(|| text.to_owned())
}

/// Parses `a.example` or `https://a.example/`.
fn hostname(label: &str) -> Option<String> {
    let name = label.strip_prefix("https://").unwrap_or(label);
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    is_hostname(&name).then_some(name)
}
