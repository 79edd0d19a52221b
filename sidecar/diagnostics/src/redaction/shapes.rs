//! Recognizes secrets by their shape: the words before them, and how they look themselves.

use super::runs::{replace_after, replace_runs, replace_within_words};
use sidelink_core::QUICK_TUNNEL_SUFFIX;

/// What one use of the rules hides, and what it writes in place of it.
pub(super) struct Profile {
    passes: &'static [Pass],
    /// In place of a secret.
    pub(super) secret: &'static str,
    /// In place of a token.
    token: &'static str,
    /// Characters between a name and its value.
    assignments: &'static [char],
    /// Authentication schemes; the next word is secret.
    schemes: &'static [&'static str],
    /// Names of persons are hidden too.
    hides_persons: bool,
}

type Pass = fn(&str, &Profile) -> String;

/// For a line that a diagnosis quotes. Its words stay, because recognizers read them.
pub(super) const LINE: Profile = Profile {
    passes: &[queries, userinfo, schemes, values, jwts],
    secret: "…",
    token: "…",
    assignments: &['='],
    schemes: &["bearer"],
    hides_persons: false,
};

/// For a report that others read: rather one word too many than one too few.
pub(super) const REPORT: Profile = Profile {
    // A value whose name is known goes first.
    passes: &[
        userinfo,
        headers,
        schemes,
        values,
        hosts,
        tokens,
        jwts,
        base64,
        link_tokens,
    ],
    secret: "<secret>",
    token: "<token>",
    assignments: &['=', ':'],
    schemes: &["bearer", "basic"],
    hides_persons: true,
};

/// In place of a public host name.
pub(super) const LINK: &str = "<link>";
const PERSON: &str = "<person>";

/// Ends of names whose value is secret: `access_token`, `redis-password`, `authtoken`.
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
/// Names whose value identifies a person, or the room of one.
const PERSON_NAMES: &[&str] = &[
    "participant",
    "identity",
    "participantidentity",
    "room",
    "roomname",
];
/// The same in a log.
const LOG_NAMES: &[&str] = &["name", "participantname", "displayname", "username", "user"];
/// The rest of the line after one is secret.
const HEADERS: &[&str] = &["authorization:", "cookie:"];
/// Ends of tunnels' public host names.
const LINK_ENDS: &[&str] = &[
    QUICK_TUNNEL_SUFFIX,
    ".cfargotunnel.com",
    ".ngrok.app",
    ".ngrok.dev",
    ".ngrok.io",
    ".ngrok-free.app",
    ".ngrok-free.dev",
];
/// Host names of providers, which identify no installation.
const KNOWN_HOSTS: &[&str] = &["api.trycloudflare.com"];
/// A link's token or a login code follows.
const LINK_PATHS: &[&str] = &["/join/", "/links/", "/l/", "code="];

impl Profile {
    /// Returns the text without what the profile hides.
    pub(super) fn redact(&self, text: &str) -> String {
        let text = text.to_owned();
        self.passes
            .iter()
            .fold(text, |text, pass| pass(&text, self))
    }

    /// Returns what to write in place of a value of this name.
    fn placeholder(&self, name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        if self.hides_persons && PERSON_NAMES.contains(&name.as_str()) {
            return Some(PERSON);
        }
        let is_secret = SECRET_NAMES.iter().any(|end| name.ends_with(end));
        is_secret.then_some(self.secret)
    }
}

/// Hides the query of each URL.
fn queries(text: &str, profile: &Profile) -> String {
    let ends = |c: char| "\"'`;,)]}>".contains(c);
    replace_within_words(text, |word| {
        let (before, url) = word.split_at(word.find("://")?);
        Some(before.to_owned() + &replace_after(url, "?", ends, profile.secret))
    })
}

/// Hides user name and password: `redis://:secret@host`.
fn userinfo(text: &str, profile: &Profile) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || "/\"?".contains(c))
            .unwrap_or(after.len());
        rest = after;
        if let Some(at) = after[..end].rfind('@') {
            out.push_str(profile.secret);
            rest = &after[at..];
        }
    }
    out + rest
}

/// Hides `Authorization: …` and `Cookie: …`.
fn headers(text: &str, profile: &Profile) -> String {
    HEADERS.iter().fold(text.to_owned(), |text, header| {
        replace_after(&text, header, |c| c == '\n' || c == '"', profile.secret)
    })
}

