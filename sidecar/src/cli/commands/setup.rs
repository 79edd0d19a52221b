//! `sidelink setup`: sets up a stable URL. It asks which one, reads the token without echoing it, checks its shape, and
//! writes the secret and the lines of `.env` that choose the tunnel's file.
//!
//! Only the shape can be checked. No provider reports over HTTP whether a tunnel's token is valid: Cloudflare's API
//! requires an API token of the account, and ngrok's an API key (`ERR_NGROK_107` comes only when an agent connects). The
//! record of a named tunnel is proxied, so DNS has Cloudflare's addresses instead of the tunnel's. Whether ports 80 and
//! 443 are reachable from the internet cannot be observed from inside. So setup ends with the next command, after which
//! the stack verifies the URL. `sidelink look-up` compares a domain's address with this network's.

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
use crate::runtime::exit::CommandFailure;
use ask::Terminal;
use folder::Folder;
use sidelink_diagnostics::Lang;

/// Bytes: far above a tunnel's some 200 and the dashboard's command around it.
const MAX_TOKEN_BYTES: u64 = 4096;

/// A kind of stable URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tunnel {
    /// A named Cloudflare tunnel
    Named,
    /// ngrok's fixed address, free with an account
    Ngrok,
    /// Your own domain, with an address record for this network
    Domain,
}

/// Options for scripts. Setup asks for missing values.
#[derive(Args, Debug)]
pub struct SetupOptions {
    /// The kind of stable URL
    #[arg(long)]
    tunnel: Option<Tunnel>,
    /// File with the token of a named tunnel or ngrok's authtoken; in a container, below the project's folder
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// The domain; for ngrok and a named tunnel, one of several
    #[arg(long)]
    domain: Option<String>,
    /// Contact address for the certificate authority; for your own domain
    #[arg(long)]
    email: Option<String>,
    /// The project's folder
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

/// The changes to write.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    tunnel: Tunnel,
    /// File under `secrets/` and its content.
    secret: Option<(&'static str, String)>,
    /// Lines of `.env` beside those that choose the tunnel's file.
    lines: Vec<(&'static str, String)>,
}

/// Asks, checks and writes. Writes nothing when anything is wrong.
pub fn run(options: SetupOptions) -> Result<(), CommandFailure> {
    let lang = lang();
    let folder = Folder::open(&options.folder, lang).map_err(CommandFailure::config)?;
    let plan = ask_for(&options, &Terminal { lang }).map_err(CommandFailure::config)?;
    let written = folder.write(&plan).map_err(CommandFailure::config)?;
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

/// Prints whether a domain has this network's address. A separate service, because `setup` has no network.
pub async fn look_up(domain: &str) -> Result<(), CommandFailure> {
    let lang = lang();
    let domain = shape::domain(domain, lang).map_err(CommandFailure::config)?;
    println!("{}", lookup::message(&domain, lang).await);
    Ok(())
}

fn look_up_hint(domain: &str, lang: Lang) -> String {
    let purpose = lang.pick(
        "To compare the domain's address with this network's (requests to cloudflare-dns.com and 1.1.1.1):",
        "Para comparar o endereço do domínio com o desta rede (consulta cloudflare-dns.com e 1.1.1.1):",
    );
    format!("\n{purpose}\n  docker compose run --rm look-up {domain}")
}

fn ask_for(options: &SetupOptions, terminal: &Terminal) -> Result<Plan> {
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

/// Reads a file, which can be `/dev/stdin`.
fn read_token(path: &Path) -> Result<String> {
    let read = || format!("cannot read {}", path.display());
    let mut text = String::new();
    let file = File::open(path).with_context(read)?;
    file.take(MAX_TOKEN_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(read)?;
    if text.len() as u64 > MAX_TOKEN_BYTES {
        bail!(
            "{} has more than {MAX_TOKEN_BYTES} bytes, so it is not a token: name the file with the token alone",
            path.display()
        );
    }
    Ok(text)
}

/// The quick tunnel is removed, or else it would stay open as a second public URL.
fn next_step(lang: Lang) -> &'static str {
    lang.pick(
        "\nNext:\n  docker compose rm --stop --force cloudflared   # the quick tunnel\n  docker compose up --detach\n  \
         docker compose exec sidecar sidelink url --qr  # the public URL, once it is verified; `sidelink status` shows what is awaited",
        "\nAgora:\n  docker compose rm --stop --force cloudflared   # o túnel rápido\n  docker compose up --detach\n  \
         docker compose exec sidecar sidelink url --qr  # o endereço público, quando verificado; `sidelink status` mostra o que falta",
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
