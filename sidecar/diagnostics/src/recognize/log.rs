//! How a container ended, from its last log lines, its exit code and Docker's own error.
//!
//! A log may hold tokens: what leaves here is a row of the table, with at most one scrubbed line.

use super::answer;
use super::engine;
use super::ngrok;
use super::watch_host;
use crate::redaction::quote;
use sidelink_core::Diagnosis;
use sidelink_core::{Role, TunnelKind};

/// All of these words in one line mean this row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sign {
    words: &'static [&'static str],
    code: &'static str,
    quoted: bool,
}

impl Sign {
    /// The line says nothing that the row does not say.
    pub(super) const fn plain(words: &'static [&'static str], code: &'static str) -> Self {
        let quoted = false;
        Self {
            words,
            code,
            quoted,
        }
    }

    /// The line goes into the sentence: it says which file, rule or port.
    pub(super) const fn quoted(words: &'static [&'static str], code: &'static str) -> Self {
        let quoted = true;
        Self {
            words,
            code,
            quoted,
        }
    }

    fn is_in(&self, line: &str) -> bool {
        self.words.iter().all(|word| line.contains(word))
    }
}

/// The first sign that is in any of the lines; of several lines the last.
pub(crate) fn find(signs: &[Sign], lines: &[&str]) -> Option<Diagnosis> {
    signs.iter().find_map(|sign| {
        let at = lines.iter().rposition(|line| sign.is_in(line))?;
        let detail = if sign.quoted {
            quote(&whole(lines, at))
        } else {
            String::new()
        };
        Some(Diagnosis::known(sign.code, &detail))
    })
}

/// The line, and the next one where it ends with a colon: LiveKit's YAML errors do.
fn whole(lines: &[&str], at: usize) -> String {
    let line = told(lines[at]);
    match lines.get(at + 1) {
        Some(next) if line.ends_with(':') => format!("{line} {}", next.trim()),
        _ => line,
    }
}

/// A container that ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// What it is for.
    pub role: Role,
    /// Means something for a tunnel only.
    pub tunnel: TunnelKind,
    /// Its exit code.
    pub code: i64,
    /// Docker's own error, often empty.
    pub error: &'a str,
    /// Its last log lines, both streams together.
    pub log: &'a str,
}

/// Why it ended, if that is known.
pub fn of_end(end: End<'_>) -> Option<Diagnosis> {
    let lines: Vec<&str> = end.log.lines().collect();
    engine::of_start(end.error)
        .or_else(|| engine::of_signal(end.code))
        .or_else(|| of_program(end.role, end.tunnel, &lines))
        .or_else(|| find(OF_ANY, &lines))
        .or_else(|| engine::of_exit_code(end.code, end.error))
}

/// Of what a failing healthcheck printed.
pub fn of_output(role: Role, tunnel: TunnelKind, output: &str) -> Option<Diagnosis> {
    let lines: Vec<&str> = output.lines().collect();
    watch_host::of_health(output)
        .or_else(|| match role {
            Role::Redis => answer::of_redis(output),
            _ => of_program(role, tunnel, &lines),
        })
        .or_else(|| find(OF_ANY, &lines))
}

fn of_program(role: Role, tunnel: TunnelKind, lines: &[&str]) -> Option<Diagnosis> {
    match (role, tunnel) {
        (Role::Tunnel, TunnelKind::Quick) => {
            find(OF_A_QUICK_TUNNEL, lines).or_else(|| find(OF_CLOUDFLARED, lines))
        }
        (Role::Tunnel, TunnelKind::Named) => {
            find(OF_A_NAMED_TUNNEL, lines).or_else(|| find(OF_CLOUDFLARED, lines))
        }
        (Role::Tunnel, TunnelKind::Ngrok) => {
            lines.iter().rev().find_map(|line| ngrok::of_log(line))
        }
        (Role::Tunnel, TunnelKind::Domain | TunnelKind::Url) | (Role::Gateway, _) => {
            find(OF_CADDY, lines)
        }
        (Role::Livekit, _) => find(OF_LIVEKIT, lines),
        (Role::Redis, _) => find(OF_REDIS, lines),
        (Role::Icecast, _) => find(OF_ICECAST, lines),
        (Role::App, _) => find(OF_AN_APP, lines),
        (Role::HostIp | Role::Other, _) => None,
    }
}

/// The quick service: one request, no retry, exit code 1.
const OF_A_QUICK_TUNNEL: &[Sign] = &[
    Sign::plain(&["error code: 1015"], "quick_rate_limited"),
    Sign::plain(&["status_code=\"429"], "quick_rate_limited"),
    // What is left of it at loglevel `fatal`: JSON was wanted and `error code: …` came.
    Sign::plain(
        &["quick Tunnel", "invalid character 'e'"],
        "quick_rate_limited",
    ),
    Sign::plain(
        &["quick Tunnel", "invalid character '<'"],
        "quick_error_page",
    ),
    Sign::plain(
        &["quick Tunnel", "unexpected end of JSON input"],
        "quick_empty",
    ),
    Sign::plain(&["failed to unmarshal quick Tunnel"], "quick_unreadable"),
    Sign::plain(&["failed to parse quick Tunnel ID"], "quick_refused"),
    Sign::plain(
        &["failed to request quick Tunnel", "x509"],
        "quick_untrusted",
    ),
    Sign::plain(
        &["failed to request quick Tunnel", "no such host"],
        "quick_no_dns",
    ),
    Sign::plain(
        &["failed to request quick Tunnel", "connection refused"],
        "quick_connection_refused",
    ),
    Sign::plain(
        &["failed to request quick Tunnel", "timeout awaiting"],
        "quick_timeout",
    ),
    Sign::plain(
        &["failed to request quick Tunnel", "deadline exceeded"],
        "quick_timeout",
    ),
    Sign::plain(
        &["failed to request quick Tunnel", "i/o timeout"],
        "quick_timeout",
    ),
    Sign::plain(&["failed to request quick Tunnel", "EOF"], "quick_cut"),
    Sign::plain(
        &["failed to request quick Tunnel", "connection reset"],
        "quick_cut",
    ),
    Sign::plain(&["Unauthorized"], "tunnel_forgotten"),
];

