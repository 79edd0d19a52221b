//! Credentials by a secret that the TURN server shares ("TURN REST API", coturn's `use-auth-secret`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Returns username and password that are valid until `expires_at`, Unix seconds.
pub(super) fn credentials(secret: &str, participant: &str, expires_at: u64) -> (String, String) {
    let username = format!("{expires_at}:{participant}");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    let password = STANDARD.encode(hmac::sign(&key, username.as_bytes()));
    (username, password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_what_coturn_computes() {
        // printf 1433895918:ana | openssl dgst -sha1 -hmac north -binary | base64
        let (username, password) = credentials("north", "ana", 1_433_895_918);
        assert_eq!(username, "1433895918:ana");
        assert_eq!(password, "UEvMTxR/7RpRQbjI1FG7VnVqzWs=");
    }
}
