//! Checks the shape of tokens, domains and addresses. An error names what is expected and where to find it. It never
//! repeats the input, which may be another secret.

use anyhow::{Result, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use sidelink_core::is_hostname;
use sidelink_diagnostics::Lang;

/// A named tunnel's token.
#[derive(Debug)]
pub(super) struct Token {
    /// As cloudflared expects it.
    pub text: String,
    /// The tunnel's id, as Cloudflare's dashboard shows it.
    pub tunnel: String,
}

/// The content of the token, base64 of JSON: account, tunnel, secret.
#[derive(Deserialize)]
struct TokenParts {
    a: String,
    t: String,
    s: String,
}

/// Reads a token, or the dashboard's whole command: `cloudflared … --token eyJ…`.
pub(super) fn cloudflared_token(typed: &str, lang: Lang) -> Result<Token> {
    let text = typed
        .split_whitespace()
        .rfind(|word| word.starts_with("eyJ"));
    let parts = text
        .and_then(decode)
        .and_then(|json| serde_json::from_slice::<TokenParts>(&json).ok());
    match (text, parts) {
        (Some(text), Some(TokenParts { a, t, s }))
            if !a.is_empty() && is_uuid(&t) && decode(&s).is_some_and(|secret| secret.len() >= 16) =>
        {
            Ok(Token {
                text: text.to_owned(),
                tunnel: t,
            })
        }
        _ => bail!(
            "{}",
            lang.pick(
                "this is not a tunnel's token, which is one long word that begins with eyJ. Copy all of it from \
                 https://one.dash.cloudflare.com (Networks, Tunnels, your tunnel, Configure)",
                "isto não é o token de um túnel, que é uma única palavra longa e começa com eyJ. Copie-o inteiro de \
                 https://one.dash.cloudflare.com (Networks, Tunnels, seu túnel, Configure)",
            )
        ),
    }
}

/// Reads an authtoken, or `ngrok config add-authtoken …`. It is two parts of letters and digits with a `_` between;
/// `cr_…` is its id.
pub(super) fn ngrok_authtoken(typed: &str, lang: Lang) -> Result<String> {
    let text = typed.split_whitespace().next_back().unwrap_or_default();
    let plain = |part: &str| part.len() >= 10 && part.bytes().all(|c| c.is_ascii_alphanumeric());
    match text.split_once('_') {
        Some((id, secret)) if plain(id) && plain(secret) && text.len() <= 200 => Ok(text.to_owned()),
        _ => bail!(
            "{}",
            lang.pick(
                "this is not an ngrok authtoken, which is some 49 letters and digits with one _ between. An API key or an id \
                 that begins with cr_ does not work. Copy the authtoken from https://dashboard.ngrok.com/get-started/your-authtoken",
                "isto não é um authtoken do ngrok, que tem cerca de 49 letras e dígitos com um _ no meio. Uma API key ou um id \
                 que começa com cr_ não funciona. Copie o authtoken de https://dashboard.ngrok.com/get-started/your-authtoken",
            )
        ),
    }
}

/// Reads `radio.example.org` or `https://Radio.example.org/`.
pub(super) fn domain(typed: &str, lang: Lang) -> Result<String> {
    let name = typed.trim().to_ascii_lowercase();
    let name = name
        .strip_prefix("https://")
        .unwrap_or(&name)
        .trim_end_matches('/');
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_public = name.contains('.') && last.bytes().any(|c| c.is_ascii_alphabetic());
    let ours_only = ["local", "localhost", "internal", "lan"].contains(&last);
    if is_hostname(name) && name.split('.').all(label) && is_public && !ours_only {
        return Ok(name.to_owned());
    }
    bail!(
        "{}",
        lang.pick(
            "this is not a public domain: enter the name alone, without port or path, e.g. radio.example.org",
            "isto não é um domínio público: digite só o nome, sem porta nem caminho, ex.: radio.example.org",
        )
    )
}

/// Accepts only what stays one word in `.env` and in the Caddyfile.
pub(super) fn email(typed: &str, lang: Lang) -> Result<String> {
    let fits = |c: u8| c.is_ascii_alphanumeric() || b".+-_@".contains(&c);
    match typed.trim().split_once('@') {
        Some((name, host))
            if !name.is_empty() && host.contains('.') && typed.trim().bytes().all(fits) =>
        {
            Ok(typed.trim().to_owned())
        }
        _ => bail!(
            "{}",
            lang.pick(
                "this is not an e-mail address: enter e.g. you@example.org",
                "isto não é um endereço de e-mail: digite, por exemplo, voce@example.org"
            )
        ),
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|c| c == b'-' || c.is_ascii_hexdigit())
}

/// Decodes base64 with padding, as cloudflared does.
fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {"a":"0123456789abcdef","t":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","s":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}
    const TOKEN: &str = "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZiIsInQiOiJmNzBmZjk4NS1hNGVmLTQ2NDMtYmJiYy00YTBlZDRmYzg0MTUiLCJzIjoiTURFeU16UTFOamM0T1dGaVkyUmxaakF4TWpNME5UWTMifQ==";

    #[test]
    fn a_tunnels_token_is_found_in_the_dashboards_command() {
        let command = format!(
            "docker run cloudflare/cloudflared:latest tunnel --no-autoupdate run --token {TOKEN}"
        );
        for typed in [TOKEN, &command, &format!("  {TOKEN}\r\n")] {
            let token = cloudflared_token(typed, Lang::En).expect("a valid one");
            assert_eq!(token.text, TOKEN);
            assert_eq!(token.tunnel, "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
        }
    }

    #[test]
    fn any_other_text_is_refused_and_not_repeated() {
        let cut = &TOKEN[..TOKEN.len() - 8];
        // {"a":"x"}, and another JWT.
        for typed in [
            "",
            cut,
            "eyJhIjoieCJ9",
            "eyJhbGciOiJIUzI1NiJ9.secretword",
            "secretword",
        ] {
            let error = cloudflared_token(typed, Lang::En)
                .expect_err(typed)
                .to_string();
            assert!(
                error.contains("dash.cloudflare.com") && !error.contains("secretword"),
                "{error}"
            );
        }
    }

    #[test]
    fn ngroks_authtoken_is_not_an_id_or_a_word() {
        let token = "2abcDEFghiJKLmnoPQRstuVWXyz_4PQrstUVwxyzABCdefGHi";
        assert_eq!(
            ngrok_authtoken(token, Lang::En).expect("a valid one"),
            token
        );
        let command = format!("ngrok config add-authtoken {token}");
        assert_eq!(
            ngrok_authtoken(&command, Lang::En).expect("a valid one"),
            token
        );
        for typed in [
            "",
            "cr_2abcDEFghiJKLmnoPQRstuVWXyz",
            "secretword",
            "a_b",
            "2abcDEFghiJKL mnoPQRstu",
        ] {
            let error = ngrok_authtoken(typed, Lang::Pt)
                .expect_err(typed)
                .to_string();
            assert!(
                error.contains("your-authtoken") && !error.contains("secretword"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_domain_is_a_public_name() {
        for typed in [
            "radio.example.org",
            "https://Radio.Example.org/",
            " radio.example.org ",
        ] {
            assert_eq!(domain(typed, Lang::En).expect(typed), "radio.example.org");
        }
        for typed in [
            "",
            "localhost",
            "laptop.local",
            "192.168.1.20",
            "a.example:8443",
            "a.example/x",
            "-a.example",
            "a..b",
            "*.a.example",
            "a.example.",
        ] {
            assert!(domain(typed, Lang::En).is_err(), "{typed}");
        }
    }

    #[test]
    fn an_email_is_one_word() {
        assert!(email("you+acme@example.org", Lang::En).is_ok());
        for typed in [
            "you",
            "you@host",
            "you@example.org}\nacme_ca x",
            "a b@example.org",
        ] {
            assert!(email(typed, Lang::En).is_err(), "{typed}");
        }
    }
}
