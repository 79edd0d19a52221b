//! What is checked on the internet: a name, two ports, the resolvers, the clock. Few questions, all at once.

use futures_util::FutureExt;
use reqwest::header::DATE;
use tokio::net::{TcpStream, lookup_host};

use super::{Check, LIMIT, Outcome, Told, together, within};
use crate::config::settings::Settings;
use crate::http_client;
use crate::runtime::clock::{from_http_date, unix_ms};
use crate::verification;
use sidelink_core::{Layer, LayerKind, Snapshot, TunnelKind};

const GROUP: &str = "internet";

/// Always exists, and answers from the same edge as every quick tunnel.
const EDGE: &str = "api.trycloudflare.com";
const EDGE_CHECK: &str = "edge";
/// Where cloudflared registers, in the order in which it tries.
const RELAYS: &[(&str, &str)] = &[
    ("tunnel-region1", "region1.v2.argotunnel.com"),
    ("tunnel-region2", "region2.v2.argotunnel.com"),
];
const RELAY_PORT: u16 = 7844;
/// LiveKit's tokens are good from 10 s before they are made; certificates bear more.
const CLOCK_MS: u64 = 60_000;

pub(super) async fn checks(settings: &Settings) -> Vec<Check> {
    let mut checks = vec![names().boxed(), edge().boxed()];
    checks.extend(RELAYS.iter().map(|&(name, host)| relay(name, host).boxed()));
    checks.push(clock(settings).boxed());
    let (mut checks, resolvers) = tokio::join!(together(checks), resolvers(settings));
    checks.extend(resolvers);
    names_come_first(&mut checks);
    checks
}

/// Where no name is found, what is behind a name was not looked at, and its next step would mislead.
fn names_come_first(checks: &mut [Check]) {
    let Some((names, others)) = checks.split_first_mut() else {
        return;
    };
    if names.outcome == Outcome::Failed {
        for check in others
            .iter_mut()
            .filter(|check| check.outcome == Outcome::Failed)
        {
            check.outcome = Outcome::Skipped;
            (check.next, check.next_pt) = (None, None);
        }
    }
}

async fn names() -> Check {
    const NAME: &str = "names";
    match within(addresses(EDGE, 443)).await {
        Ok(first) => Check::ok(GROUP, NAME, Told::same(format!("{EDGE}: {}", first.ip()))),
        Err(_) => Check::failed(
            GROUP,
            NAME,
            Told::new(
                format!("{EDGE} is not found by this network's resolver"),
                format!("{EDGE} não é encontrado pelo resolvedor desta rede"),
            ),
            Told::new(
                "is this machine online? Check the DNS server of this network",
                "esta máquina está on-line? Verifique o servidor DNS desta rede",
            ),
        ),
    }
}

async fn edge() -> Check {
    reachable(
        EDGE_CHECK,
        EDGE,
        443,
        Told::new(
            "a firewall or proxy holds HTTPS back: try another network",
            "um firewall ou proxy bloqueia HTTPS: tente outra rede",
        ),
    )
    .await
}

async fn relay(name: &str, host: &str) -> Check {
    let next = Told::new(
        "outbound port 7844 is blocked: try another network, or ask for 7844/tcp",
        "a porta de saída 7844 está bloqueada: tente outra rede ou peça a liberação de 7844/tcp",
    );
    reachable(name, host, RELAY_PORT, next).await
}

/// What these checks mean for the tunnel that gives the public URL now. One that is registered needs no further
/// proof, by whichever protocol it came through; one of another provider asks none of Cloudflare's addresses.
pub(super) fn as_used(
    checks: impl Iterator<Item = Check>,
    snapshot: &Snapshot,
) -> impl Iterator<Item = Check> {
    let elsewhere = match snapshot.tunnel_kind() {
        None | Some(TunnelKind::Quick | TunnelKind::Named) => None,
        Some(kind) => Some(kind.as_str()),
    };
    let tunnel = |layer: &&Layer| layer.kind == LayerKind::Tunnel;
    let tunnel = snapshot.layers.iter().find(tunnel);
    let registered = tunnel.is_some_and(|layer| layer.state.is_ok());
    checks.map(move |check| {
        let relay = RELAYS.iter().any(|(name, _)| *name == check.name);
        match elsewhere {
            Some(kind) if relay || check.name == EDGE_CHECK => Check::skipped(
                GROUP,
                &check.name,
                Told::new(
                    format!("not needed by this tunnel ({kind})"),
                    format!("não usado por este túnel ({kind})"),
                ),
            ),
            None if relay && registered => {
                let observed = Told::new("the tunnel is registered", "o túnel está registrado");
                Check::ok(GROUP, &check.name, observed)
            }
            _ => check,
        }
    })
}

