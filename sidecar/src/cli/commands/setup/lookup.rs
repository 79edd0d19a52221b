//! Compares a domain's address at a public resolver with this network's public address. The result is advice: a record
//! may be set later, and a network may have addresses that cannot be observed from inside.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::ACCEPT;
use serde::Deserialize;

use crate::http_client::local_client;
use crate::probe::http::text;
use sidelink_diagnostics::Lang;

/// Both usually answer within a second.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// An IPv4 address, so that the answer has this network's IPv4 address.
const TRACE_URL: &str = "https://1.1.1.1/cdn-cgi/trace";
const RESOLVER: &str = "https://cloudflare-dns.com/dns-query";
/// Record type A; an answer can also have a CNAME.
const A: u16 = 1;

#[derive(Deserialize)]
struct DnsAnswers {
    #[serde(rename = "Answer", default)]
    answers: Vec<DnsAnswer>,
}

#[derive(Deserialize)]
struct DnsAnswer {
    r#type: u16,
    data: String,
}

/// Returns the advice.
pub(super) async fn message(domain: &str, lang: Lang) -> String {
    let Ok(client) = local_client(REQUEST_TIMEOUT) else {
        return unknown(lang);
    };
    let (domain_addresses, own) = tokio::join!(addresses(&client, domain), public_address(&client));
    match (domain_addresses, own) {
        (Some(domain_addresses), Some(own)) => compare(domain, &domain_addresses, own, lang),
        _ => unknown(lang),
    }
}

fn compare(domain: &str, domain_addresses: &[IpAddr], own: IpAddr, lang: Lang) -> String {
    if domain_addresses.contains(&own) {
        return lang.pick(
            format!("{domain} has this network's address ({own}). The verification checks whether ports 80 and 443 are forwarded."),
            format!("{domain} tem o endereço desta rede ({own}). A verificação confere se as portas 80 e 443 são encaminhadas."),
        );
    }
    let Some(other) = domain_addresses.first() else {
        return lang.pick(
            format!("! {domain} has no A record yet: set one with {own}, this network's public address."),
            format!("! {domain} ainda não tem registro A: crie um com {own}, o endereço público desta rede."),
        );
    };
    lang.pick(
        format!(
            "! {domain} has the address {other}, and this network's public address is {own}: change the A record, unless \
             {other} forwards ports 80 and 443 to this machine."
        ),
        format!(
            "! {domain} tem o endereço {other}, e o endereço público desta rede é {own}: altere o registro A, a não ser que \
             {other} encaminhe as portas 80 e 443 para esta máquina."
        ),
    )
}

fn unknown(lang: Lang) -> String {
    lang.pick(
        "The domain's address could not be looked up from here; the verification checks it.",
        "Não foi possível consultar daqui o endereço do domínio; a verificação vai conferir.",
    )
    .to_owned()
}

async fn addresses(client: &Client, domain: &str) -> Option<Vec<IpAddr>> {
    let url = format!("{RESOLVER}?name={domain}&type=A");
    let answer = client
        .get(&url)
        .header(ACCEPT, "application/dns-json")
        .send()
        .await;
    let answer = text(answer.ok()?.error_for_status().ok()?, &url)
        .await
        .ok()?;
    let answers: DnsAnswers = serde_json::from_str(&answer).ok()?;
    let found = answers.answers.iter().filter(|answer| answer.r#type == A);
    Some(
        found
            .filter_map(|answer| answer.data.parse().ok())
            .collect(),
    )
}

async fn public_address(client: &Client) -> Option<IpAddr> {
    let answer = client.get(TRACE_URL).send().await.ok()?.error_for_status();
    let answer = text(answer.ok()?, TRACE_URL).await.ok()?;
    let mut lines = answer.lines();
    lines
        .find_map(|line| line.strip_prefix("ip="))?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_address_is_reported_with_both_addresses() {
        let (own, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let advice =
            |domain_addresses: &[IpAddr]| compare("a.example.org", domain_addresses, own, Lang::En);
        assert!(advice(&[other, own]).starts_with("a.example.org has this network's address"));
        assert!(advice(&[]).contains("set one with 192.0.2.1"));
        let elsewhere = advice(&[other]);
        assert!(
            elsewhere.contains("192.0.2.1") && elsewhere.contains("192.0.2.2"),
            "{elsewhere}"
        );
    }
}
