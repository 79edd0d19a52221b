//! Redaction of tokens, passwords and URL queries in the output of programs.

use crate::shorten;

/// Replaces a secret.
const CUT: &str = "…";
/// Maximum length of a quoted line, in bytes; enough to recognize it.
const MAX_QUOTED_BYTES: usize = 160;
/// Maximum length that is read. It is longer than a quote, because redaction shortens the text.
const MAX_READ_BYTES: usize = 2048;

/// Returns the text without tokens, passwords and URL queries.
pub fn redact(text: &str) -> String {
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

/// Returns at most `limit` bytes of the first line, redacted and safe for a terminal.
///
/// Only a bounded prefix of a long text is read.
pub fn quoted(text: &str, limit: usize) -> String {
    shorten(&redact(beginning(text)), limit)
}

/// Returns a line for a diagnosis, redacted and shortened.
pub(crate) fn quote(line: &str) -> String {
    quoted(&without_ticks(beginning(line)), MAX_QUOTED_BYTES)
}

/// Returns the first words of a text, without a word that would be cut, because half a secret is one too.
fn beginning(text: &str) -> &str {
    let text = text.trim_start();
    if text.len() <= MAX_READ_BYTES {
        return text;
    }
    let end = (0..=MAX_READ_BYTES)
        .rev()
        .find(|&at| text.is_char_boundary(at));
    let head = &text[..end.unwrap_or(0)];
    match head.rfind(char::is_whitespace) {
        Some(space) => &head[..space],
        None => CUT,
    }
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

/// Removes the query after each `?` of a URL.
fn cut_queries(word: &mut String) {
    let start = word.find("://").unwrap_or(word.len());
    let query = |from: usize| Some(from + word[from..].find('?')? + 1);
    *word = without_values(word, start, query);
}

/// Returns the range of name and password before the host.
fn login(word: &str) -> Option<(usize, usize)> {
    let from = word.find("://")? + 3;
    let host = &word[from..];
    let end = host.find(['/', '?', '"']).unwrap_or(host.len());
    let at = host[..end].rfind('@')?;
    Some((from, from + at))
}

fn cut_after(word: &mut String, key: &str) {
    let lower = word.to_ascii_lowercase();
    let value = |from: usize| Some(from + lower[from..].find(key)? + key.len());
    *word = without_values(word, 0, value);
}

/// Removes values. `next` finds where the next one begins; each is visited once.
fn without_values(word: &str, from: usize, next: impl Fn(usize) -> Option<usize>) -> String {
    let mut out = word[..from].to_owned();
    let mut from = from;
    while let Some(begins) = next(from) {
        let ends = begins + end_of_value(&word[begins..]);
        out.push_str(&word[from..begins]);
        out.push_str(if ends > begins { CUT } else { "" });
        from = ends;
    }
    out.push_str(&word[from..]);
    out
}

fn end_of_value(text: &str) -> usize {
    let ends = |c: char| {
        matches!(
            c,
            '"' | '\'' | '`' | '&' | ';' | ',' | ')' | ']' | '}' | '>'
        )
    };
    // A query continues after `&`, so the rest is removed too.
    text.find(|c: char| ends(c) && c != '&')
        .unwrap_or(text.len())
}

/// Removes JSON Web Tokens, which begin with `{"` in base64.
fn cut_jwts(word: &mut String) {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let mut out = String::new();
    let mut rest = word.as_str();
    while let Some(at) = rest.find("eyJ") {
        out.push_str(&rest[..at]);
        out.push_str(CUT);
        let token = &rest[at..];
        rest = token.find(|c| !part(c)).map_or("", |end| &token[end..]);
    }
    out.push_str(rest);
    *word = out;
}

/// Removes text in backticks: a YAML parser quotes unexpected values so, and they may be secrets.
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
    fn secrets_are_never_quoted() {
        for (text, expected) in [
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
            let redacted = redact(text);
            assert!(!redacted.contains("SECRET"), "{redacted}");
            assert_eq!(redacted, expected);
        }
        assert_eq!(
            quote("cannot unmarshal !!str `key:SECRET` into map"),
            "cannot unmarshal !!str … into map"
        );
    }
    #[test]
    fn a_long_text_is_cut_before_redaction_and_never_within_a_secret() {
        let filler = "a ".repeat(1000);
        let login = format!("{filler}redis://user:SECRET@redis:6379/{}", "x".repeat(200));
        for text in [
            login,
            "?token=SECRET".repeat(100_000),
            "SECRET".repeat(9999),
        ] {
            let quote = quoted(&text, 4096);
            assert!(!quote.contains("SECRET"), "{}", &quote[quote.len() - 60..]);
        }
        assert_eq!(quoted("  a\u{1b}[2J\tb   c\nd", 80), "a[2J b c");
    }

    #[expect(clippy::disallowed_methods, reason = "a test of how long it takes")]
    #[test]
    fn redaction_takes_linear_time() {
        let hard = "http://x.example/?a,token=b;eyJ,".repeat(8192);
        let began = std::time::Instant::now();
        let redacted = redact(&hard);
        assert!(!redacted.contains("?a"));
        assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
    }
}
