//! Recognition of why a container exited, from its last log lines, its exit code and Docker's error.
//!
//! A log may hold tokens, so the result is a diagnosis with at most one redacted line.

use super::answer;
use super::engine;
use super::ngrok;
use super::watch_host;
use crate::redaction::quote;
use sidelink_core::Diagnosis;
use sidelink_core::{Role, TunnelKind};

/// Texts that together in one line mean this diagnosis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    texts: &'static [&'static str],
    code: &'static str,
    quoted: bool,
}

impl Signature {
    /// Creates a signature whose line adds nothing to the message.
    pub(super) const fn plain(texts: &'static [&'static str], code: &'static str) -> Self {
        let quoted = false;
        Self {
            texts,
            code,
            quoted,
        }
    }

    /// Creates a signature whose line goes into the message, because it names the file, rule or port.
    pub(super) const fn quoted(texts: &'static [&'static str], code: &'static str) -> Self {
        let quoted = true;
        Self {
            texts,
            code,
            quoted,
        }
    }

    fn is_in(&self, line: &str) -> bool {
        self.texts.iter().all(|text| line.contains(text))
    }
}

/// Returns the diagnosis of the first signature that matches a line; of several lines the last.
pub(crate) fn find(signatures: &[Signature], lines: &[&str]) -> Option<Diagnosis> {
    signatures.iter().find_map(|signature| {
        let at = lines.iter().rposition(|line| signature.is_in(line))?;
        let detail = if signature.quoted {
            quote(&complete(lines, at))
        } else {
            String::new()
        };
        Some(Diagnosis::of_code(signature.code, &detail))
    })
}

/// Returns the line, and the next one when it ends with a colon, as LiveKit's YAML errors do.
fn complete(lines: &[&str], at: usize) -> String {
    let line = without_time(lines[at]);
    match lines.get(at + 1) {
        Some(next) if line.ends_with(':') => format!("{line} {}", next.trim()),
        _ => line,
    }
}

/// The exit of a container.
#[derive(Clone, Copy, Debug)]
pub struct ContainerExit<'a> {
    /// Its role.
    pub role: Role,
    /// The kind of a tunnel; ignored for other roles.
    pub tunnel: TunnelKind,
    /// Its exit code.
    pub code: i64,
    /// Docker's error, often empty.
    pub error: &'a str,
    /// Its last log lines, both streams together.
    pub log: &'a str,
}

/// Recognizes why a container exited.
pub fn of_exit(exit: ContainerExit<'_>) -> Option<Diagnosis> {
    let lines: Vec<&str> = exit.log.lines().collect();
    engine::of_start(exit.error)
        .or_else(|| engine::of_signal(exit.code))
        .or_else(|| of_program(exit.role, exit.tunnel, &lines))
        .or_else(|| find(OF_ANY, &lines))
        .or_else(|| engine::of_exit_code(exit.code, exit.error))
}

/// Recognizes the output of a failing healthcheck.
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
        (Role::Bridge | Role::HostIp | Role::Init | Role::Other, _) => None,
    }
}

/// A quick tunnel: one request, no retry, exit code 1.
const OF_A_QUICK_TUNNEL: &[Signature] = &[
    Signature::plain(&["error code: 1015"], "quick_rate_limited"),
    Signature::plain(&["status_code=\"429"], "quick_rate_limited"),
    // The same at log level `fatal`: cloudflared expected JSON and got `error code: …`.
    Signature::plain(
        &["quick Tunnel", "invalid character 'e'"],
        "quick_rate_limited",
    ),
    Signature::plain(
        &["quick Tunnel", "invalid character '<'"],
        "quick_error_page",
    ),
    Signature::plain(
        &["quick Tunnel", "unexpected end of JSON input"],
        "quick_empty",
    ),
    Signature::plain(&["failed to unmarshal quick Tunnel"], "quick_unreadable"),
    Signature::plain(&["failed to parse quick Tunnel ID"], "quick_refused"),
    Signature::plain(
        &["failed to request quick Tunnel", "x509"],
        "quick_untrusted",
    ),
    Signature::plain(
        &["failed to request quick Tunnel", "no such host"],
        "quick_no_dns",
    ),
    Signature::plain(
        &["failed to request quick Tunnel", "connection refused"],
        "quick_connection_refused",
    ),
    Signature::plain(
        &["failed to request quick Tunnel", "timeout awaiting"],
        "quick_timeout",
    ),
    Signature::plain(
        &["failed to request quick Tunnel", "deadline exceeded"],
        "quick_timeout",
    ),
    Signature::plain(
        &["failed to request quick Tunnel", "i/o timeout"],
        "quick_timeout",
    ),
    Signature::plain(&["failed to request quick Tunnel", "EOF"], "quick_cut"),
    Signature::plain(
        &["failed to request quick Tunnel", "connection reset"],
        "quick_cut",
    ),
    Signature::plain(&["Unauthorized"], "tunnel_forgotten"),
];

