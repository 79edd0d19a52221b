//! What a token, a domain and an address look like. An error says what is wanted and where it is found, and never
//! repeats what was typed: it may be a secret of something else.

use anyhow::{Result, bail};
use serde::Deserialize;

use sidelink_core::is_hostname;
use sidelink_diagnostics::Lang;

/// A named tunnel's token.
#[derive(Debug)]
pub(super) struct Token {
    /// As cloudflared wants it.
    pub text: String,
    /// The tunnel's id, as the dashboard shows it.
    pub tunnel: String,
}

/// What stands in the token, base64 of JSON: account, tunnel, secret.
#[derive(Deserialize)]
struct Parts {
    a: String,
    t: String,
    s: String,
}

/// Takes the dashboard's whole command too, `cloudflared … --token eyJ…`.
pub(super) fn cloudflared_token(typed: &str, lang: Lang) -> Result<Token> {
    let text = typed
        .split_whitespace()
        .rfind(|word| word.starts_with("eyJ"));
    let parts = text
        .and_then(base64)
        .and_then(|json| serde_json::from_slice::<Parts>(&json).ok());
    match (text, parts) {
        (Some(text), Some(Parts { a, t, s }))
            if !a.is_empty() && is_uuid(&t) && base64(&s).is_some_and(|secret| secret.len() >= 16) =>
        {
            Ok(Token {
                text: text.to_owned(),
                tunnel: t,
            })
        }
        _ => bail!(
            "{}",
            lang.pick(
                "this is no tunnel's token: it begins with eyJ and is one long word. Copy it whole from \
                 https://one.dash.cloudflare.com (Networks, Tunnels, your tunnel, Configure)",
                "isto não é o token de um túnel: ele começa com eyJ e é uma única palavra longa. Copie-o inteiro de \
                 https://one.dash.cloudflare.com (Networks, Tunnels, seu túnel, Configure)",
            )
        ),
    }
}

/// Takes `ngrok config add-authtoken …` too. Its parts are letters and digits with a `_` between; `cr_…` is the id.
pub(super) fn ngrok_authtoken(typed: &str, lang: Lang) -> Result<String> {
    let text = typed.split_whitespace().next_back().unwrap_or_default();
    let plain = |part: &str| part.len() >= 10 && part.bytes().all(|c| c.is_ascii_alphanumeric());
    match text.split_once('_') {
        Some((id, secret)) if plain(id) && plain(secret) && text.len() <= 200 => Ok(text.to_owned()),
        _ => bail!(
            "{}",
            lang.pick(
                "this is no ngrok authtoken: it is some 49 letters and digits with one _ between. It is no API key, and no \
                 id that begins with cr_. Copy it from https://dashboard.ngrok.com/get-started/your-authtoken",
                "isto não é um authtoken do ngrok: são cerca de 49 letras e dígitos com um _ no meio. Não é uma API key, nem \
                 um id que começa com cr_. Copie-o de https://dashboard.ngrok.com/get-started/your-authtoken",
            )
        ),
    }
}

/// `https://Radio.example.org/` and `radio.example.org` alike.
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
            "this is no public domain: write the name alone, without port or path, e.g. radio.example.org",
            "isto não é um domínio público: escreva só o nome, sem porta nem caminho, ex.: radio.example.org",
        )
    )
}

/// No more than keeps a line of `.env` and of the Caddyfile one word.
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
                "this is no e-mail address: e.g. you@example.org",
                "isto não é um endereço de e-mail: ex.: voce@example.org"
            )
        ),
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|c| c == b'-' || c.is_ascii_hexdigit())
}

/// The standard alphabet with padding, as cloudflared reads it.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::new());
    for c in digits.bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {"a":"0123456789abcdef","t":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","s":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}
    const TOKEN: &str = "eyJhIjoiMDEyMzQ1Njc4OWFiY2RlZiIsInQiOiJmNzBmZjk4NS1hNGVmLTQ2NDMtYmJiYy00YTBlZDRmYzg0MTUiLCJzIjoiTURFeU16UTFOamM0T1dGaVkyUmxaakF4TWpNME5UWTMifQ==";

    #[test]
    fn base64_is_read_as_the_standard_has_it() {
        assert_eq!(base64("Zm9vYg==").as_deref(), Some(b"foob".as_slice()));
        assert_eq!(base64("Zm9vYmE=").as_deref(), Some(b"fooba".as_slice()));
        assert_eq!(base64("Zm9vYmFy").as_deref(), Some(b"foobar".as_slice()));
        for bad in ["Zm9vYg", "Zm9v Yg=", "Zm9v-g==", "a==="] {
            assert_eq!(base64(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_tunnels_token_is_taken_out_of_the_dashboards_command() {
        let command = format!(
            "docker run cloudflare/cloudflared:latest tunnel --no-autoupdate run --token {TOKEN}"
        );
        for typed in [TOKEN, &command, &format!("  {TOKEN}\r\n")] {
            let token = cloudflared_token(typed, Lang::En).expect("is one");
            assert_eq!(token.text, TOKEN);
            assert_eq!(token.tunnel, "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415");
        }
    }

    #[test]
    fn what_is_no_tunnels_token_is_refused_and_not_repeated() {
        let cut = &TOKEN[..TOKEN.len() - 8];
        // {"a":"x"}, and a JWT of something else.
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
    fn ngroks_authtoken_is_no_id_and_no_word() {
        let token = "2abcDEFghiJKLmnoPQRstuVWXyz_4PQrstUVwxyzABCdefGHi";
        assert_eq!(ngrok_authtoken(token, Lang::En).expect("is one"), token);
        let command = format!("ngrok config add-authtoken {token}");
        assert_eq!(ngrok_authtoken(&command, Lang::En).expect("is one"), token);
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