async fn reachable(name: &str, host: &str, port: u16, next: Told) -> Check {
    let connected = async {
        let address = addresses(host, port).await?;
        let stream = TcpStream::connect(address).await;
        stream.map_err(|error| error.kind().to_string())?;
        Ok(address)
    };
    match within(connected).await {
        Ok(address) => Check::ok(
            GROUP,
            name,
            Told::new(
                format!("{host}:{port} answers ({})", address.ip()),
                format!("{host}:{port} responde ({})", address.ip()),
            ),
        ),
        Err(error) => Check::failed(
            GROUP,
            name,
            Told::new(
                format!("{host}:{port} cannot be reached ({error})"),
                format!("{host}:{port} não pode ser alcançado ({error})"),
            ),
            next,
        ),
    }
}

async fn addresses(host: &str, port: u16) -> Result<std::net::SocketAddr, String> {
    let mut found = lookup_host((host, port))
        .await
        .map_err(|_| "its name is not found".to_owned())?;
    found.next().ok_or_else(|| "no address".to_owned())
}

async fn resolvers(settings: &Settings) -> Vec<Check> {
    let asked =
        verification::ask_resolvers(settings.ca_file.as_deref(), settings.doh.clone(), EDGE);
    let asked = async { asked.await.map_err(|error| error.to_string()) };
    let answers = match within(asked).await {
        Ok(answers) => answers,
        Err(error) => vec![("resolvers".to_owned(), Err(error))],
    };
    answers.into_iter().map(resolver).collect()
}

fn resolver((name, answer): (String, Result<(), String>)) -> Check {
    match answer {
        Ok(()) => Check::ok(
            GROUP,
            &name,
            Told::new("answers over HTTPS", "responde por HTTPS"),
        ),
        Err(error) => Check::failed(
            GROUP,
            &name,
            Told::new(
                format!("does not answer over HTTPS ({error})"),
                format!("não responde por HTTPS ({error})"),
            ),
            Told::new(
                "DNS over HTTPS is blocked here: name another resolver with SIDELINK_DOH_RESOLVERS in .env",
                "DNS sobre HTTPS está bloqueado aqui: indique outro resolvedor com SIDELINK_DOH_RESOLVERS no .env",
            ),
        ),
    }
}

/// Against the `Date` of the first resolver that is asked over HTTPS.
async fn clock(settings: &Settings) -> Check {
    const NAME: &str = "clock";
    match within(date(settings)).await {
        Ok(theirs) => {
            let off = unix_ms().abs_diff(theirs);
            let seconds = off / 1000;
            if off < CLOCK_MS {
                return Check::ok(GROUP, NAME, Told::new("is right", "está certo"));
            }
            Check::failed(
                GROUP,
                NAME,
                Told::new(
                    format!("is {seconds} s off"),
                    format!("está {seconds} s errado"),
                ),
                Told::new(
                    "set this machine's clock; after a sleep, restart Docker Desktop",
                    "acerte o relógio desta máquina; depois de uma suspensão, reinicie o Docker Desktop",
                ),
            )
        }
        Err(error) => Check::skipped(
            GROUP,
            NAME,
            Told::new(
                format!("nobody could be asked for the time ({error})"),
                format!("não havia a quem perguntar a hora ({error})"),
            ),
        ),
    }
}

async fn date(settings: &Settings) -> Result<u64, String> {
    let tls = http_client::tls(settings.ca_file.as_deref()).map_err(|error| error.to_string())?;
    let client =
        http_client::build(tls, LIMIT, |builder| builder).map_err(|error| error.to_string())?;
    let url = settings.doh.first().cloned().ok_or("no resolver")?;
    let answer = client.head(url).send().await;
    let answer = answer.map_err(|error| http_client::innermost(&error))?;
    let date = answer
        .headers()
        .get(DATE)
        .and_then(|date| date.to_str().ok());
    date.and_then(from_http_date)
        .ok_or_else(|| "no date".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_names_nothing_behind_one_is_blamed() {
        let failed =
            |name: &str| Check::failed(GROUP, name, Told::same("observed"), Told::same("next"));
        let mut checks = [failed("names"), failed("edge")];
        names_come_first(&mut checks);
        assert_eq!(checks[0].outcome, Outcome::Failed);
        assert_eq!(checks[1].outcome, Outcome::Skipped);
        assert_eq!(
            (&checks[1].next, checks[1].observed.as_str()),
            (&None, "observed")
        );
        let mut checks = [Check::ok(GROUP, "names", Told::same("")), failed("edge")];
        names_come_first(&mut checks);
        assert_eq!(checks[1].outcome, Outcome::Failed);
    }
}
