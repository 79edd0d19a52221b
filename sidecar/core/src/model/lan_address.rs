//! This machine's address on its local network, which changes with the network.
//!
//! LiveKit gives phones the address that `init` has rendered. When the watcher reports another one, `init` renders again
//! and LiveKit restarts, as soon as no call is on. Until then phones take another path.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::service::Service;
use super::{Effect, Model, Now};
use crate::State;
use crate::activity::ActivityEvent;
use crate::diagnosis::Diagnosis;
use crate::role::Role;

/// The address must stay for longer than the time between two probes of LiveKit, so that a call that has just begun is known.
const SETTLE_TIME: Duration = Duration::from_secs(12);
/// Time until `init` runs once more where the address stayed wrong, so that a fault does not restart LiveKit in a circle.
const RETRY: Duration = Duration::from_secs(60);

/// The progress of a change.
#[derive(Debug, Default)]
pub(super) enum LanAddressChange {
    #[default]
    None,
    /// The address is new.
    Settling {
        /// By the monotonic clock.
        since: Duration,
    },
    /// `init` renders.
    Rendering {
        /// Its run before this one began at this time, Unix milliseconds.
        earlier_run: u64,
        /// For the activity.
        why: Diagnosis,
    },
    /// LiveKit has the new address, or `init` failed.
    Ended {
        /// By the monotonic clock.
        at: Duration,
    },
}

impl Model {
    /// Brings LiveKit to this machine's present address.
    pub(super) fn follow_lan_address(&mut self, now: Now) -> Option<Effect> {
        match std::mem::take(&mut self.lan_address_change) {
            LanAddressChange::Rendering { earlier_run, why } => {
                self.restart_after_rendering(earlier_run, why, now)
            }
            LanAddressChange::Ended { at } if now.mono < at + RETRY => {
                self.lan_address_change = LanAddressChange::Ended { at };
                None
            }
            LanAddressChange::Settling { since } => self.render_lan_address(since, now),
            LanAddressChange::Ended { .. } | LanAddressChange::None => {
                self.render_lan_address(now.mono, now)
            }
        }
    }

    /// Returns the address that LiveKit gives to phones.
    pub(super) fn lan_address(&self) -> Option<Ipv4Addr> {
        self.service_with(Role::HostIp)?.container.lan_address
    }

    /// Lets `init` render the address that is new since then.
    fn render_lan_address(&mut self, since: Duration, now: Now) -> Option<Effect> {
        let State::Limited(why @ Diagnosis::LanAddressMoved { .. }) =
            self.service_with(Role::HostIp)?.state()
        else {
            return None;
        };
        self.lan_address_change = LanAddressChange::Settling { since };
        if now.mono < since + SETTLE_TIME {
            return self.wake(since + SETTLE_TIME, now);
        }
        let livekit = self.service_with(Role::Livekit)?;
        let is_ready = livekit.container.autoheal && livekit.state().works();
        if !is_ready || self.is_in_call() {
            return None;
        }
        let init = self
            .service_with(Role::Init)
            .filter(|init| init.is_done())?;
        let earlier_run = init.container.started_at;
        let effect = Effect::Start {
            id: init.container.id.clone(),
            service: init.container.service.clone(),
            code: why.code(),
        };
        self.lan_address_change = LanAddressChange::Rendering { earlier_run, why };
        Some(effect)
    }

    /// Restarts LiveKit once `init` has rendered.
    fn restart_after_rendering(
        &mut self,
        earlier_run: u64,
        why: Diagnosis,
        now: Now,
    ) -> Option<Effect> {
        let init = self.service_with(Role::Init)?;
        let is_new_run = init.container.started_at > earlier_run;
        if !is_new_run || !init.container.has_ended() {
            self.lan_address_change = LanAddressChange::Rendering { earlier_run, why };
            return None;
        }
        let has_rendered = init.is_done();
        self.lan_address_change = LanAddressChange::Ended { at: now.mono };
        let livekit = self.service_with(Role::Livekit).filter(|_| has_rendered)?;
        let id = livekit.container.id.clone();
        let service = livekit.container.service.clone();
        let code = why.code();
        let event = ActivityEvent::Healed {
            service: service.clone(),
            start: false,
            attempt: 1,
            why,
        };
        self.activity.add(event, now);
        Some(Effect::Restart { id, service, code })
    }

    fn service_with(&self, role: Role) -> Option<&Service> {
        let mut services = self.services.values();
        services.find(|service| service.container.role == role)
    }
}
