//! Identities in a link's room, the secrets that bring them back, and the names that others read.

use super::token::sha256;
use crate::random::{RandomError, hex};
use sidelink_diagnostics::is_visible;

/// Random bytes in an identity.
const RANDOM: usize = 6;
/// Of a name, in characters.
const NAME: usize = 64;
/// An identity and a secret, and some room.
const RESUME: usize = 160;

/// How a person came to a link's room.
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

/// An identity, and the secret by which it comes back.
#[derive(Clone)]
pub struct Identity {
    /// `client-3f9c2b41d07e`: without the name, because LiveKit logs identities with addresses.
    pub identity: String,
    /// Never kept, only its SHA-256.
    secret: String,
}

impl Identity {
    /// Returns a new one.
    pub fn reserve(side: Side) -> Result<Self, RandomError> {
        let identity = format!("{}-{}", side.as_str(), hex(RANDOM)?);
        let secret = hex(16)?;
        Ok(Self { identity, secret })
    }

    /// From what was handed out before; `None` for anything else.
    pub fn resumed(resume: &str) -> Option<Self> {
        let (identity, secret) = resume.split_once('.').filter(|_| resume.len() <= RESUME)?;
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (!identity.is_empty() && plain(identity) && plain(secret)).then(|| Self {
            identity: identity.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// `<identity>.<secret>`: what the page keeps.
    pub fn resume(&self) -> String {
        format!("{}.{}", self.identity, self.secret)
    }

    /// What Redis keeps of the secret.
    pub fn digest(&self) -> String {
        sha256(self.secret.as_bytes())
    }
}

/// Returns the name trimmed; `None` when it cannot be shown as one.
pub fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    let good = (1..=NAME).contains(&name.chars().count()) && is_visible(name);
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_random_and_says_by_which_way_somebody_came() {
        for (side, start) in [(Side::Client, "client-"), (Side::Host, "host-")] {
            let [first, again] =
                [(); 2].map(|()| Identity::reserve(side).expect("random").identity);
            assert!(first.starts_with(start), "{first}");
            assert_eq!(first.len(), start.len() + 2 * RANDOM);
            assert_ne!(first, again);
        }
    }

    #[test]
    fn what_was_handed_out_brings_the_same_back() {
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
        assert_eq!(name(" Ana "), Some("Ana"));
        assert_eq!(
            name(&"é".repeat(64)).map(|name| name.chars().count()),
            Some(64)
        );
        assert_eq!(name("👩\u{200d}⚕️"), Some("👩\u{200d}⚕️"));
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
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
