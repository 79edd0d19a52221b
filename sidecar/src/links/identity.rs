//! Who somebody is in a link's room: a name that others can read, made unique; and what brings it back.

use super::token::sha256;
use crate::random::{NoRandom, hex};

/// Of the name, in an identity.
const SLUG: usize = 24;
/// Of a name, in characters.
const NAME: usize = 64;
/// An identity and a secret, and some room.
const RESUME: usize = 160;

/// An identity, and the secret by which it comes back.
#[derive(Clone)]
pub struct Identity {
    /// `ana-maria-3f9c2b41`
    pub identity: String,
    /// Never kept, only its SHA-256.
    secret: String,
}

impl Identity {
    /// A new one for somebody of this name.
    pub fn reserve(name: &str) -> Result<Self, NoRandom> {
        let identity = format!("{}-{}", slug(name), hex(4)?);
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

/// Trimmed; `None` when it cannot be shown as a name.
pub fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    let good = (1..=NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    good.then_some(name)
}

/// Lower case letters and digits with hyphens between; `guest` where nothing of the name is left.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().map(plain) {
        if slug.len() >= SLUG {
            break;
        }
        match c {
            Some(c) => slug.push(c),
            None if slug.is_empty() || slug.ends_with('-') => {}
            None => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "guest" } else { slug }.to_owned()
}

/// The letter without its accent, as Portuguese has them.
fn plain(c: char) -> Option<char> {
    let c = c.to_lowercase().next().unwrap_or(c);
    match c {
        'a'..='z' | '0'..='9' => Some(c),
        'á' | 'à' | 'â' | 'ã' | 'ä' => Some('a'),
        'é' | 'è' | 'ê' | 'ë' => Some('e'),
        'í' | 'ì' | 'î' | 'ï' => Some('i'),
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => Some('o'),
        'ú' | 'ù' | 'û' | 'ü' => Some('u'),
        'ç' => Some('c'),
        'ñ' => Some('n'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_shows_the_name_and_is_never_the_same() {
        for (name, slug) in [
            ("Ana Maria", "ana-maria-"),
            ("  José  da Conceição!  ", "jose-da-conceicao-"),
            ("李小龙", "guest-"),
            ("<script>", "script-"),
            ("a.b", "a-b-"),
        ] {
            let identity = Identity::reserve(name).expect("random").identity;
            assert!(identity.starts_with(slug), "{identity}");
            assert_eq!(identity.len(), slug.len() + 8, "{identity}");
        }
        let long = Identity::reserve(&"x".repeat(64)).expect("random");
        assert_eq!(long.identity.len(), SLUG + 9);
        let again = Identity::reserve(&"x".repeat(64)).expect("random");
        assert_ne!(long.identity, again.identity);
    }

    #[test]
    fn what_was_handed_out_brings_the_same_back() {
        let first = Identity::reserve("Ana").expect("random");
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
        for bad in ["", "  ", "a\u{0}b", "a\nb", &"é".repeat(65)] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
