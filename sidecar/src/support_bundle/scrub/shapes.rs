//! Secrets by their shape: after which words they stand, and how they look themselves.

use super::runs::replace_runs;
use super::{LINK, SECRET};
use sidelink_core::QUICK_TUNNEL_SUFFIX;

const TOKEN: &str = "<token>";
const PERSON: &str = "<person>";

/// In this order: what stands at a telling place goes first.
pub(super) const PASSES: &[fn(&str) -> String] = &[
    userinfo,
    headers,
    values,
    hosts,
    tokens,
    base64,
    link_tokens,
];

/// Ends of names whose value is nobody's business: `access_token`, `redis-password`, `authtoken`.
const SECRET_NAMES: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "sidelink_session",
    "join_request",
    "sig",
    "signature",
    "auth",
];
/// Names whose value is a person, or says where he is.
const PERSON_NAMES: &[&str] = &[
    "participant",
    "identity",
    "participantidentity",
    "room",
    "roomname",
];
/// The same in a log.
const LOG_NAMES: &[&str] = &["name", "participantname", "displayname", "username", "user"];
/// After these the whole line is secret.
const HEADERS: &[&str] = &["authorization:", "cookie:"];
/// After these the next word is.
const SCHEMES: &[&str] = &["bearer ", "basic "];
/// Under these every tunnel's visitors come in.
const LINK_ENDS: &[&str] = &[
    QUICK_TUNNEL_SUFFIX,
    ".cfargotunnel.com",
    ".ngrok.app",
    ".ngrok.dev",
    ".ngrok.io",
    ".ngrok-free.app",
    ".ngrok-free.dev",
];
/// Of nobody in particular.
const KNOWN_HOSTS: &[&str] = &["api.trycloudflare.com"];
/// What follows is somebody's way in.
const LINK_PATHS: &[&str] = &["/join/", "/links/", "/l/", "code="];

/// `redis://:secret@host`
fn userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || "/\"'<>?#".contains(c))
            .unwrap_or(after.len());
        rest = after;
        if let Some(at) = after[..end].rfind('@') {
            out.push_str(SECRET);
            rest = &after[at..];
        }
    }
    out + rest
}

/// `Authorization: …`, `Cookie: …`, and `Bearer …` anywhere.
fn headers(text: &str) -> String {
    let whole = HEADERS.iter().fold(text.to_owned(), |text, marker| {
        after(&text, marker, |c| c == '\n' || c == '"', SECRET)
    });
    SCHEMES.iter().fold(whole, |text, marker| {
        after(
            &text,
            marker,
            |c| c.is_whitespace() || "\"',;".contains(c),
            SECRET,
        )
    })
}

/// Secrets by the name that they have.
fn values(text: &str) -> String {
    named(text, told)
}

/// Who and where in a log; in a document of ours a `name` is a service's or a layer's.
pub(super) fn people(text: &str) -> String {
    named(text, |name| {
        let person = LOG_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        person.then_some(PERSON)
    })
}

/// `name=value`, `name: value`, `"name":"value"`, `\"name\":\"value\"`.
fn named(text: &str, told: impl Fn(&str) -> Option<&'static str>) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let tail = &rest[start..];
        let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
        out.push_str(&rest[..start + end]);
        rest = &tail[end..];
        let Some((placeholder, (gap, value))) = told(&tail[..end]).zip(assigned(rest)) else {
            continue;
        };
        out.push_str(&rest[..gap]);
        out.push_str(placeholder);
        rest = &rest[gap + value..];
    }
    out + rest
}

/// What takes the place of a value of this name.
fn told(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if PERSON_NAMES.contains(&name.as_str()) {
        return Some(PERSON);
    }
    let secret = SECRET_NAMES.iter().any(|end| name.ends_with(end));
    secret.then_some(SECRET)
}

/// After a name: how far it is to its value, and how long that is. `None` where no value follows.
fn assigned(text: &str) -> Option<(usize, usize)> {
    let quotes = |text: &str| text.len() - text.trim_start_matches(['"', '\'', '\\']).len();
    let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let mut at = quotes(text);
    at += spaces(&text[at..]);
    if !text[at..].starts_with(['=', ':']) {
        return None;
    }
    at += 1;
    at += spaces(&text[at..]);
    let quoted = quotes(&text[at..]);
    at += quoted;
    let value = &text[at..];
    let end = value.find(|c: char| match quoted {
        0 => c.is_whitespace() || "&,;)}]\"'".contains(c),
        _ => "\"'\\\n".contains(c),
    });
    let length = end.unwrap_or(value.len());
    let nothing = matches!(&value[..length], "" | "null" | "true" | "false" | "{" | "[");
    (!nothing).then_some((at, length))
}

fn hosts(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    replace_runs(text, part, |run| {
        let name = run.to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        let is_link = LINK_ENDS.iter().any(|end| name.ends_with(end));
        (is_link && !KNOWN_HOSTS.contains(&name)).then(|| LINK.to_owned())
    })
}

/// JWTs and other long random words.
fn tokens(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    replace_runs(text, part, |run| {
        let jwt = run.len() >= 20 && run.contains("eyJ");
        (jwt || run.split('.').any(is_random)).then(|| TOKEN.to_owned())
    })
}

/// Our own secrets are hexadecimal; ngrok's tokens are 49 of letters and digits.
fn is_random(word: &str) -> bool {
    let digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && word.len() >= 32) || (word.len() >= 40 && digit)
}

/// With `+` and `/`, which a path has too: so upper case, lower case and digits are wanted.
fn base64(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    replace_runs(text, part, |run| {
        let has = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
        let mixed =
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        (mixed && run.len() >= 32).then(|| TOKEN.to_owned())
    })
}

fn link_tokens(text: &str) -> String {
    LINK_PATHS.iter().fold(text.to_owned(), |text, marker| {
        let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
        after(&text, marker, end, TOKEN)
    })
}

/// What follows `instance`, up to where it `ends`.
fn after(text: &str, marker: &str, ends: impl Fn(char) -> bool, placeholder: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(marker) {
        let start = at + marker.len();
        if start < done {
            continue;
        }
        let end = text[start..]
            .find(&ends)
            .map_or(text.len(), |end| start + end);
        if end > start {
            out.push_str(&text[done..start]);
            out.push_str(placeholder);
            done = end;
        }
    }
    out + &text[done..]
}
