//! Checks public host names of `.env`, because a wrong one would fail later without a message.

use std::net::IpAddr;

use anyhow::{Result, bail};

use sidelink_core::is_hostname;

/// The syntax of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameForm {
    /// `radio.example.org`
    Name,
    /// The same, or `https://radio.example.org/`.
    NameOrUrl,
}

/// Fails where `value` is not a public host name; empty is unset.
pub(super) fn check(setting: &str, value: &str, form: NameForm) -> Result<()> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(());
    }
    let Some(mistake) = mistake(value, form) else {
        return Ok(());
    };
    let example = match form {
        NameForm::Name => "radio.example.org",
        NameForm::NameOrUrl => "https://radio.example.org",
    };
    bail!("{setting} is {value:?}: {mistake}. Set e.g. {setting}={example} in .env")
}

/// Returns what is wrong, as the end of a sentence.
fn mistake(value: &str, form: NameForm) -> Option<&'static str> {
    let name = match (value.split_once("://"), form) {
        (None, _) => value,
        (Some(_), NameForm::Name) => return Some("it must be a name without https://"),
        (Some(("https", rest)), NameForm::NameOrUrl) => rest.strip_suffix('/').unwrap_or(rest),
        (Some(_), NameForm::NameOrUrl) => {
            return Some("the public URL is https, because camera and microphone need it");
        }
    };
    if name.contains('@') {
        return Some("a user name or a password cannot be part of it");
    }
    if name.contains(['/', '?', '#']) {
        return Some("a path cannot be used, because the stack answers at the root of the name");
    }
    if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Some("an IP address has no certificate that phones accept");
    }
    if name.contains(':') {
        return Some("a port cannot be used, because visitors use 443, the port of https");
    }
    if name.ends_with('.') {
        return Some("a dot at the end makes it another name for browsers and certificates");
    }
    if !name.is_ascii() {
        return Some("write the name in its ASCII form, which begins with xn--");
    }
    if !is_public(&name.to_ascii_lowercase()) {
        return Some("it is not a host name that a phone on the internet can look up");
    }
    None
}

/// Reports whether a name has several valid labels, of which the last one is not an address's or a local network's.
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
    fn a_name_and_its_https_url_are_accepted() {
        for value in [
            "",
            " ",
            "radio.example.org",
            "https://radio.example.org",
            "https://Radio.example.org/",
            "https://xn--rdio-5na.example.org",
        ] {
            check("PUBLIC_URL", value, NameForm::NameOrUrl).expect(value);
        }
        check("SIDELINK_DOMAIN", "radio.example.org", NameForm::Name).expect("a name");
    }

    #[test]
    fn any_other_part_of_a_url_is_refused_with_the_reason() {
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
            let error = check("PUBLIC_URL", value, NameForm::NameOrUrl)
                .expect_err(value)
                .to_string();
            assert!(
                error.starts_with("PUBLIC_URL is ") && error.contains(word),
                "{value}: {error}"
            );
        }
        let error = check(
            "SIDELINK_DOMAIN",
            "https://radio.example.org",
            NameForm::Name,
        );
        assert!(
            error
                .expect_err("a URL")
                .to_string()
                .contains("without https://")
        );
    }
}
