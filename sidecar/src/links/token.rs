//! A link's token, and the digests that are kept of secrets.

use ring::digest::{SHA256, digest};

use super::error::LinkError;
use crate::random::{RandomError, digits, hex};

/// 160 bits.
const TOKEN_BYTES: usize = 20;
/// Two characters a byte.
const LENGTH: usize = TOKEN_BYTES * 2;

/// Returns a new token: 40 hexadecimal digits, which every messenger leaves unchanged.
pub(super) fn token() -> Result<String, RandomError> {
    hex(TOKEN_BYTES)
}

/// Reports whether the text can be a token. Nothing else is ever looked up.
pub fn is_token(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns the text if it can be a token.
pub(super) fn checked(text: &str) -> Result<&str, LinkError> {
    is_token(text).then_some(text).ok_or(LinkError::NoSuchLink)
}

/// Returns the SHA-256 in hexadecimal, which is kept in place of a secret.
pub(super) fn sha256(text: &[u8]) -> String {
    digits(digest(&SHA256, text).as_ref())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tokens_have_one_shape_and_differ() {
        let all: BTreeSet<_> = (0..1000).map(|_| token().expect("random")).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|token| is_token(token)));
        for other in ["", "0", &"A".repeat(40), &"g".repeat(40), &"0".repeat(41)] {
            assert!(!is_token(other), "{other}");
        }
    }

    #[test]
    fn the_digest_is_sha256() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
