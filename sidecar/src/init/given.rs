//! The user's own secrets: files under `./secrets/`, which Compose mounts for `init` only. Each container gets its secret
//! from `init`, readable by that container alone, because the user that a tunnel runs as cannot read the user's files, and
//! most tunnels need the secret in a configuration file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::owners::{CLOUDFLARED_NAMED, NGROK, SIDECAR};
use super::{Folders, remove, render, write};
use crate::config::secrets::file;
use sidelink_core::is_hostname;

/// Bytes; a tunnel's token has some 200.
const MAX_BYTES: u64 = 4 * 1024;

/// Writes each of the user's secrets for the container that needs it.
pub(super) fn distribute(folders: &Folders, ngrok_domain: &str) -> Result<()> {
    if let Some(token) = token(&folders.given, "cloudflared_token")? {
        write(
            &folders.secrets.join("cloudflared"),
            "token",
            &token,
            CLOUDFLARED_NAMED,
        )?;
    }
    if let Some(token) = token(&folders.given, "ngrok_authtoken")? {
        let values = [
            ("@NGROK_AUTHTOKEN@", &token),
            ("@NGROK_URL@", &ngrok_url(ngrok_domain)?),
        ];
        let config = render(&folders.templates.join("ngrok.yml"), &values)?;
        write(&folders.secrets.join("ngrok"), "ngrok.yml", &config, NGROK)?;
    }
    let sidecar = folders.secrets.join("sidecar");
    match token(&folders.given, "turn_credential")? {
        Some(credential) => write(&sidecar, file::TURN_CREDENTIAL, &credential, SIDECAR)?,
        None => remove(&sidecar.join(file::TURN_CREDENTIAL))?,
    }
    let host = [file::HOST_LIVEKIT_KEY, file::HOST_LIVEKIT_SECRET];
    match livekit_keys(&folders.given)? {
        Some((key, secret)) => {
            write(&sidecar, host[0], &key, SIDECAR)?;
            write(&sidecar, host[1], &secret, SIDECAR)
        }
        // LiveKit is in the stack again, and uses its generated key.
        None => host.iter().try_for_each(|name| remove(&sidecar.join(name))),
    }
}

/// Returns the URL for ngrok's configuration; empty: the account's default address.
fn ngrok_url(domain: &str) -> Result<String> {
    let name = domain
        .trim()
        .trim_start_matches("https://")
        .trim_end_matches('/')
        .to_ascii_lowercase();
    if name.is_empty() {
        return Ok(name);
    }
    if !is_hostname(&name) {
        bail!(
            "NGROK_DOMAIN is {domain:?}: use a name from https://dashboard.ngrok.com/domains, e.g. NGROK_DOMAIN=abc.ngrok-free.dev"
        );
    }
    Ok(format!("https://{name}"))
}

/// Reads a token of one word. `None` where this tunnel is not in use.
fn token(folder: &Path, name: &str) -> Result<Option<String>> {
    let Some(text) = read(folder, name)? else {
        return Ok(None);
    };
    if text.is_empty() {
        bail!(
            "secrets/{name} is empty: write the token to it, or run `docker compose run --rm setup`"
        );
    }
    // It goes into YAML between quotes.
    let plain = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    if !text.chars().all(plain) {
        bail!("secrets/{name} has more than a token: write the token alone to it, on one line");
    }
    Ok(Some(text))
}

/// Reads `KEY: SECRET` of a LiveKit that runs outside Docker.
fn livekit_keys(folder: &Path) -> Result<Option<(String, String)>> {
    let Some(text) = read(folder, "livekit_keys")? else {
        return Ok(None);
    };
    let word = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let (key, secret) = text
        .split_once(':')
        .map(|(a, b)| (word(a), word(b)))
        .unwrap_or_default();
    let fits = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_graphic());
    if !fits(&key) || !fits(&secret) {
        bail!(
            "secrets/livekit_keys is not `KEY: SECRET`: write the line that LiveKit has under `keys:`, \
             or generate one with `livekit-server generate-keys`"
        );
    }
    if key == "devkey" {
        bail!(
            "secrets/livekit_keys has `devkey`, which is public: start LiveKit without --dev and with a new key \
             from `livekit-server generate-keys`"
        );
    }
    Ok(Some((key, secret)))
}

