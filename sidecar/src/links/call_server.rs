//! LiveKit's address for a call.

use std::time::Duration;

use super::error::{CallPart, CallWait, LinkError};
use super::service::LinkService;
use sidelink_core::{Role, Snapshot};

impl LinkService {
    /// Returns LiveKit's address under this host, once LiveKit works.
    pub(super) async fn livekit_url(&self, host: &str) -> Result<Box<str>, LinkError> {
        let published = self.engine.now().await;
        let snapshot = &published.snapshot;
        let waits = |part, since| {
            let waited = Duration::from_millis(self.engine.unix_ms().saturating_sub(since));
            Err(LinkError::Preparing(CallWait { part, waited }))
        };
        if let Some(since) = livekit_broken_since(snapshot) {
            return waits(CallPart::Livekit, since);
        }
        if let Some(url) = published.document(host).livekit_url.clone() {
            return Ok(url);
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