/// Hides the word after `Bearer`, whatever white space is between.
fn schemes(text: &str, profile: &Profile) -> String {
    const QUOTES: [char; 2] = ['"', '\''];
    let is_scheme = |word: &str| {
        let word = word.to_ascii_lowercase();
        profile.schemes.iter().any(|scheme| word.ends_with(scheme))
    };
    let mut out = String::with_capacity(text.len());
    let mut is_next = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if is_next && !word.is_empty() {
            let start = word.len() - word.trim_start_matches(QUOTES).len();
            let end = word[start..].find(QUOTES);
            out.push_str(&piece[..start]);
            out.push_str(profile.secret);
            out.push_str(&piece[end.map_or(word.len(), |end| start + end)..]);
        } else {
            out.push_str(piece);
        }
        is_next = is_next && word.is_empty() || is_scheme(word);
    }
    out
}

/// Hides secrets by their names.
fn values(text: &str, profile: &Profile) -> String {
    named(text, profile, |name| profile.placeholder(name))
}

/// Hides persons and rooms in a log; in a document of ours a `name` is a service's or a layer's.
pub(super) fn persons(text: &str) -> String {
    named(text, &REPORT, |name| {
        let is_person = LOG_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        is_person.then_some(PERSON)
    })
}

/// Replaces values: `name=value`, `name: value`, `"name":"value"`, `\"name\":\"value\"`.
fn named(
    text: &str,
    profile: &Profile,
    placeholder: impl Fn(&str) -> Option<&'static str>,
) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let tail = &rest[start..];
        let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
        out.push_str(&rest[..start + end]);
        rest = &tail[end..];
        let value = placeholder(&tail[..end]).zip(assigned(rest, profile.assignments));
        let Some((placeholder, (gap, length))) = value else {
            continue;
        };
        out.push_str(&rest[..gap]);
        out.push_str(placeholder);
        rest = &rest[gap + length..];
    }
    out + rest
}

/// Returns how far after a name its value begins, and its length; `None` where no value follows.
fn assigned(text: &str, assignments: &[char]) -> Option<(usize, usize)> {
    let quotes = |text: &str| text.len() - text.trim_start_matches(['"', '\'', '\\']).len();
    let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let mut at = quotes(text);
    at += spaces(&text[at..]);
    if !text[at..].starts_with(assignments) {
        return None;
    }
    at += 1;
    at += spaces(&text[at..]);
    let quoted = quotes(&text[at..]);
    at += quoted;
    let value = &text[at..];
    let end = value.find(|c: char| match quoted {
        0 => c.is_whitespace() || "&,;)}]>\"'`".contains(c),
        _ => "\"'\\\n".contains(c),
    });
    let length = end.unwrap_or(value.len());
    let nothing = matches!(&value[..length], "" | "null" | "true" | "false" | "{" | "[");
    (!nothing).then_some((at, length))
}

/// Hides public host names of tunnels.
fn hosts(text: &str, _: &Profile) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    replace_runs(text, part, |run| {
        let name = run.to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        let is_link = LINK_ENDS.iter().any(|end| name.ends_with(end));
        (is_link && !KNOWN_HOSTS.contains(&name)).then(|| LINK.to_owned())
    })
}

/// Hides JSON Web Tokens, which begin with `{"` in base64.
fn jwts(text: &str, profile: &Profile) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        out.push_str(&rest[..at]);
        out.push_str(profile.token);
        let token = &rest[at..];
        rest = token.find(|c| !part(c)).map_or("", |end| &token[end..]);
    }
    out + rest
}

/// Hides long random words, and words that hold a JSON Web Token.
fn tokens(text: &str, profile: &Profile) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    replace_runs(text, part, |run| {
        let jwt = run.len() >= 20 && run.contains("eyJ");
        (jwt || run.split('.').any(is_random)).then(|| profile.token.to_owned())
    })
}

/// Our own secrets are hexadecimal; ngrok's tokens are 49 letters and digits.
fn is_random(word: &str) -> bool {
    let digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && word.len() >= 32) || (word.len() >= 40 && digit)
}

/// Hides base64 with `+` and `/`. A path has them too, so it needs upper case, lower case and digits.
fn base64(text: &str, profile: &Profile) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    replace_runs(text, part, |run| {
        let has = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
        let mixed =
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        (mixed && run.len() >= 32).then(|| profile.token.to_owned())
    })
}

fn link_tokens(text: &str, profile: &Profile) -> String {
    let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    LINK_PATHS.iter().fold(text.to_owned(), |text, path| {
        replace_after(&text, path, end, profile.token)
    })
}
