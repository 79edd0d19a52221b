//! `sidelink setup`: an address that stays, in one command. It asks which one, takes the token without showing it,
//! checks what can be checked, and writes the secret and the lines of `.env` that choose the tunnel's file.
//!
//! What can be checked is the shape; where a domain leads, `sidelink look-up` says. No provider says over HTTP whether a
//! tunnel's token is good: Cloudflare's API wants an API token of the account, ngrok's wants an API key (its
//! `ERR_NGROK_107` comes only when an agent connects), and the record of a named tunnel is proxied, so that DNS shows
//! Cloudflare's addresses instead of the tunnel. Nor can anybody see from inside whether ports 80 and 443 are reached
//! from outside. So it ends with the next command, after which the stack itself proves the address, or says why not.

mod ask;
mod compose_file;
mod env_file;
mod folder;
mod lookup;
mod shape;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use super::lang;
use crate::runtime::exit::Failure;
use ask::Terminal;
use folder::Folder;
use sidelink_diagnostics::Lang;

/// Far above a tunnel's some 200 bytes, and the dashboard's command around it.
const LONGEST_TOKEN: u64 = 4096;

/// Which address that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tunnel {
    /// A named Cloudflare tunnel
    Named,
    /// ngrok's fixed address, free with an account
    Ngrok,
    /// A domain of one's own that leads to this network
    Domain,
}

/// For scripts; what is missing is asked for.
#[derive(Args, Debug)]
pub struct Options {
    /// Which address
    #[arg(long)]
    tunnel: Option<Tunnel>,
    /// Holds the token of a named tunnel or ngrok's authtoken; in a container, below the project's folder
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// The domain; for ngrok and a named tunnel the one of several that is meant
    #[arg(long)]
    domain: Option<String>,
    /// Where the certificate authority may write to; for a domain of one's own
    #[arg(long)]
    email: Option<String>,
    /// The project's folder
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

/// What is to be written.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    tunnel: Tunnel,
    /// File under `secrets/` and its content.
    secret: Option<(&'static str, String)>,
    /// Lines of `.env` beside those that choose the file.
    lines: Vec<(&'static str, String)>,
}

/// Asks, checks, writes; nothing is written when anything is wrong.
pub fn run(options: Options) -> Result<(), Failure> {
    let lang = lang();
    let folder = Folder::open(&options.folder, lang).map_err(Failure::config)?;
    let plan = ask_for(&options, &Terminal { lang }).map_err(Failure::config)?;
    let written = folder.write(&plan).map_err(Failure::config)?;
    println!("{}", lang.pick("\nWritten:", "\nGravado:"));
    for file in written {
        println!("  {file}");
    }
    if let (Tunnel::Domain, Some((_, domain))) = (plan.tunnel, plan.lines.first()) {
        println!("{}", look_up_hint(domain, lang));
    }
    println!("{}", next_step(lang));
    Ok(())
}

/// Prints where a domain leads. A service of its own, because the one that writes `.env` has no network.
pub async fn look_up(domain: &str) -> Result<(), Failure> {
    let lang = lang();
    let domain = shape::domain(domain, lang).map_err(Failure::config)?;
    println!("{}", lookup::told(&domain, lang).await);
    Ok(())
}

fn look_up_hint(domain: &str, lang: Lang) -> String {
    let does = lang.pick(
        "To look up where the name leads (asks cloudflare-dns.com and 1.1.1.1):",
        "Para consultar para onde o nome leva (pergunta a cloudflare-dns.com e 1.1.1.1):",
    );
    format!("\n{does}\n  docker compose run --rm look-up {domain}")
}

fn ask_for(options: &Options, terminal: &Terminal) -> Result<Plan> {
    let tunnel = match options.tunnel {
        Some(tunnel) => tunnel,
        None => terminal.which()?,
    };
    let lang = terminal.lang;
    let given = options
        .domain
        .as_deref()
        .map(|name| shape::domain(name, lang))
        .transpose()?;
    let token = || match &options.token_file {
        Some(path) => read_token(path),
        None => terminal.token(tunnel),
    };
    Ok(match tunnel {
        Tunnel::Named => {
            let token = shape::cloudflared_token(&token()?, lang)?;
            println!(
                "{} {}",
                lang.pick("Token of the tunnel", "Token do túnel"),
                token.tunnel
            );
            Plan {
                tunnel,
                secret: Some(("cloudflared_token", token.text)),
                lines: given
                    .map(|name| ("SIDELINK_HOSTNAME", name))
                    .into_iter()
                    .collect(),
            }
        }
        Tunnel::Ngrok => Plan {
            tunnel,
            secret: Some(("ngrok_authtoken", shape::ngrok_authtoken(&token()?, lang)?)),
            lines: given
                .map(|name| ("NGROK_DOMAIN", name))
                .into_iter()
                .collect(),
        },
        Tunnel::Domain => {
            let domain = match given {
                Some(name) => name,
                None => shape::domain(&terminal.domain()?, lang)?,
            };
            let email = options
                .email
                .as_deref()
                .map(|email| shape::email(email, lang))
                .transpose()?;
            let lines = [("SIDELINK_DOMAIN", domain)];
            let email = email.map(|email| ("SIDELINK_ACME_EMAIL", email));
            Plan {
                tunnel,
                secret: None,
                lines: lines.into_iter().chain(email).collect(),
            }
        }
    })
}

/// `/dev/stdin` too.
fn read_token(path: &Path) -> Result<String> {
    let read = || format!("cannot read {}", path.display());
    let mut text = String::new();
    let file = File::open(path).with_context(read)?;
    file.take(LONGEST_TOKEN + 1)
        .read_to_string(&mut text)
        .with_context(read)?;
    if text.len() as u64 > LONGEST_TOKEN {
        bail!("{} is longer than any token", path.display());
    }
    Ok(text)
}

/// The quick tunnel of before goes, or it would stay as a second way in.
fn next_step(lang: Lang) -> &'static str {
    lang.pick(
        "\nNext:\n  docker compose rm --stop --force cloudflared   # the tunnel of before\n  docker compose up --detach\n  \
         docker compose exec sidecar sidelink url --qr  # the link, once it is verified; `sidelink status` says what is awaited",
        "\nAgora:\n  docker compose rm --stop --force cloudflared   # o túnel de antes\n  docker compose up --detach\n  \
         docker compose exec sidecar sidelink url --qr  # o link, quando comprovado; `sidelink status` diz o que falta",
    )
}

impl Tunnel {
    fn file(self) -> &'static str {
        match self {
            Self::Named => "compose/tunnel-named.yaml",
            Self::Ngrok => "compose/tunnel-ngrok.yaml",
            Self::Domain => "compose/domain.yaml",
        }
    }
}
