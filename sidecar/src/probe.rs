//! Probes one service at a time: the result is a [`Finding`], or the [`Diagnosis`] of what is wrong.

mod app;
mod bridge;
mod gateway;
pub(crate) mod http;
mod icecast;
pub(crate) mod instance_header;
mod livekit;
mod redis;
mod tunnel;

use std::time::Duration;

use anyhow::Result;
use tracing::{Instrument, Span, info_span};

use crate::config::secrets::Secrets;
use crate::http_client::local_client;
use crate::storage::recent_hostnames::RecentHostnames;
use app::AppRequest;
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult, Target};

/// Time allowed for a request; a service on this machine answers within milliseconds.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends probes.
#[derive(Debug)]
pub struct Probes {
    local: reqwest::Client,
    secrets: Secrets,
    /// The gateway's port on this machine; before there is a public name, the app's `Host` is `localhost` with it.
    local_port: u16,
    /// The gateway's upstream.
    upstream: Address,
    hostnames: RecentHostnames,
}

impl Probes {
    /// Creates probes that authenticate with the given secrets.
    pub fn new(secrets: Secrets) -> Result<Self> {
        Ok(Self {
            local: local_client(LOCAL_TIMEOUT)?,
            secrets,
            local_port: 8080,
            upstream: Address {
                host: "app".to_owned(),
                port: 3000,
            },
            hostnames: RecentHostnames::default(),
        })
    }

    /// Sets what the app's probe needs to send a visitor's requests; `upstream` is the gateway's.
    pub fn visiting(self, local_port: u16, upstream: &Address, hostnames: RecentHostnames) -> Self {
        Self {
            local_port,
            upstream: upstream.clone(),
            hostnames,
            ..self
        }
    }

    /// Probes once, within the target's time limit and in a separate span.
    pub async fn probe(&self, target: &Target) -> ProbeResult {
        self.send(target).instrument(span(target)).await
    }

    async fn send(&self, target: &Target) -> ProbeResult {
        match target {
            Target::Livekit { at } => livekit::probe(&self.local, at, &self.secrets).await,
            Target::Redis { at } => {
                with_timeout(at, redis::probe(at, &self.secrets.redis_password)).await
            }
            Target::Bridge { at } => bridge::probe(&self.local, at).await,
            Target::Icecast { at, mount } => {
                icecast::probe(&self.local, at, mount, &self.secrets.icecast_admin).await
            }
            Target::App {
                at,
                path,
                patience,
                route,
            } => {
                let request = AppRequest {
                    service: &at.host,
                    at,
                    path,
                    patience: *patience,
                };
                self.app(request, route.as_ref()).await
            }
            Target::Gateway { at } => gateway::probe(&self.local, at, &self.secrets.instance).await,
            Target::Tunnel { at, kind, hostname } => {
                tunnel::probe(&self.local, at, *kind, hostname.as_deref()).await
            }
        }
    }
}

fn span(target: &Target) -> Span {
    let (role, service) = (target.role().as_str(), &target.address().host);
    info_span!("probe", role, service)
}

async fn with_timeout(
    at: &Address,
    probe: impl Future<Output = Result<(), Diagnosis>>,
) -> ProbeResult {
    match tokio::time::timeout(LOCAL_TIMEOUT, probe).await {
        Ok(result) => result.map(|()| Finding::Works),
        Err(_) => Err(Diagnosis::Unreachable {
            target: at.to_string(),
            detail: format!("no answer in {} s", LOCAL_TIMEOUT.as_secs()),
        }),
    }
}
