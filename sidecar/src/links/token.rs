//! What nobody can guess, and what is kept of it.

use ring::digest::{SHA256, digest};

use crate::random::{RandomError, digits, hex};

/// 160 bit.
const BYTES: usize = 20;
/// Two characters a byte.
const LENGTH: usize = BYTES * 2;

/// A token of a link: 40 hexadecimal digits, which survive every messenger.
pub fn token() -> Result<String, RandomError> {
    hex(BYTES)
}

/// It may be one; nothing else is ever looked up.
pub fn is_token(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// What may be kept where the text itself may not: its SHA-256 in hexadecimal.
pub(crate) fn sha256(text: &[u8]) -> String {
    digits(digest(&SHA256, text).as_ref())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tokens_are_alike_in_shape_only() {
        let all: BTreeSet<_> = (0..1000).map(|_| token().expect("random")).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|token| is_token(token)));
        for other in ["", "0", &"A".repeat(40), &"g".repeat(40), &"0".repeat(41)] {
            assert!(!is_token(other), "{other}");
        }
    }

    #[test]
    fn the_digest_is_the_standards() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
