//! Checks of the internet: a name, two ports, the resolvers, the clock. Few requests, all at once.

use futures_util::FutureExt;
use reqwest::header::DATE;
use tokio::net::{TcpStream, lookup_host};

use super::{CHECK_TIMEOUT, Check, CheckOutcome, LocalizedText, together, within};
use crate::config::settings::Settings;
use crate::http_client;
use crate::runtime::clock::{from_http_date, unix_ms};
use crate::verification;
use sidelink_core::{Layer, LayerKind, Snapshot, TunnelKind};

pub(super) const GROUP: &str = "internet";

/// A name that always exists, on the edge of every quick tunnel.
const EDGE: &str = "api.trycloudflare.com";
const EDGE_CHECK: &str = "edge";
/// The hosts at which cloudflared registers, in its order.
const TUNNEL_REGIONS: &[(&str, &str)] = &[
    ("tunnel-region1", "region1.v2.argotunnel.com"),
    ("tunnel-region2", "region2.v2.argotunnel.com"),
];
const TUNNEL_PORT: u16 = 7844;
/// Milliseconds: LiveKit's tokens are valid from 10 s before they are signed; certificates allow more.
const MAX_CLOCK_ERROR_MS: u64 = 60_000;

pub(super) async fn checks(settings: &Settings) -> Vec<Check> {
    let mut checks = vec![names().boxed(), edge().boxed()];
    checks.extend(
        TUNNEL_REGIONS
            .iter()
            .map(|&(name, host)| region(name, host).boxed()),
    );
    checks.push(clock(settings).boxed());
    let (mut checks, resolvers) = tokio::join!(together(checks), resolvers(settings));
    checks.extend(resolvers);
    skip_without_names(&mut checks);
    checks
}

/// Without DNS, other failures are its consequences, and their next steps would mislead.
fn skip_without_names(checks: &mut [Check]) {
    let Some((names, others)) = checks.split_first_mut() else {
        return;
    };
    if names.outcome == CheckOutcome::Failed {
        for check in others
            .iter_mut()
            .filter(|check| check.outcome == CheckOutcome::Failed)
        {
            check.outcome = CheckOutcome::Skipped;
            (check.next, check.next_pt) = (None, None);
        }
    }
}

async fn names() -> Check {
    const NAME: &str = "names";
    match within(addresses(EDGE, 443)).await {
        Ok(first) => Check::ok(
            GROUP,
            NAME,
            LocalizedText::same(format!("{EDGE}: {}", first.ip())),
        ),
        Err(_) => Check::failed(
            GROUP,
            NAME,
            LocalizedText::new(
                format!("{EDGE} is not found by this network's resolver"),
                format!("{EDGE} não é encontrado pelo resolvedor desta rede"),
            ),
            LocalizedText::new(
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
        LocalizedText::new(
            "a firewall or proxy blocks HTTPS: try another network",
            "um firewall ou proxy bloqueia HTTPS: tente outra rede",
        ),
    )
    .await
}

async fn region(name: &str, host: &str) -> Check {
    let next = LocalizedText::new(
        "outbound port 7844 is blocked: try another network, or ask for 7844/tcp",
        "a porta de saída 7844 está bloqueada: tente outra rede ou peça a liberação de 7844/tcp",
    );
    reachable(name, host, TUNNEL_PORT, next).await
}

/// Adapts the checks to the tunnel of the public URL. A registered tunnel has reached its region, by whichever protocol.
/// A tunnel of another provider does not use Cloudflare's addresses.
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
        let is_region = TUNNEL_REGIONS.iter().any(|(name, _)| *name == check.name);
        match elsewhere {
            Some(kind) if is_region || check.name == EDGE_CHECK => Check::skipped(
                GROUP,
                &check.name,
                LocalizedText::new(
                    format!("not needed by this tunnel ({kind})"),
                    format!("não usado por este túnel ({kind})"),
                ),
            ),
            None if is_region && registered => {
                let observed =
                    LocalizedText::new("the tunnel is registered", "o túnel está registrado");
                Check::ok(GROUP, &check.name, observed)
            }
            _ => check,
        }
    })
}

async fn reachable(name: &str, host: &str, port: u16, next: LocalizedText) -> Check {
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
            LocalizedText::new(
                format!("{host}:{port} answers ({})", address.ip()),
                format!("{host}:{port} responde ({})", address.ip()),
            ),
        ),
        Err(error) => Check::failed(
            GROUP,
            name,
            LocalizedText::new(
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
            LocalizedText::new("answers over HTTPS", "responde por HTTPS"),
        ),
        Err(error) => Check::failed(
            GROUP,
            &name,
            LocalizedText::new(
                format!("does not answer over HTTPS ({error})"),
                format!("não responde por HTTPS ({error})"),
            ),
            LocalizedText::new(
                "DNS over HTTPS is blocked here: name another resolver with SIDELINK_DOH_RESOLVERS in .env",
                "DNS sobre HTTPS está bloqueado aqui: indique outro resolvedor com SIDELINK_DOH_RESOLVERS no .env",
            ),
        ),
    }
}

/// Compares the clock with the `Date` of the first resolver over HTTPS.
async fn clock(settings: &Settings) -> Check {
    const NAME: &str = "clock";
    match within(date(settings)).await {
        Ok(date) => {
            let off = unix_ms().abs_diff(date);
            let seconds = off / 1000;
            if off < MAX_CLOCK_ERROR_MS {
                return Check::ok(GROUP, NAME, LocalizedText::new("is correct", "está certo"));
            }
            Check::failed(
                GROUP,
                NAME,
                LocalizedText::new(
                    format!("is off by {seconds} s"),
                    format!("tem um erro de {seconds} s"),
                ),
                LocalizedText::new(
                    "set this machine's clock; after the machine was suspended, restart Docker Desktop",
                    "acerte o relógio desta máquina; depois de uma suspensão, reinicie o Docker Desktop",
                ),
            )
        }
        Err(error) => Check::skipped(
            GROUP,
            NAME,
            LocalizedText::new(
                format!("no server reported the time ({error})"),
                format!("nenhum servidor informou a hora ({error})"),
            ),
        ),
    }
}

async fn date(settings: &Settings) -> Result<u64, String> {
    let tls = http_client::tls(settings.ca_file.as_deref()).map_err(|error| error.to_string())?;
    let client = http_client::build(tls, CHECK_TIMEOUT, |builder| builder)
        .map_err(|error| error.to_string())?;
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
    fn without_names_other_failures_are_skipped() {
        let failed = |name: &str| {
            Check::failed(
                GROUP,
                name,
                LocalizedText::same("observed"),
                LocalizedText::same("next"),
            )
        };
        let mut checks = [failed("names"), failed("edge")];
        skip_without_names(&mut checks);
        assert_eq!(checks[0].outcome, CheckOutcome::Failed);
        assert_eq!(checks[1].outcome, CheckOutcome::Skipped);
        assert_eq!(
            (&checks[1].next, checks[1].observed.as_str()),
            (&None, "observed")
        );
        let mut checks = [
            Check::ok(GROUP, "names", LocalizedText::same("")),
            failed("edge"),
        ];
        skip_without_names(&mut checks);
        assert_eq!(checks[1].outcome, CheckOutcome::Failed);
    }
}
