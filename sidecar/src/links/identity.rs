//! Identities in a link's room, the secrets that resume them, and the names that other participants read.

use super::token::sha256;
use crate::random::{RandomError, hex};
use sidelink_diagnostics::is_visible;

/// Random bytes in an identity.
const IDENTITY_BYTES: usize = 6;
/// Length of a name, characters.
const MAX_NAME: usize = 64;
/// Length of an identity and a secret, with some reserve, bytes.
const MAX_RESUME: usize = 160;

/// How a participant entered a link's room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// By the link.
    Client,
    /// By the control port.
    Host,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Host => "host",
        }
    }
}

/// An identity, and the secret that resumes it.
#[derive(Clone)]
pub struct Identity {
    /// `client-3f9c2b41d07e`: without the name, because LiveKit logs identities with addresses.
    pub identity: String,
    /// Redis keeps its SHA-256 only.
    secret: String,
}

impl Identity {
    /// Returns a new identity.
    pub fn reserve(side: Side) -> Result<Self, RandomError> {
        let identity = format!("{}-{}", side.as_str(), hex(IDENTITY_BYTES)?);
        let secret = hex(16)?;
        Ok(Self { identity, secret })
    }

    /// Reads what [`Self::resume`] returned; `None` for anything else.
    pub fn resumed(resume: &str) -> Option<Self> {
        let (identity, secret) = resume
            .split_once('.')
            .filter(|_| resume.len() <= MAX_RESUME)?;
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (!identity.is_empty() && plain(identity) && plain(secret)).then(|| Self {
            identity: identity.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// Returns `<identity>.<secret>`, which the page keeps.
    pub fn resume(&self) -> String {
        format!("{}.{}", self.identity, self.secret)
    }

    /// Returns the secret's SHA-256, which Redis keeps.
    pub fn digest(&self) -> String {
        sha256(self.secret.as_bytes())
    }
}

/// A participant's name: 1 to 64 visible characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Returns the trimmed name; `None` if it is empty, too long or has invisible characters.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let good = (1..=MAX_NAME).contains(&name.chars().count()) && is_visible(name);
        good.then(|| Self(name.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_random_and_names_the_side() {
        for (side, start) in [(Side::Client, "client-"), (Side::Host, "host-")] {
            let [first, again] =
                [(); 2].map(|()| Identity::reserve(side).expect("random").identity);
            assert!(first.starts_with(start), "{first}");
            assert_eq!(first.len(), start.len() + 2 * IDENTITY_BYTES);
            assert_ne!(first, again);
        }
    }

    #[test]
    fn a_resume_secret_returns_the_same_identity() {
        let first = Identity::reserve(Side::Client).expect("random");
        let back = Identity::resumed(&first.resume()).expect("is one");
        assert_eq!(back.identity, first.identity);
        assert_eq!(back.digest(), first.digest());
        for bad in [
            "",
            ".",
            "ana",
            ".secret",
            "a b.c",
            "ana.\u{0}",
            &"a.".repeat(100),
        ] {
            assert!(Identity::resumed(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_one_to_64_characters() {
        let parsed = |text: &str| DisplayName::parse(text).map(|DisplayName(name)| name);
        assert_eq!(parsed(" Ana ").as_deref(), Some("Ana"));
        let longest = "é".repeat(64);
        for good in [longest.as_str(), "👩\u{200d}⚕️"] {
            assert_eq!(parsed(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "  ",
            "a\u{0}b",
            "a\nb",
            "Ana\u{202e}",
            "An\u{200b}a",
            "Ana\u{e0041}",
            &"é".repeat(65),
        ] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
