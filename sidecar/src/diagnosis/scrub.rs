//! What programs say, without what only programs may know: tokens, passwords, queries of URLs.

/// In place of what was cut.
const CUT: &str = "…";
/// Enough of a line to recognise it by.
const QUOTED: usize = 160;

/// `text` without tokens and without the queries of URLs.
pub fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_bearer = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        if after_bearer && !word.is_empty() {
            out.push_str(CUT);
        } else {
            out.push_str(&word_without_secrets(word));
        }
        out.push_str(space);
        after_bearer = word.is_empty() && after_bearer || is_bearer(word);
    }
    out
}

/// A line for a reason, scrubbed and shortened.
pub(super) fn quote(line: &str) -> String {
    crate::reason::shorten(&scrub(&without_ticks(line)), QUOTED)
}

fn is_bearer(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    word.eq_ignore_ascii_case("bearer") || word.to_ascii_lowercase().ends_with("bearer")
}

fn word_without_secrets(word: &str) -> String {
    let mut word = word.to_owned();
    if word.contains("://") {
        cut_queries(&mut word);
        if let Some((from, to)) = login(&word) {
            word.replace_range(from..to, CUT);
        }
    }
    for key in [
        "access_token=",
        "authtoken=",
        "token=",
        "password=",
        "secret=",
    ] {
        cut_after(&mut word, key);
    }
    cut_jwts(&mut word);
    word
}

/// From each `?` of a URL to the end of what can belong to it.
fn cut_queries(word: &mut String) {
    let mut start = word.find("://").unwrap_or(word.len());
    while let Some(at) = word[start..].find('?') {
        let from = start + at + 1;
        let to = from + end_of_value(&word[from..]);
        word.replace_range(from..to, if to > from { CUT } else { "" });
        start = from;
    }
}

/// Name and password before the host.
fn login(word: &str) -> Option<(usize, usize)> {
    let from = word.find("://")? + 3;
    let host = &word[from..];
    let end = host.find(['/', '?', '"']).unwrap_or(host.len());
    let at = host[..end].rfind('@')?;
    Some((from, from + at))
}

fn cut_after(word: &mut String, key: &str) {
    let mut start = 0;
    while let Some(at) = word[start..].to_ascii_lowercase().find(key) {
        let from = start + at + key.len();
        let to = from + end_of_value(&word[from..]);
        word.replace_range(from..to, if to > from { CUT } else { "" });
        start = from;
    }
}

fn end_of_value(text: &str) -> usize {
    let ends = |c: char| {
        matches!(
            c,
            '"' | '\'' | '`' | '&' | ';' | ',' | ')' | ']' | '}' | '>'
        )
    };
    // A query goes on after `&`: the rest of it goes too.
    text.find(|c: char| ends(c) && c != '&')
        .unwrap_or(text.len())
}

/// A JSON Web Token begins with `{"` in base64.
fn cut_jwts(word: &mut String) {
    let mut start = 0;
    while let Some(at) = word[start..].find("eyJ") {
        let from = start + at;
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
        let rest = &word[from..];
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
        word.replace_range(from..from + length, CUT);
        start = from + CUT.len();
    }
}

/// A YAML parser quotes the value that it did not expect in backticks, and that may be a secret.
fn without_ticks(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts
        .map(|(index, part)| if index % 2 == 1 { CUT } else { part })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_quoted() {
        for (text, told) in [
            (
                "dest=http://x.example/rtc?access_token=SECRET&a=1 next",
                "dest=http://x.example/rtc?… next",
            ),
            (
                "dest=\"http://x.example/rtc?t=SECRET\" type=http",
                "dest=\"http://x.example/rtc?…\" type=http",
            ),
            ("access_token=SECRET", "access_token=…"),
            (
                "Authorization: Bearer SECRET now",
                "Authorization: Bearer … now",
            ),
            ("\"Bearer SECRET\"", "\"Bearer …"),
            (
                "invalid token: eyJhbGciOiJI.eyJpc3Mi.QM2rk3-_A, error: token is expired",
                "invalid token: …, error: token is expired",
            ),
            ("redis://user:SECRET@redis:6379/0", "redis://…@redis:6379/0"),
            (
                "ERR_NGROK_105 authtoken=SECRET",
                "ERR_NGROK_105 authtoken=…",
            ),
            (
                "two http://a.example/?q=SECRET,http://b.example/?q=1",
                "two http://a.example/?…,http://b.example/?…",
            ),
            ("what is this? all fine", "what is this? all fine"),
            ("Password=SECRET PASSWORD=SECRET", "Password=… PASSWORD=…"),
            ("", ""),
        ] {
            let scrubbed = scrub(text);
            assert!(!scrubbed.contains("SECRET"), "{scrubbed}");
            assert_eq!(scrubbed, told);
        }
        assert_eq!(
            quote("cannot unmarshal !!str `key:SECRET` into map"),
            "cannot unmarshal !!str … into map"
        );
    }
}
