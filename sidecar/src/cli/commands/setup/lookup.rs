//! Where a domain leads, as a public resolver has it, and what this network's public address is. Advice only: a record
//! may be set later, and a network may have addresses that cannot be seen from inside.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::ACCEPT;
use serde::Deserialize;

use crate::http_client::local_client;
use crate::probe::http::text;
use sidelink_diagnostics::Lang;

/// Both answer within a second where they can be reached at all.
const LIMIT: Duration = Duration::from_secs(5);
/// By address, so that it tells the IPv4 address.
const WHO_AM_I: &str = "https://1.1.1.1/cdn-cgi/trace";
const RESOLVER: &str = "https://cloudflare-dns.com/dns-query";
/// Type A in an answer: a CNAME stands there too.
const A: u16 = 1;

#[derive(Deserialize)]
struct Answers {
    #[serde(rename = "Answer", default)]
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    r#type: u16,
    data: String,
}

/// One or two lines for the person who sets it up.
pub(super) async fn told(domain: &str, lang: Lang) -> String {
    let Ok(client) = local_client(LIMIT) else {
        return unknown(lang);
    };
    let (leads_to, own) = tokio::join!(addresses(&client, domain), public_address(&client));
    match (leads_to, own) {
        (Some(leads_to), Some(own)) => compare(domain, &leads_to, own, lang),
        _ => unknown(lang),
    }
}

fn compare(domain: &str, leads_to: &[IpAddr], own: IpAddr, lang: Lang) -> String {
    if leads_to.contains(&own) {
        return lang.pick(
            format!("{domain} leads to this network ({own}). Whether ports 80 and 443 are passed on, the proof will tell."),
            format!("{domain} leva a esta rede ({own}). Se as portas 80 e 443 são encaminhadas, a comprovação vai dizer."),
        );
    }
    let Some(other) = leads_to.first() else {
        return lang.pick(
            format!("! {domain} has no A record yet: set one with {own}, this network's public address."),
            format!("! {domain} ainda não tem registro A: crie um com {own}, o endereço público desta rede."),
        );
    };
    lang.pick(
        format!(
            "! {domain} leads to {other}, and this network's public address is {own}: change the A record, unless \
             {other} passes ports 80 and 443 on to this machine."
        ),
        format!(
            "! {domain} leva a {other}, e o endereço público desta rede é {own}: altere o registro A, a não ser que \
             {other} encaminhe as portas 80 e 443 para esta máquina."
        ),
    )
}

fn unknown(lang: Lang) -> String {
    lang.pick(
        "Where the name leads could not be looked up from here; the proof will tell.",
        "Não foi possível consultar daqui para onde o nome leva; a comprovação vai dizer.",
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
    let answers: Answers = serde_json::from_str(&answer).ok()?;
    let found = answers.answers.iter().filter(|answer| answer.r#type == A);
    Some(
        found
            .filter_map(|answer| answer.data.parse().ok())
            .collect(),
    )
}

async fn public_address(client: &Client) -> Option<IpAddr> {
    let answer = client.get(WHO_AM_I).send().await.ok()?.error_for_status();
    let answer = text(answer.ok()?, WHO_AM_I).await.ok()?;
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
    fn a_name_that_leads_elsewhere_is_told_with_both_addresses() {
        let (own, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let told = |leads_to: &[IpAddr]| compare("a.example.org", leads_to, own, Lang::En);
        assert!(told(&[other, own]).starts_with("a.example.org leads to this network"));
        assert!(told(&[]).contains("set one with 192.0.2.1"));
        let elsewhere = told(&[other]);
        assert!(
            elsewhere.contains("192.0.2.1") && elsewhere.contains("192.0.2.2"),
            "{elsewhere}"
        );
    }
}
