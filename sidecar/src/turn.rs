//! Tries the TURN servers that visitors get, before a visitor needs one.
//!
//! Nothing waits for it: visitors get the servers whatever it shows, because a server may answer them and not this machine.

mod connection;
mod exchange;
#[cfg(test)]
mod fake;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::join_all;
use rustls::ClientConfig;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::http_client;
use crate::ice::url::{IceUrl, Scheme, Transport, parse};
use crate::ice::{CLOUDFLARE_HOST, IceConfig, StackIceServers};
use crate::runtime::clock::Clock;
use crate::runtime_config::cache::RuntimeConfigCache;
use exchange::TurnUser;
use sidelink_core::{Diagnosis, Event, Role, Snapshot, TurnFault, TurnTrial};
use sidelink_diagnostics::{Explain, Lang, Message};

/// Time for one server. All are tried at the same time.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Servers of one trial.
const MAX_SERVERS: usize = 8;
/// Delay after a cause, so that one trial follows several at a time: the stack starts, or a list is set twice.
const SETTLE_TIME: Duration = Duration::from_secs(10);
/// Time until the next trial after a failure.
const RETRY_INTERVAL: Duration = Duration::from_secs(600);
/// Time until the next trial while all servers work.
const INTERVAL: Duration = Duration::from_secs(3600);
/// Part of the sidecar's name at a server with a shared secret.
const USER: &str = "sidecar";

/// Why a server relays nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    fault: TurnFault,
    /// The server's or the system's error; may be empty.
    detail: String,
}

impl Failure {
    fn new(fault: TurnFault, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self { fault, detail }
    }
}

/// Tries the servers of the ICE configuration.
#[derive(Debug)]
pub struct TurnCheck {
    ice: Arc<IceConfig>,
    /// For `turns:` servers.
    tls: Arc<ClientConfig>,
    clock: Clock,
}

impl TurnCheck {
    /// Creates a check of this configuration, whose changes nothing else may wait for. `ca_file`: certificate authorities
    /// beside the public ones.
    ///
    /// # Errors
    ///
    /// Returns why the file cannot be read.
    pub fn new(ice: Arc<IceConfig>, ca_file: Option<&Path>, clock: Clock) -> Result<Self> {
        let tls = Arc::new(http_client::tls(ca_file)?);
        Ok(Self { ice, tls, clock })
    }

    /// Sends results to the engine until `published` is closed.
    pub async fn follow(
        self,
        mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
    ) {
        let mut latest = Vec::new();
        loop {
            sleep(SETTLE_TIME).await;
            let mut working = what_works(&published.borrow_and_update().snapshot);
            let tried = self.servers().await;
            let trials = trials(&tried, &self.tls).await;
            log_changes(&latest, &trials);
            if trials != latest && events.send(Event::TurnTried(trials.clone())).await.is_err() {
                return;
            }
            latest = trials;
            let fails = latest.iter().any(|trial| trial.fault.is_some());
            let next = if fails { RETRY_INTERVAL } else { INTERVAL };
            tokio::select! {
                () = sleep(next.saturating_sub(SETTLE_TIME)) => {}
                () = self.servers_change(&tried) => {}
                begins = something_begins(&mut published, &mut working, fails) => {
                    if !begins {
                        return;
                    }
                }
            }
        }
    }

    async fn servers(&self) -> StackIceServers {
        self.ice.of_stack(USER, self.clock.now().unix_ms).await
    }

    /// Waits until visitors get other servers or credentials than these.
    async fn servers_change(&self, tried: &StackIceServers) {
        loop {
            self.ice.changed().await;
            if self.servers().await != *tried {
                return;
            }
        }
    }
}

/// Waits until a part of the stack works that did not, after a failure. Returns whether that can still happen.
async fn something_begins(
    published: &mut watch::Receiver<Arc<RuntimeConfigCache>>,
    working: &mut BTreeSet<String>,
    fails: bool,
) -> bool {
    while published.changed().await.is_ok() {
        let works = what_works(&published.borrow_and_update().snapshot);
        let begins = works.difference(working).next().is_some();
        *working = works;
        if begins && fails {
            return true;
        }
    }
    false
}

/// Returns what a TURN server may depend on, of what works: services such as the relay's, and this machine's internet.
fn what_works(snapshot: &Snapshot) -> BTreeSet<String> {
    let services = snapshot.services.iter();
    let services = services.filter(|view| view.role == Role::Other && view.state.works());
    let services = services.map(|view| format!("service {}", view.name));
    let host = snapshot.usable_host().map(|_| "public URL".to_owned());
    services.chain(host).collect()
}

/// Tries all servers once.
async fn trials(of: &StackIceServers, tls: &Arc<ClientConfig>) -> Vec<TurnTrial> {
    let tries = targets(of).into_iter().map(async |(server, at, user)| {
        let failure = connection::try_server(&at, user, tls, TIMEOUT).await.err();
        let fault = failure.map(|Failure { fault, detail }| Diagnosis::Turn {
            server: server.clone(),
            fault,
            detail,
        });
        TurnTrial { server, fault }
    });
    let api = of.fault.clone().map(|fault| TurnTrial {
        server: CLOUDFLARE_HOST.to_owned(),
        fault: Some(fault),
    });
    let tries = join_all(tries).await;
    api.into_iter().chain(tries).collect()
}

/// Returns the TURN servers of the list, each once. TURN over DTLS is left out: few servers and pages have it.
fn targets(of: &StackIceServers) -> Vec<(String, IceUrl, TurnUser)> {
    let mut targets: Vec<(String, IceUrl, TurnUser)> = Vec::new();
    for server in &*of.servers {
        for url in &server.urls {
            let Ok(at) = parse(url) else { continue };
            let is_dtls = at.is_secure && at.transport == Some(Transport::Udp);
            let is_known = targets.iter().any(|(known, ..)| known == url);
            if at.scheme == Scheme::Turn && !is_dtls && !is_known {
                targets.push((url.clone(), at, TurnUser::of(server)));
            }
        }
    }
    targets.truncate(MAX_SERVERS);
    targets
}

/// Logs what differs from the trial before.
fn log_changes(before: &[TurnTrial], now: &[TurnTrial]) {
    for trial in now {
        let before = before.iter().find(|before| before.server == trial.server);
        match (&trial.fault, before.and_then(|trial| trial.fault.as_ref())) {
            (Some(fault), before) if before != Some(fault) => {
                let next = fault.next(Lang::En).unwrap_or_default();
                tracing::warn!(code = fault.code(), "{} → {next}", fault.message(Lang::En));
            }
            (None, Some(_)) => tracing::info!(server = trial.server, "the TURN server works"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
