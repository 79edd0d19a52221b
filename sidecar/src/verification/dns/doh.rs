//! Whom the proof asks for the name: public resolvers over HTTPS, and this network's own.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use domain::base::Rtype;
use futures_util::future::join_all;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url};
use rustls::ClientConfig;

use super::{Answer, Question, decode};
use crate::probe::client;

/// A public resolver answers in tens of milliseconds.
const LIMIT: Duration = Duration::from_secs(2);
/// Longer than from one proof to the next.
const IDLE: Duration = Duration::from_secs(90);
/// This network's own is near; what it does not answer soon it does not answer.
const LIMIT_HERE: Duration = Duration::from_secs(1);

/// RFC 8484.
const MESSAGE: &str = "application/dns-message";

/// The public resolvers.
#[derive(Debug)]
pub(in crate::verification) struct Resolvers {
    client: Client,
    urls: Vec<Url>,
}

/// What one resolver said.
pub(in crate::verification) struct Said {
    /// Its host name.
    pub resolver: String,
    pub answer: Result<Answer>,
}

impl Resolvers {
    pub(in crate::verification) fn new(tls: ClientConfig, urls: Vec<Url>) -> Result<Self> {
        // Connections are kept from one proof to the next: a handshake costs more than the question.
        let client = client::build(tls, LIMIT, |builder| builder.pool_idle_timeout(IDLE))?;
        Ok(Self { client, urls })
    }

    /// Asks all of them at once.
    pub(in crate::verification) async fn ask(&self, name: &str, kind: Rtype) -> Vec<Said> {
        join_all(self.urls.iter().map(|url| async move {
            Said {
                resolver: url.host_str().unwrap_or_default().to_owned(),
                answer: self.ask_one(url, name, kind).await,
            }
        }))
        .await
    }

    /// The first answer that can be had, at last this network's: for names that exist, which nobody can
    /// remember as missing.
    pub(in crate::verification) async fn any(&self, name: &str, kind: Rtype) -> Option<Answer> {
        for url in &self.urls {
            if let Ok(answer) = self.ask_one(url, name, kind).await {
                return Some(answer);
            }
        }
        ask_here(name, kind).await?.ok()
    }

    async fn ask_one(&self, url: &Url, name: &str, kind: Rtype) -> Result<Answer> {
        let recursion = true;
        let question = Question {
            name,
            kind,
            recursion,
        }
        .encode(0)?;
        let request = self
            .client
            .post(url.clone())
            .header(ACCEPT, MESSAGE)
            .header(CONTENT_TYPE, MESSAGE)
            .body(question);
        let response = request
            .send()
            .await
            .map_err(|error| anyhow!("{}", client::innermost(&error)))?;
        let status = response.status();
        ensure!(status.is_success(), "{status}");
        decode(&response.bytes().await?).context("not an answer of DNS")
    }
}

/// This network's own resolver, as phones beside us use it. Only asked for what public resolvers have:
/// it remembers what is not there like any other.
pub(in crate::verification) async fn ask_here(name: &str, kind: Rtype) -> Option<Result<Answer>> {
    let server = SocketAddr::new(nameserver().await?, 53);
    let recursion = true;
    let question = Question {
        name,
        kind,
        recursion,
    };
    Some(question.ask(server, LIMIT_HERE).await)
}

/// The first one of `/etc/resolv.conf`: in a container Docker's, which passes questions on to the host's.
async fn nameserver() -> Option<IpAddr> {
    let text = tokio::fs::read_to_string("/etc/resolv.conf").await.ok()?;
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .find_map(|rest| rest.trim().parse().ok())
}
