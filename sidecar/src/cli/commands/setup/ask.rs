//! Questions on the terminal, in two languages. A token is read without echo.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::Tunnel;
use sidelink_diagnostics::Lang;

/// The terminal on standard input and output.
pub(super) struct Terminal {
    pub lang: Lang,
}

impl Terminal {
    /// Asks for the kind of stable URL.
    pub(super) fn which(&self) -> Result<Tunnel> {
        self.require("--tunnel named|ngrok|domain")?;
        println!(
            "{}",
            self.lang.pick(
                "Which stable URL do you want to use?\n\
                 \x20 1  a named Cloudflare tunnel: your domain, served by Cloudflare; free\n\
                 \x20 2  ngrok: one fixed address with an account; free, with a warning page before yours and 20,000 requests a month\n\
                 \x20 3  your own domain with this network's address: no provider in between; ports 80 and 443 open",
                "Qual endereço fixo você quer usar?\n\
                 \x20 1  um túnel nomeado da Cloudflare: seu domínio, atendido pela Cloudflare; grátis\n\
                 \x20 2  ngrok: um endereço fixo com uma conta; grátis, com uma página de aviso antes da sua e 20.000 requisições por mês\n\
                 \x20 3  seu próprio domínio com o endereço desta rede: sem intermediário; portas 80 e 443 abertas",
            )
        );
        match self.line("1, 2, 3: ")?.as_str() {
            "1" => Ok(Tunnel::Named),
            "2" => Ok(Tunnel::Ngrok),
            "3" => Ok(Tunnel::Domain),
            _ => bail!(
                "{}",
                self.lang.pick("answer 1, 2 or 3", "responda 1, 2 ou 3")
            ),
        }
    }

    /// Shows where the token of `tunnel` is, and reads it.
    pub(super) fn token(&self, tunnel: Tunnel) -> Result<String> {
        self.require("--token-file FILE")?;
        let (en, pt) = if tunnel == Tunnel::Ngrok {
            (
                "Sign up at https://dashboard.ngrok.com/signup; the authtoken is at\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
                "Crie a conta em https://dashboard.ngrok.com/signup; o authtoken está em\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
            )
        } else {
            (
                "At https://one.dash.cloudflare.com (Networks, Tunnels) create a tunnel and copy the command with its token.\n\
                 Give the tunnel a public hostname of your domain, with the service HTTP and gateway:8081.",
                "Em https://one.dash.cloudflare.com (Networks, Tunnels) crie um túnel e copie o comando com o token.\n\
                 Dê ao túnel um public hostname do seu domínio, com o serviço HTTP e gateway:8081.",
            )
        };
        println!("{}", self.lang.pick(en, pt));
        print!(
            "{}",
            self.lang
                .pick("Token (hidden): ", "Token (não aparece na tela): ")
        );
        io::stdout().flush()?;
        hidden_line().context("cannot read from the terminal")
    }

    /// Asks for the domain with this network's address.
    pub(super) fn domain(&self) -> Result<String> {
        self.require("--domain NAME")?;
        println!(
            "{}",
            self.lang.pick(
                "Where you manage the domain, set an A record with this network's public address.\n\
                 In the router, forward TCP ports 80 and 443 to this machine.",
                "Onde você gerencia o domínio, crie um registro A com o endereço público desta rede.\n\
                 No roteador, encaminhe as portas TCP 80 e 443 para esta máquina.",
            )
        );
        self.line(self.lang.pick(
            "Domain, e.g. radio.example.org: ",
            "Domínio, ex.: radio.example.org: ",
        ))
    }

    fn line(&self, question: &str) -> Result<String> {
        print!("{question}");
        io::stdout().flush()?;
        read_line().context("cannot read from the terminal")
    }

    fn require(&self, option: &str) -> Result<()> {
        if io::stdin().is_terminal() {
            return Ok(());
        }
        bail!(
            "{} {option}",
            self.lang.pick(
                "no terminal available: pass",
                "nenhum terminal disponível: informe"
            )
        )
    }
}

/// Reads a line without echo. Standard input is the terminal, because a container may have no `/dev/tty`.
fn hidden_line() -> io::Result<String> {
    let stdin = io::stdin();
    let echoing = tcgetattr(&stdin)?;
    let mut hidden = echoing.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
    let line = read_line();
    tcsetattr(&stdin, OptionalActions::Now, &echoing)?;
    line
}

/// Reads a line, which the terminal limits to 4096 bytes.
fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