const OF_A_NAMED_TUNNEL: &[Sign] = &[
    Sign::plain(
        &["Provided Tunnel token is not valid"],
        "tunnel_token_invalid",
    ),
    Sign::plain(&["Unauthorized"], "tunnel_token_refused"),
];

const OF_CLOUDFLARED: &[Sign] = &[
    Sign::quoted(
        &["last ingress rule must match all URLs"],
        "tunnel_ingress_invalid",
    ),
    Sign::quoted(&["Rule #", "is an invalid"], "tunnel_ingress_invalid"),
    Sign::quoted(&["Rule #", "has an invalid"], "tunnel_ingress_invalid"),
    Sign::quoted(&["config", "permission denied"], "tunnel_config_denied"),
    Sign::quoted(
        &["config", "no such file or directory"],
        "tunnel_config_missing",
    ),
    Sign::quoted(&["yaml:"], "tunnel_config_yaml"),
    Sign::plain(
        &["did not specify any valid additional argument"],
        "tunnel_no_url",
    ),
    Sign::quoted(&["flag provided but not defined"], "tunnel_bad_flag"),
    Sign::plain(&["initial tunnel connection failed"], "tunnel_refused"),
    Sign::plain(&["failed to dial to edge with quic"], "tunnel_udp_blocked"),
];

/// LiveKit ends with exit code 0 when it cannot start.
const OF_LIVEKIT: &[Sign] = &[
    Sign::plain(
        &["one of key-file or keys must be provided"],
        "livekit_no_keys",
    ),
    Sign::quoted(&["could not parse config"], "livekit_config"),
    Sign::quoted(&["open ", "no such file or directory"], "livekit_config"),
    Sign::quoted(&["open ", "permission denied"], "livekit_config"),
    Sign::quoted(&["address already in use"], "port_in_use"),
    Sign::plain(&["secret is too short"], "livekit_secret_short"),
];

const OF_REDIS: &[Sign] = &[
    Sign::quoted(&["can't open config file"], "redis_config_missing"),
    Sign::plain(&["FATAL CONFIG FILE ERROR"], "redis_config"),
    Sign::plain(&["Unresolved Configuration(s) Detected"], "redis_config"),
    Sign::quoted(&["Failed listening on port"], "port_in_use"),
    Sign::plain(&["MISCONF"], "redis_cannot_write"),
    Sign::plain(&["OOM command not allowed"], "redis_out_of_memory"),
    Sign::plain(&["Out Of Memory allocating"], "out_of_memory"),
];

const OF_ICECAST: &[Sign] = &[
    Sign::quoted(&["parser error"], "icecast_config"),
    Sign::quoted(&["error parsing config file"], "icecast_config"),
    Sign::quoted(&["Could not create listener socket"], "port_in_use"),
];

const OF_CADDY: &[Sign] = &[
    Sign::plain(&["acme:error:rateLimited"], "acme_rate_limited"),
    Sign::plain(&["acme:error:dns"], "acme_dns"),
    Sign::plain(&["acme:error:connection"], "acme_connection"),
    Sign::plain(&["acme:error:unauthorized"], "acme_unauthorized"),
    Sign::quoted(&["acme:error:"], "acme"),
    Sign::quoted(&["address already in use"], "port_in_use"),
    Sign::quoted(&["adapting config using caddyfile"], "caddy_config"),
    Sign::quoted(&["reading config", "no such file"], "caddy_config"),
    Sign::quoted(&["loading initial config"], "caddy_config"),
    Sign::quoted(&["could not get certificate"], "acme"),
];

const OF_AN_APP: &[Sign] = &[
    Sign::plain(&["JavaScript heap out of memory"], "app_out_of_heap"),
    Sign::quoted(&["EADDRINUSE"], "port_in_use"),
    Sign::quoted(&["Cannot find module"], "app_module_missing"),
    Sign::quoted(&["ERR_MODULE_NOT_FOUND"], "app_module_missing"),
];

const OF_ANY: &[Sign] = &[
    Sign::plain(&["No space left on device"], "disk_full"),
    Sign::plain(&["no space left on device"], "disk_full"),
    Sign::plain(&["ENOSPC"], "disk_full"),
    Sign::quoted(&["address already in use"], "port_in_use"),
    Sign::quoted(&["exec format error"], "wrong_platform"),
];

/// Of a line in JSON, as Caddy's and cloudflared's may be, the message and the error; of any other what follows its time.
fn told(line: &str) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) else {
        // Redis: `1:M 21 Nov 2026 14:55:39.707 # Failed …`
        let line = line.split_once(" # ").map_or(line, |(_, said)| said);
        let is_time = |word: &&str| {
            let fits = |c: char| c.is_ascii_digit() || "[]:.-+TZ".contains(c);
            word.starts_with(['[', '2']) && word.chars().all(fits)
                || word.contains(':') && word.chars().all(fits)
        };
        let words: Vec<_> = line.split_whitespace().skip_while(is_time).collect();
        return words.join(" ");
    };
    let text = |name: &str| fields.get(name).and_then(serde_json::Value::as_str);
    let parts = ["msg", "message", "error"].into_iter().filter_map(text);
    parts.collect::<Vec<_>>().join(": ")
}
