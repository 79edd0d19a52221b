//! The bridge, which carries calls' media over the tunnel. It never withholds the public URL.

use super::Model;
use super::service::Service;
use crate::layer::LayerKind;
use crate::role::Role;
use crate::{Diagnosis, Finding, Now, State};

impl Model {
    /// Returns the bridge, unless a setting turns it off.
    fn bridge(&self) -> Option<&Service> {
        let bridge = self.service_with(Role::Bridge)?;
        let off = matches!(bridge.probes.last(), Some(Ok(Finding::Limited(why))) if why.code() == "media_tunnel_off");
        (!off).then_some(bridge)
    }

    /// Reports whether the stack has a bridge that is on.
    pub(super) fn has_bridge(&self) -> bool {
        self.bridge().is_some()
    }

    /// Reports whether the bridge works on this machine; `None` where the stack has none.
    pub(super) fn bridge_works(&self) -> Option<bool> {
        Some(self.bridge()?.state().works())
    }

    /// Takes what the bridge has carried.
    pub(super) fn note_traffic(&mut self, finding: &Finding, now: Now) {
        if let Finding::Bridge { bytes, quota } = *finding {
            self.traffic.report(bytes, quota, now);
        }
    }

    /// Returns what calls have used of the tunnel's monthly traffic, where that is limited.
    pub(super) fn traffic_of(&self, kind: LayerKind) -> Option<String> {
        self.traffic.used().filter(|_| kind == LayerKind::Media)
    }

    /// Returns a layer's state: media is limited at once while the bridge does not work, else as last verified.
    pub(super) fn with_bridge(&self, kind: LayerKind, verified: State) -> State {
        let bridge = self.bridge().filter(|_| kind == LayerKind::Media);
        let Some(bridge) = bridge.filter(|_| verified.is_ok()) else {
            return verified;
        };
        match bridge.state() {
            State::Broken(reason) | State::Waiting(reason) => State::Limited(Diagnosis::Of {
                service: bridge.container.service.clone(),
                reason: Box::new(reason),
            }),
            State::Ok | State::Limited(_) if self.traffic.is_spent() => {
                let used = self.traffic.used().unwrap_or_default();
                State::Limited(Diagnosis::of_code("media_quota_spent", &used))
            }
            State::Ok | State::Limited(_) => verified,
        }
    }
}
