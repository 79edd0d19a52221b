//! Resolvers: public ones over HTTPS, and this network's own.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use domain::base::Rtype;
use futures_util::future::join_all;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url};
use rustls::ClientConfig;

use super::{DnsAnswer, DnsQuestion, decode};
use crate::http_client;

/// Time allowed for a public resolver, which answers in tens of milliseconds.
const QUERY_TIMEOUT: Duration = Duration::from_secs(2);
/// Longer than between two verifications, so that connections are reused.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Time allowed for this network's resolver, which is near.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Media type of a DNS message (RFC 8484).
const MEDIA_TYPE: &str = "application/dns-message";

/// The public resolvers.
#[derive(Debug)]
pub(in crate::verification) struct Resolvers {
    client: Client,
    urls: Vec<Url>,
}

/// Answer of one resolver.
pub(in crate::verification) struct ResolverAnswer {
    /// The resolver's host name.
    pub resolver: String,
    pub answer: Result<DnsAnswer>,
}

impl Resolvers {
    pub(in crate::verification) fn new(tls: ClientConfig, urls: Vec<Url>) -> Result<Self> {
        // Connections are kept between verifications, because a handshake costs more than the question.
        let client = http_client::build(tls, QUERY_TIMEOUT, |builder| {
            builder.pool_idle_timeout(IDLE_TIMEOUT)
        })?;
        Ok(Self { client, urls })
    }

    /// Asks all resolvers concurrently.
    pub(in crate::verification) async fn ask(
        &self,
        name: &str,
        kind: Rtype,
    ) -> Vec<ResolverAnswer> {
        join_all(self.urls.iter().map(|url| async move {
            ResolverAnswer {
                resolver: url.host_str().unwrap_or_default().to_owned(),
                answer: self.ask_one(url, name, kind).await,
            }
        }))
        .await
    }

    /// Returns the first answer, in the end of this network's resolver. Only for existing names, which no resolver can
    /// cache as missing.
    pub(in crate::verification) async fn any(&self, name: &str, kind: Rtype) -> Option<DnsAnswer> {
        for url in &self.urls {
            if let Ok(answer) = self.ask_one(url, name, kind).await {
                return Some(answer);
            }
        }
        ask_local(name, kind).await?.ok()
    }

    async fn ask_one(&self, url: &Url, name: &str, kind: Rtype) -> Result<DnsAnswer> {
        let recursion = true;
        let question = DnsQuestion {
            name,
            kind,
            recursion,
        }
        .encode(0)?;
        let request = self
            .client
            .post(url.clone())
            .header(ACCEPT, MEDIA_TYPE)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body(question);
        let response = request
            .send()
            .await
            .map_err(|error| anyhow!("{}", http_client::innermost(&error)))?;
        let status = response.status();
        ensure!(status.is_success(), "{status}");
        decode(&response.bytes().await?).context("not an answer of DNS")
    }
}

/// Asks this network's resolver, which phones on this network use. Only for names that public resolvers have, because
/// it too caches "no such name".
pub(in crate::verification) async fn ask_local(
    name: &str,
    kind: Rtype,
) -> Option<Result<DnsAnswer>> {
    let server = SocketAddr::new(nameserver().await?, 53);
    let recursion = true;
    let question = DnsQuestion {
        name,
        kind,
        recursion,
    };
    Some(question.ask(server, LOCAL_TIMEOUT).await)
}

/// Returns the first resolver of `/etc/resolv.conf`; in a container Docker's, which forwards to the host's.
async fn nameserver() -> Option<IpAddr> {
    let text = tokio::fs::read_to_string("/etc/resolv.conf").await.ok()?;
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .find_map(|rest| rest.trim().parse().ok())
}
