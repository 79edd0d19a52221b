//! The labels `sidelink.*` of a container: read as a whole, every mistake reported at once.
//!
//! A typo never means the default: it is a diagnosis on that service.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use crate::config::duration;
use sidelink_core::{LabelError, Role, TunnelKind, is_hostname};
use sidelink_diagnostics::quoted;

/// Every label of ours begins so.
const OURS: &str = "sidelink.";
/// Without it a container is not watched.
const ROLE: &str = "sidelink.role";
/// Enough of a wrong value to recognise it by.
const QUOTED: usize = 40;

/// All labels that mean something, with what they take.
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
    ("sidelink.tunnel-priority", ORDER),
    ("sidelink.patience", PATIENCE),
    ("sidelink.stand-in", BOOLEAN),
];
const ROLES: &str = "app | livekit | redis | icecast | gateway | tunnel";
const PORT: &str = "1–65535";
const PATH: &str = "/…";
const BOOLEAN: &str = "true | false";
const TUNNELS: &str = "cloudflared-quick | cloudflared-named | ngrok | domain | url";
const HOSTNAME: &str = "radio.example.org";
const ORDER: &str = "0–255";
const PATIENCE: &str = "5s–1h";

/// What hangs longer is not waited for.
const MAX_PATIENCE: Duration = Duration::from_secs(3600);
/// A probe alone may take that long.
const MIN_PATIENCE: Duration = Duration::from_secs(5);

/// What the labels say, resolved.
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
    pub mistakes: Vec<LabelError>,
}

impl Labels {
    /// Reads all of them; `None` without `sidelink.role`.
    pub(super) fn read(labels: &HashMap<String, String>) -> Option<Self> {
        let role = labels.get(ROLE)?.trim();
        let mut read = Reader {
            labels,
            mistakes: unknown(labels),
        };
        // Any other word is a role too, so only another spelling of a known one is a mistake.
        let known = ROLES.split(" | ");
        let lower = role.to_ascii_lowercase();
        if role.is_empty() || (role != lower && known.into_iter().any(|known| known == lower)) {
            read.mistake("sidelink.role", role, ROLES);
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
            tunnel_priority: read
                .value("sidelink.tunnel-priority", ORDER, |text| text.parse().ok()),
            patience: read.value("sidelink.patience", PATIENCE, patience),
            stand_in: read.boolean("sidelink.stand-in", false),
            mistakes: read.mistakes,
        })
    }
}

struct Reader<'a> {
    labels: &'a HashMap<String, String>,
    mistakes: Vec<LabelError>,
}

impl Reader<'_> {
    /// An empty value counts as unset, as Compose writes `${X:-}`.
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
            self.mistake(label, text, allowed);
        }
        value
    }

    fn boolean(&mut self, label: &str, usual: bool) -> bool {
        let parse = |text: &str| text.parse().ok();
        self.value(label, BOOLEAN, parse).unwrap_or(usual)
    }

    fn mistake(&mut self, label: &str, value: &str, allowed: &str) {
        self.mistakes.push(LabelError {
            label: label.to_owned(),
            value: quoted(value, QUOTED),
            allowed: allowed.to_owned(),
        });
    }
}

/// Labels of ours that mean nothing, in the order of their names.
fn unknown(labels: &HashMap<String, String>) -> Vec<LabelError> {
    let known = |name: &str| KNOWN.iter().any(|(known, _)| *known == name);
    let mut names: Vec<_> = labels
        .keys()
        .filter(|name| name.starts_with(OURS) && !known(name))
        .collect();
    names.sort();
    let mistake = |name: &String| LabelError {
        label: quoted(name, QUOTED),
        value: quoted(&labels[name], QUOTED),
        allowed: replacement(name),
    };
    names.into_iter().map(mistake).collect()
}

/// The labels that were meant for Sidelink, in the order of their names, of a container that it does not watch because
/// none of them is the role: `sidelink.rolle`, `sidelink-role`, `Sidelink.Role`. Empty for one that it watches.
pub(super) fn without_role(labels: &HashMap<String, String>) -> Vec<String> {
    if labels.contains_key(ROLE) {
        return Vec::new();
    }
    let mut meant: Vec<_> = labels.keys().filter(|name| is_meant(name)).collect();
    meant.sort();
    meant.iter().map(|name| quoted(name, QUOTED)).collect()
}

/// The name, whatever its case, and something that is no letter after it.
fn is_meant(label: &str) -> bool {
    let name = OURS.trim_end_matches('.');
    let (Some(start), Some(next)) = (label.get(..name.len()), label.as_bytes().get(name.len()))
    else {
        return false;
    };
    start.eq_ignore_ascii_case(name) && !next.is_ascii_alphanumeric()
}

/// What was probably meant: the name that begins alike, or all of them.
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

/// `45`, `45s` or `5m`.
fn patience(text: &str) -> Option<Duration> {
    let fits = |time: &Duration| (MIN_PATIENCE..=MAX_PATIENCE).contains(time);
    duration::parse(text).ok().filter(fits)
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port != 0)
}

/// A path as it stands in a request, perhaps with a query.
fn path(text: &str) -> Option<String> {
    let fits = |c: u8| c.is_ascii_graphic() && c != b'#';
    let is_path = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(fits);
    is_path.then(|| text.to_owned())
}

/// `https://a.example/` and `a.example` alike; anything else is not a hostname.
fn hostname(label: &str) -> Option<String> {
    let name = label.strip_prefix("https://").unwrap_or(label);
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    is_hostname(&name).then_some(name)
}