fn read(folder: &Path, name: &str) -> Result<Option<String>> {
    let path = folder.join(name);
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(|| format!("cannot read secrets/{name}"))?,
    };
    let mut text = String::new();
    file.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("secrets/{name} cannot be read: it must be a text file"))?;
    if text.len() as u64 > MAX_BYTES {
        bail!(
            "secrets/{name} has more than {MAX_BYTES} bytes, so it is not a token: write the token alone to it"
        );
    }
    Ok(Some(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn folder(name: &str, content: &str) -> PathBuf {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let (process, made) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("sidelink-given-{process}-{made}"));
        fs::create_dir_all(&folder).expect("temporary folder");
        fs::write(folder.join(name), content).expect("writes");
        folder
    }

    fn keys(content: &str) -> Result<Option<(String, String)>> {
        let folder = folder("livekit_keys", content);
        let keys = livekit_keys(&folder);
        fs::remove_dir_all(folder).expect("cleans up");
        keys
    }

    fn given(content: &str) -> Result<Option<String>> {
        let folder = folder("a_token", content);
        let token = token(&folder, "a_token");
        fs::remove_dir_all(folder).expect("cleans up");
        token
    }

    #[test]
    fn missing_files_are_no_error() {
        let nowhere = Path::new("/nonexistent");
        assert_eq!(token(nowhere, "a_token").expect("is fine"), None);
        assert_eq!(livekit_keys(nowhere).expect("is fine"), None);
    }

    #[test]
    fn a_token_is_one_word_and_an_error_never_shows_it() {
        assert_eq!(
            given("abc_123=\r\n").expect("is one").as_deref(),
            Some("abc_123=")
        );
        assert!(
            given(" \n")
                .expect_err("empty")
                .to_string()
                .contains("is empty")
        );
        for bad in [
            "two secretwords",
            "quoted\"secretword",
            &"secretword".repeat(1000),
        ] {
            let error = format!("{:#}", given(bad).expect_err(bad));
            assert!(
                error.contains("secrets/a_token") && !error.contains("secretword"),
                "{error}"
            );
        }
    }

    #[test]
    fn livekits_line_is_read_as_in_its_configuration() {
        let pair = Some(("APIabc".to_owned(), "s3cret".to_owned()));
        assert_eq!(keys("APIabc: s3cret\n").expect("is one"), pair);
        assert_eq!(keys("  \"APIabc\": 's3cret'  \n").expect("is one"), pair);
        assert!(keys("APIabc").is_err());
        let public = keys("devkey: secret").expect_err("is public").to_string();
        assert!(public.contains("generate-keys"), "{public}");
    }

    #[test]
    fn secrets_are_distributed_and_removed() {
        let root = std::env::temp_dir().join(format!("sidelink-hand-on-{}", std::process::id()));
        let folders = Folders {
            secrets: root.join("secrets"),
            templates: concat!(env!("CARGO_MANIFEST_DIR"), "/../ngrok").into(),
            given: root.join("given"),
            owned: root.join("owned"),
            lan_address: root.join("lan-address"),
        };
        for folder in [
            "given",
            "secrets/cloudflared",
            "secrets/ngrok",
            "secrets/sidecar",
        ] {
            fs::create_dir_all(root.join(folder)).expect("temporary folder");
        }
        for (name, text) in [
            ("cloudflared_token", "one"),
            ("ngrok_authtoken", "two"),
            ("livekit_keys", "APIkey: s3cret"),
        ] {
            fs::write(folders.given.join(name), text).expect("writes");
        }
        let read = |name: &str| fs::read_to_string(folders.secrets.join(name));
        // Checks nothing without root, which chown to another user needs.
        if distribute(&folders, "").is_ok() {
            assert_eq!(read("cloudflared/token").expect("is there"), "one");
            let config = read("ngrok/ngrok.yml").expect("is there");
            assert!(config.contains("authtoken: \"two\""), "{config}");
            assert_eq!(
                read("sidecar/host-livekit-secret").expect("is there"),
                "s3cret"
            );
            fs::remove_file(folders.given.join("livekit_keys")).expect("removes");
            distribute(&folders, "").expect("again");
            assert!(
                read("sidecar/host-livekit-key").is_err(),
                "LiveKit is in the stack again"
            );
        }
        fs::remove_dir_all(&root).expect("cleans up");
    }

    #[test]
    fn ngroks_address_is_a_name_or_the_accounts_default() {
        assert_eq!(ngrok_url("").expect("unset"), "");
        let url = "https://abc.ngrok-free.dev";
        assert_eq!(ngrok_url("abc.ngrok-free.dev").expect("a name"), url);
        assert_eq!(
            ngrok_url("https://ABC.ngrok-free.dev/").expect("a URL"),
            url
        );
        assert!(
            ngrok_url("a b")
                .expect_err("not a name")
                .to_string()
                .contains("NGROK_DOMAIN")
        );
    }

    #[test]
    fn the_templates_of_the_repository_have_their_placeholders() {
        let ngrok = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../ngrok/ngrok.yml"));
        let (token, url) = ("token".to_owned(), String::new());
        let values = [("@NGROK_AUTHTOKEN@", &token), ("@NGROK_URL@", &url)];
        let text = render(ngrok, &values).expect("renders");
        assert!(
            text.contains("authtoken: \"token\"") && !text.contains('@'),
            "{text}"
        );
    }
}
