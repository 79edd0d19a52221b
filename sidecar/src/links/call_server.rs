//! What carries a call: LiveKit's addresses, and whether media can go over the tunnel.

use std::time::Duration;

use super::direct_address::HomeNetwork;
use super::error::{CallPart, CallWait, LinkError};
use super::service::LinkService;
use sidelink_core::{Role, Snapshot};

/// What carries a call.
pub(super) struct CallServer {
    /// LiveKit's address under the requested host.
    pub(super) livekit_url: Box<str>,
    /// Whether media can go over the tunnel.
    pub(super) media_tunnel: bool,
    /// LiveKit's addresses over the other tunnels that work.
    pub(super) other_urls: Vec<String>,
    /// Where LiveKit is; `None` for a page on this machine, which reaches it there.
    pub(super) network: Option<HomeNetwork>,
}

impl LinkService {
    /// Returns what carries a call under this host, once LiveKit works.
    pub(super) async fn call_server(&self, host: &str) -> Result<CallServer, LinkError> {
        let published = self.engine.now().await;
        let snapshot = &published.snapshot;
        let waits = |part, since| {
            let waited = Duration::from_millis(self.engine.unix_ms().saturating_sub(since));
            Err(LinkError::Preparing(CallWait { part, waited }))
        };
        if let Some(since) = livekit_broken_since(snapshot) {
            return waits(CallPart::Livekit, since);
        }
        if let Some(livekit_url) = published.document(host).livekit_url.clone() {
            let is_remote = livekit_url.starts_with("wss:");
            return Ok(CallServer {
                other_urls: if is_remote {
                    other_urls(snapshot, host)
                } else {
                    Vec::new()
                },
                livekit_url,
                media_tunnel: snapshot.carries_media(),
                network: is_remote.then(|| HomeNetwork::of(snapshot)),
            });
        }
        match snapshot.headline_outside() {
            Some(layer) => waits(
                CallPart::Layer(layer.kind, snapshot.tunnel_kind()),
                layer.since,
            ),
            None => waits(CallPart::PublicUrl, snapshot.phase_since),
        }
    }
}

/// Returns LiveKit's addresses over the tunnels that work and have another host than this one.
fn other_urls(snapshot: &Snapshot, host: &str) -> Vec<String> {
    let working = snapshot
        .services
        .iter()
        .filter(|service| service.state.works());
    let hosts = working.filter_map(|service| service.tunnel.as_ref()?.hostname.as_deref());
    let others = hosts.filter(|other| *other != host);
    others.map(|other| format!("wss://{other}")).collect()
}

/// Returns since when no LiveKit works, Unix milliseconds; `None` if one does.
fn livekit_broken_since(snapshot: &Snapshot) -> Option<u64> {
    let services = snapshot.services.iter();
    let mut livekits = services.filter(|service| service.role == Role::Livekit);
    if livekits.clone().any(|service| service.state.works()) {
        return None;
    }
    let first = livekits.next();
    Some(first.map_or(snapshot.phase_since, |service| service.since))
}
