//! Questions on the terminal, in two languages. A token is taken without being shown.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::Tunnel;
use sidelink_diagnostics::Lang;

/// Whoever sits there.
pub(super) struct Terminal {
    pub lang: Lang,
}

impl Terminal {
    /// Which address that stays.
    pub(super) fn which(&self) -> Result<Tunnel> {
        self.must_be_there("--tunnel named|ngrok|domain")?;
        println!(
            "{}",
            self.lang.pick(
                "Which address shall stay?\n\
                 \x20 1  a named Cloudflare tunnel: a domain of yours that Cloudflare serves; free\n\
                 \x20 2  ngrok: one fixed address with an account; free, with a warning page before yours and 20,000 requests a month\n\
                 \x20 3  a domain of yours that leads to this network: no provider in between; ports 80 and 443 open",
                "Qual endereço deve ser fixo?\n\
                 \x20 1  um túnel nomeado da Cloudflare: um domínio seu atendido pela Cloudflare; grátis\n\
                 \x20 2  ngrok: um endereço fixo com uma conta; grátis, com uma página de aviso antes da sua e 20.000 requisições por mês\n\
                 \x20 3  um domínio seu que leva a esta rede: sem intermediário; portas 80 e 443 abertas",
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

    /// The token of `tunnel`, after two lines on where it is found.
    pub(super) fn token(&self, tunnel: Tunnel) -> Result<String> {
        self.must_be_there("--token-file FILE")?;
        let (en, pt) = if tunnel == Tunnel::Ngrok {
            (
                "Sign up at https://dashboard.ngrok.com/signup; the authtoken is at\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
                "Crie a conta em https://dashboard.ngrok.com/signup; o authtoken está em\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
            )
        } else {
            (
                "At https://one.dash.cloudflare.com (Networks, Tunnels) make a tunnel; copy the command with the token that it shows.\n\
                 Give the tunnel a public hostname of your domain, with the service HTTP and gateway:8081.",
                "Em https://one.dash.cloudflare.com (Networks, Tunnels) crie um túnel; copie o comando com o token que aparece.\n\
                 Dê ao túnel um public hostname do seu domínio, com o serviço HTTP e gateway:8081.",
            )
        };
        println!("{}", self.lang.pick(en, pt));
        print!(
            "{}",
            self.lang
                .pick("Token (it is not shown): ", "Token (não aparece na tela): ")
        );
        io::stdout().flush()?;
        hidden_line().context("cannot read from the terminal")
    }

    /// The domain that leads to this network.
    pub(super) fn domain(&self) -> Result<String> {
        self.must_be_there("--domain NAME")?;
        println!(
            "{}",
            self.lang.pick(
                "Where you manage the domain, set an A record with this network's public address.\n\
                 In the router, pass TCP ports 80 and 443 on to this machine.",
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

    fn must_be_there(&self, option: &str) -> Result<()> {
        if io::stdin().is_terminal() {
            return Ok(());
        }
        bail!(
            "{} {option}",
            self.lang.pick(
                "nobody can be asked here; say it with",
                "não há a quem perguntar aqui; informe com"
            )
        )
    }
}

fn hidden_line() -> io::Result<String> {
    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    quiet.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Flush, &quiet)?;
    let line = read_line();
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    line
}

/// The terminal itself ends a line after 4096 bytes.
fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
