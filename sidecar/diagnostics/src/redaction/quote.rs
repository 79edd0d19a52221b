//! Quotes what a program printed, without the secrets in it and fit for a terminal.

use super::shapes::LINE;
use crate::shorten;

/// In place of what was cut.
const CUT: &str = "…";
/// Bytes of a line that a diagnosis quotes: enough to recognize it by.
const MAX_QUOTED: usize = 160;
/// Bytes that are read for a quote, which gets shorter where secrets are cut out of it.
const MAX_READ: usize = 2048;

/// Returns the text without tokens, passwords and queries of URLs.
pub fn redact(text: &str) -> String {
    LINE.redact(text)
}

/// Returns at most `limit` bytes of the first line, redacted and fit for a terminal. Reads only a bounded beginning of
/// the text, however long it is.
pub fn quoted(text: &str, limit: usize) -> String {
    shorten(&redact(beginning(text)), limit)
}

/// Returns a line for a diagnosis, redacted and shortened.
pub(crate) fn quote(line: &str) -> String {
    quoted(&without_ticks(beginning(line)), MAX_QUOTED)
}

/// Returns the first words. A word that would be cut is left out, because half a secret is a secret too.
fn beginning(text: &str) -> &str {
    let text = text.trim_start();
    if text.len() <= MAX_READ {
        return text;
    }
    let head = &text[..text.floor_char_boundary(MAX_READ)];
    match head.rfind(char::is_whitespace) {
        Some(space) => &head[..space],
        None => CUT,
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
    fn no_secret_is_quoted() {
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
            ("\"Bearer SECRET\"", "\"Bearer …\""),
            ("bearer \t SECRET", "bearer \t …"),
            ("bearer \"SECRET\"", "bearer \"…\""),
            ("passwd=\"SECRET\" pwd=SECRET", "passwd=\"…\" pwd=…"),
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
    fn a_long_text_is_cut_before_it_is_redacted_and_never_within_a_secret() {
        let filler = "a ".repeat(1000);
        let login = format!("{filler}redis://user:SECRET@redis:6379/{}", "x".repeat(200));
        for text in [
            login,
            "?token=SECRET".repeat(100_000),
            "SECRET".repeat(9999),
        ] {
            let text = quoted(&text, 4096);
            assert!(!text.contains("SECRET"), "{}", &text[text.len() - 60..]);
        }
        assert_eq!(quoted("  a\u{1b}[2J\tb   c\nd", 80), "a[2J b c");
    }

    #[expect(clippy::disallowed_methods, reason = "a test of how long it takes")]
    #[test]
    fn time_grows_with_the_length_alone() {
        let hard = "http://x.example/?a,token=b;eyJ,".repeat(8192);
        let began = std::time::Instant::now();
        let text = redact(&hard);
        assert!(!text.contains("?a"));
        assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
    }
}