const OF_A_NAMED_TUNNEL: &[Signature] = &[
    Signature::plain(
        &["Provided Tunnel token is not valid"],
        "tunnel_token_invalid",
    ),
    Signature::plain(&["Unauthorized"], "tunnel_token_refused"),
];

const OF_CLOUDFLARED: &[Signature] = &[
    Signature::quoted(
        &["last ingress rule must match all URLs"],
        "tunnel_ingress_invalid",
    ),
    Signature::quoted(&["Rule #", "is an invalid"], "tunnel_ingress_invalid"),
    Signature::quoted(&["Rule #", "has an invalid"], "tunnel_ingress_invalid"),
    Signature::quoted(&["config", "permission denied"], "tunnel_config_denied"),
    Signature::quoted(
        &["config", "no such file or directory"],
        "tunnel_config_missing",
    ),
    Signature::quoted(&["yaml:"], "tunnel_config_yaml"),
    Signature::plain(
        &["did not specify any valid additional argument"],
        "tunnel_no_url",
    ),
    Signature::quoted(&["flag provided but not defined"], "tunnel_bad_flag"),
    Signature::plain(&["initial tunnel connection failed"], "tunnel_refused"),
    Signature::plain(&["failed to dial to edge with quic"], "tunnel_udp_blocked"),
];

/// LiveKit exits with code 0 when it cannot start.
const OF_LIVEKIT: &[Signature] = &[
    Signature::plain(
        &["one of key-file or keys must be provided"],
        "livekit_no_keys",
    ),
    Signature::quoted(&["could not parse config"], "livekit_config"),
    Signature::quoted(&["open ", "no such file or directory"], "livekit_config"),
    Signature::quoted(&["open ", "permission denied"], "livekit_config"),
    Signature::quoted(&["address already in use"], "port_in_use"),
    Signature::plain(&["secret is too short"], "livekit_secret_short"),
];

const OF_REDIS: &[Signature] = &[
    Signature::quoted(&["can't open config file"], "redis_config_missing"),
    Signature::plain(&["FATAL CONFIG FILE ERROR"], "redis_config"),
    Signature::plain(&["Unresolved Configuration(s) Detected"], "redis_config"),
    Signature::quoted(&["Failed listening on port"], "port_in_use"),
    Signature::plain(&["MISCONF"], "redis_cannot_write"),
    Signature::plain(&["OOM command not allowed"], "redis_out_of_memory"),
    Signature::plain(&["Out Of Memory allocating"], "out_of_memory"),
];

const OF_ICECAST: &[Signature] = &[
    Signature::quoted(&["parser error"], "icecast_config"),
    Signature::quoted(&["error parsing config file"], "icecast_config"),
    Signature::quoted(&["Could not create listener socket"], "port_in_use"),
];

const OF_CADDY: &[Signature] = &[
    Signature::plain(&["acme:error:rateLimited"], "acme_rate_limited"),
    Signature::plain(&["acme:error:dns"], "acme_dns"),
    Signature::plain(&["acme:error:connection"], "acme_connection"),
    Signature::plain(&["acme:error:unauthorized"], "acme_unauthorized"),
    Signature::quoted(&["acme:error:"], "acme"),
    Signature::quoted(&["address already in use"], "port_in_use"),
    Signature::quoted(&["adapting config using caddyfile"], "caddy_config"),
    Signature::quoted(&["reading config", "no such file"], "caddy_config"),
    Signature::quoted(&["loading initial config"], "caddy_config"),
    Signature::quoted(&["could not get certificate"], "acme"),
];

const OF_AN_APP: &[Signature] = &[
    Signature::plain(&["JavaScript heap out of memory"], "app_out_of_heap"),
    Signature::quoted(&["EADDRINUSE"], "port_in_use"),
    Signature::quoted(&["Cannot find module"], "app_module_missing"),
    Signature::quoted(&["ERR_MODULE_NOT_FOUND"], "app_module_missing"),
];

const OF_ANY: &[Signature] = &[
    Signature::plain(&["No space left on device"], "disk_full"),
    Signature::plain(&["no space left on device"], "disk_full"),
    Signature::plain(&["ENOSPC"], "disk_full"),
    Signature::quoted(&["address already in use"], "port_in_use"),
    Signature::quoted(&["exec format error"], "wrong_platform"),
];

/// Returns the message and error of a JSON line, as Caddy and cloudflared write; of any other line the text after its time.
fn without_time(line: &str) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) else {
        // Redis: `1:M 21 Nov 2026 14:55:39.707 # Failed …`
        let line = line.split_once(" # ").map_or(line, |(_, text)| text);
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
