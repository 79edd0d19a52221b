//! This machine's address on its local network, which changes with the network.
//!
//! LiveKit reads the address that `init` has rendered at its start. When the watcher reports another one, `init` renders
//! again; when LiveKit started before that, it restarts. Both wait until no call is on, and until then phones take another
//! path. What is wanted follows from what is observed, so a refused or lost action is repeated.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::service::Service;
use super::{Effect, Finding, Model, Now};
use crate::State;
use crate::activity::ActivityEvent;
use crate::diagnosis::Diagnosis;
use crate::role::Role;

/// An address that is back within this time changes nothing.
const SETTLE_TIME: Duration = Duration::from_secs(10);
/// Between two questions whether a call is on.
const CALL_INTERVAL: Duration = Duration::from_secs(10);
/// Between two actions of one kind, so that a fault restarts nothing in a circle.
const RETRY: Duration = Duration::from_secs(60);

/// The code of the diagnosis that Docker hides the address.
const HIDDEN: &str = "lan_address_hidden";

/// The progress of a change.
#[derive(Debug, Default)]
pub(super) struct LanAddressChange {
    /// When LiveKit's address was first observed to be wrong, by the monotonic clock.
    since: Option<Duration>,
    /// LiveKit was asked for its participants, so that a call that has just begun is known.
    is_asked: bool,
    /// Earliest times of the next question, of `init` and of LiveKit's restart, by the monotonic clock.
    asks_at: Duration,
    renders_at: Duration,
    restarts_at: Duration,
}

/// What brings LiveKit to the address, and why.
enum Needed {
    Render(Diagnosis),
    Restart(Diagnosis),
}

impl Model {
    /// Brings LiveKit to this machine's present address.
    pub(super) fn follow_lan_address(&mut self, now: Now) -> Option<Effect> {
        let Some(needed) = self.needed_for_lan_address() else {
            let change = &mut self.lan_address_change;
            (change.since, change.is_asked) = (None, false);
            return None;
        };
        let change = &mut self.lan_address_change;
        let settled_at = *change.since.get_or_insert(now.mono) + SETTLE_TIME;
        let next_at = match needed {
            Needed::Render(_) => change.renders_at,
            Needed::Restart(_) => change.restarts_at,
        };
        let at = settled_at.max(next_at).max(change.asks_at);
        if now.mono < at {
            return self.wake(at, now);
        }
        let is_asked = std::mem::take(&mut change.is_asked);
        let livekit = self.service_mut(Role::Livekit)?;
        if !livekit.container.autoheal || !livekit.state().works() {
            return None;
        }
        if !is_asked || livekit.probes.is_hurried() {
            return self.ask_for_calls(is_asked);
        }
        let last = livekit.probes.last();
        if !matches!(last, Some(Ok(Finding::Livekit { participants: 0 }))) {
            self.lan_address_change.asks_at = now.mono + CALL_INTERVAL;
            return self.wake(now.mono + CALL_INTERVAL, now);
        }
        match needed {
            Needed::Render(why) => self.render_lan_address(&why, now),
            Needed::Restart(why) => self.restart_with(why, now),
        }
    }

    /// Returns the address that LiveKit gives to phones.
    pub(super) fn lan_address(&self) -> Option<Ipv4Addr> {
        let watcher = self.service_with(Role::HostIp)?;
        let address = watcher.container.lan_address?.address;
        self.awaited_address().is_none().then_some(address)
    }

    /// Returns a service's state as it is shown: the watcher is limited until LiveKit has the address, and reports the one
    /// that a visitor used where it cannot see any.
    pub(super) fn shown_state(&self, service: &Service) -> State {
        let state = service.state();
        if service.container.role != Role::HostIp {
            return state;
        }
        let shown = match &state {
            State::Limited(why) if why.code() == HIDDEN => self
                .lan_visited
                .map(|address| Diagnosis::LanAddressVisited { address }),
            state if state.is_ok() => self.awaited_address(),
            _ => None,
        };
        shown.map_or(state, State::Limited)
    }

    /// Returns the diagnosis while LiveKit runs since before the address was rendered.
    fn awaited_address(&self) -> Option<Diagnosis> {
        let to = self.service_with(Role::HostIp)?.container.lan_address?;
        let livekit = &self.service_with(Role::Livekit)?.container;
        let is_awaited = livekit.is_running() && livekit.started_at < to.rendered_at;
        let (from, to) = (None, to.address);
        is_awaited.then_some(Diagnosis::LanAddressMoved { from, to })
    }

    fn needed_for_lan_address(&self) -> Option<Needed> {
        let watcher = self.service_with(Role::HostIp)?;
        if let State::Limited(why @ Diagnosis::LanAddressMoved { .. }) = watcher.state() {
            return Some(Needed::Render(why));
        }
        self.awaited_address().map(Needed::Restart)
    }

    /// Probes LiveKit now; with `is_asked` the probe is under way.
    fn ask_for_calls(&mut self, is_asked: bool) -> Option<Effect> {
        self.lan_address_change.is_asked = true;
        let livekit = self.service_mut(Role::Livekit).filter(|_| !is_asked)?;
        let (target, name) = (livekit.target()?, livekit.container.service.clone());
        Some(Effect::Probe(livekit.probes.now(&name, target)))
    }

    /// Lets `init` render the address.
    fn render_lan_address(&mut self, why: &Diagnosis, now: Now) -> Option<Effect> {
        self.lan_address_change.renders_at = now.mono + RETRY;
        let init = self.service_with(Role::Init)?;
        let has_ended = init.container.has_ended();
        has_ended.then(|| Effect::Start {
            id: init.container.id.clone(),
            service: init.container.service.clone(),
            code: why.code(),
        })
    }

    /// Restarts LiveKit, which reads the address at its start.
    fn restart_with(&mut self, why: Diagnosis, now: Now) -> Option<Effect> {
        self.lan_address_change.restarts_at = now.mono + RETRY;
        let livekit = self.service_with(Role::Livekit)?;
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
}
