//! One question to one service, one answer: a [`Finding`], or the [`Diagnosis`] why not.

mod app;
pub(crate) mod client;
mod gateway;
pub(crate) mod http;
mod icecast;
mod livekit;
pub(crate) mod marker;
mod redis;
mod tunnel;

pub use client::local_client;

use std::time::Duration;

use anyhow::Result;

use crate::config::secrets::Secrets;
use crate::storage::recent_hostnames::Hostnames;
use app::Question;
use sidelink_core::Diagnosis;
use sidelink_core::{Address, Finding, ProbeResult, Target};

/// A service on this machine answers within milliseconds; one that takes longer is in trouble.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that is needed to ask.
#[derive(Debug)]
pub struct Probes {
    local: reqwest::Client,
    secrets: Secrets,
    counts_people: bool,
    /// The gateway's port on this machine: under `localhost` and it the app is asked before there is a public name.
    local_port: u16,
    /// What the gateway passes visitors to.
    upstream: Address,
    hostnames: Hostnames,
}

impl Probes {
    /// With the passwords that the services want.
    pub fn new(secrets: Secrets) -> Result<Self> {
        Ok(Self {
            local: local_client(LOCAL_TIMEOUT)?,
            secrets,
            counts_people: false,
            local_port: 8080,
            upstream: Address {
                host: "app".to_owned(),
                port: 3000,
            },
            hostnames: Hostnames::default(),
        })
    }

    /// The same, which asks LiveKit how many people are in calls: LiveKit logs a line for each such question.
    pub fn counting_people(self, counts_people: bool) -> Self {
        Self {
            counts_people,
            ..self
        }
    }

    /// The same, which asks the app as visitors of this stack do; `upstream` is what the gateway passes them to.
    pub fn visiting(self, local_port: u16, upstream: &Address, hostnames: Hostnames) -> Self {
        Self {
            local_port,
            upstream: upstream.clone(),
            hostnames,
            ..self
        }
    }

    /// Asks once. Never takes longer than the target's time limit.
    pub async fn probe(&self, target: &Target) -> ProbeResult {
        match target {
            Target::Livekit { at } => {
                livekit::probe(&self.local, at, &self.secrets, self.counts_people).await
            }
            Target::Redis { at } => {
                within(at, redis::probe(at, &self.secrets.redis_password)).await
            }
            Target::Icecast { at, mount } => {
                icecast::probe(&self.local, at, mount, &self.secrets.icecast_admin).await
            }
            Target::App {
                at,
                path,
                patience,
                route,
            } => {
                let asked = Question {
                    service: &at.host,
                    at,
                    path,
                    patience: *patience,
                };
                self.app(asked, route.as_ref()).await
            }
            Target::Gateway { at } => gateway::probe(&self.local, at, &self.secrets.instance).await,
            Target::Tunnel { at, kind, hostname } => {
                tunnel::probe(&self.local, at, *kind, hostname.as_deref()).await
            }
        }
    }
}

async fn within(
    at: &sidelink_core::Address,
    probe: impl Future<Output = Result<(), Diagnosis>>,
) -> ProbeResult {
    match tokio::time::timeout(LOCAL_TIMEOUT, probe).await {
        Ok(result) => result.map(|()| Finding::Works),
        Err(_) => Err(Diagnosis::Unreachable {
            target: at.to_string(),
            detail: "no answer in 2 s".to_owned(),
        }),
    }
}
