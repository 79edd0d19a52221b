//! Public names that `.env` gives: refused here with the reason, because later only silence would follow.

use std::net::IpAddr;

use anyhow::{Result, bail};

use sidelink_core::is_hostname;

/// How a setting may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `radio.example.org`
    Name,
    /// The same, or `https://radio.example.org/`.
    NameOrUrl,
}

/// Fails where `value` is not a public host name; empty is unset.
pub(super) fn check(setting: &str, value: &str, form: Form) -> Result<()> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(());
    }
    let Some(mistake) = mistake(value, form) else {
        return Ok(());
    };
    let example = match form {
        Form::Name => "radio.example.org",
        Form::NameOrUrl => "https://radio.example.org",
    };
    bail!("{setting} is {value:?}: {mistake}. Write e.g. {setting}={example} into .env")
}

/// What is wrong, as the end of a sentence.
fn mistake(value: &str, form: Form) -> Option<&'static str> {
    let name = match (value.split_once("://"), form) {
        (None, _) => value,
        (Some(_), Form::Name) => return Some("a name is wanted here, without https://"),
        (Some(("https", rest)), Form::NameOrUrl) => rest.strip_suffix('/').unwrap_or(rest),
        (Some(_), Form::NameOrUrl) => {
            return Some("the public URL is https, because camera and microphone need it");
        }
    };
    if name.contains('@') {
        return Some("a user name or a password cannot be part of it");
    }
    if name.contains(['/', '?', '#']) {
        return Some(
            "a path cannot be used, because the stack answers at the root of its own name",
        );
    }
    if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Some("an IP address has no certificate that phones accept");
    }
    if name.contains(':') {
        return Some("a port cannot be used, because visitors come to 443, the port of https");
    }
    if name.ends_with('.') {
        return Some("a dot at the end makes another name of it for browsers and certificates");
    }
    if !name.is_ascii() {
        return Some("write the name in its ASCII form, which begins with xn--");
    }
    if !is_public(&name.to_ascii_lowercase()) {
        return Some("this is not a host name that a phone on the internet can look up");
    }
    None
}

/// A name of several labels, none of them malformed, whose last one is not an address's or a machine's.
fn is_public(name: &str) -> bool {
    let label = |label: &str| {
        let edges = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len()) && edges
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let private = [
        "localhost",
        "local",
        "internal",
        "lan",
        "home",
        "localdomain",
    ];
    is_hostname(name)
        && name.contains('.')
        && name.split('.').all(label)
        && !last.bytes().all(|c| c.is_ascii_digit())
        && !private.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_https_url_are_taken() {
        for value in [
            "",
            " ",
            "radio.example.org",
            "https://radio.example.org",
            "https://Radio.example.org/",
            "https://xn--rdio-5na.example.org",
        ] {
            check("PUBLIC_URL", value, Form::NameOrUrl).expect(value);
        }
        check("SIDELINK_DOMAIN", "radio.example.org", Form::Name).expect("a name");
    }

    #[test]
    fn whatever_else_a_url_may_have_is_refused_with_the_reason() {
        for (value, word) in [
            ("https://radio.example.org:8443", "port"),
            ("radio.example.org:443", "port"),
            ("https://radio.example.org/radio", "path"),
            ("https://radio.example.org//", "path"),
            ("https://radio.example.org?a=b", "path"),
            ("http://radio.example.org", "https"),
            ("HTTPS://radio.example.org", "https"),
            ("ftp://radio.example.org", "https"),
            ("https://me:pw@radio.example.org", "password"),
            ("https://192.0.2.7", "IP address"),
            ("https://[2001:db8::7]", "IP address"),
            ("https://[2001:db8::7]:443", "port"),
            ("https://radio.example.org.", "dot"),
            ("https://rádio.example.org", "xn--"),
            ("https://localhost", "look up"),
            ("https://app.localhost", "look up"),
            ("laptop.local", "look up"),
            ("radio", "look up"),
            ("*.example.org", "look up"),
            ("radio..example.org", "look up"),
            ("-radio.example.org", "look up"),
            ("radio example.org", "look up"),
            ("10.0.0.256", "look up"),
            ("https://", "look up"),
        ] {
            let error = check("PUBLIC_URL", value, Form::NameOrUrl)
                .expect_err(value)
                .to_string();
            assert!(
                error.starts_with("PUBLIC_URL is ") && error.contains(word),
                "{value}: {error}"
            );
        }
        let error = check("SIDELINK_DOMAIN", "https://radio.example.org", Form::Name);
        assert!(
            error
                .expect_err("a URL")
                .to_string()
                .contains("without https://")
        );
    }
}
