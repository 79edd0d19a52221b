//! On-demand tunnels, which run only while they are needed.

use std::time::Duration;

use super::healing::RestartBudget;
use super::service::Service;
use super::{Effect, Finding, Model, Now};
use crate::activity::ActivityEvent;
use crate::backoff::ExponentialBackoff;
use crate::role::Role;

/// Delays before Docker is asked again for a stop that it refused, because the tunnel stays open until then.
const STOP_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);

/// When the tunnel is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As long as the stack runs.
    #[default]
    Always,
    /// While links are requested or used, and for a time after.
    OnDemand {
        /// Idle timeout: the time without a request, a call or a visitor.
        idle: Duration,
    },
}

impl Mode {
    /// Returns the mode as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::OnDemand { .. } => "on-demand",
        }
    }
}

/// Whether the tunnel is needed.
#[derive(Debug)]
pub(super) struct OnDemand {
    pub(super) mode: Mode,
    /// The latest use, by the monotonic clock. The start of the stack counts as one.
    used_at: Duration,
    /// The latest reading of the tunnel had requests. One reading may be a verification; two in a row are visitors.
    visited: bool,
    /// When the last link expires, Unix milliseconds.
    pub(super) links_until: Option<u64>,
}

impl OnDemand {
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            mode,
            used_at: Duration::ZERO,
            visited: false,
            links_until: None,
        }
    }

    /// Records a use.
    pub(super) fn touch(&mut self, now: Now) {
        self.used_at = now.mono;
    }

    /// Records the number of requests in flight through the tunnel.
    fn on_in_flight(&mut self, in_flight: u32, now: Now) {
        if std::mem::replace(&mut self.visited, in_flight > 0) && in_flight > 0 {
            self.used_at = now.mono;
        }
    }

    /// Returns the time at which it is suspended without further use; `None` when it is always open.
    fn until(&self, now: Now) -> Option<Duration> {
        match self.mode {
            Mode::Always => None,
            Mode::OnDemand { idle } => {
                let links = self.links_until.unwrap_or(0).saturating_sub(now.unix_ms);
                let links = now.mono + Duration::from_millis(links);
                Some((self.used_at + idle).max(links))
            }
        }
    }
}

impl Model {
    /// Suspends on-demand tunnels that are not needed, and wakes those that are.
    pub(super) fn suspend_or_wake(&mut self, now: Now) -> Vec<Effect> {
        if self.is_in_call() {
            self.on_demand.touch(now);
        }
        let Some(until) = self.on_demand.until(now) else {
            return Vec::new();
        };
        let needed = now.mono < until;
        let works_here = self.blocked_by().is_empty();
        let tunnels = self.services.values_mut();
        let tunnels = tunnels.filter(|service| service.container.role == Role::Tunnel);
        let mut effects = Vec::new();
        for tunnel in tunnels {
            effects.extend(match (needed, works_here) {
                (true, true) => wake(tunnel, &mut self.activity, now),
                (true, false) => None,
                (false, _) => suspend(tunnel, &mut self.activity, now),
            });
        }
        let next = match needed {
            true => Some(until),
            false => self.next_stop(now),
        };
        effects.extend(next.and_then(|at| self.wake(at, now)));
        effects
    }

    /// Returns when Docker is asked again for a refused stop.
    fn next_stop(&self, now: Now) -> Option<Duration> {
        let times = self.services.values().map(|service| service.stop_refused.1);
        times.filter(|&at| at > now.mono).min()
    }

    /// Wakes suspended tunnels.
    ///
    /// A tunnel that an earlier process suspended looks as if it was stopped manually; it is woken, too.
    pub(super) fn link_requested(&mut self, now: Now) {
        self.on_demand.touch(now);
        if self.on_demand.mode == Mode::Always {
            return;
        }
        let tunnels = self.services.values_mut();
        for tunnel in tunnels.filter(|service| service.container.role == Role::Tunnel) {
            tunnel.suspended |= std::mem::take(&mut tunnel.stop_asked);
        }
    }

    /// Removes expired media reports.
    pub(super) fn expire_reports(&mut self, now: Now) -> Option<Effect> {
        let next = self.reports.remove_expired(now)?;
        self.wake(next, now)
    }

    /// Records the requests in flight that a tunnel's probe reports.
    pub(super) fn note_use(&mut self, finding: &Finding, now: Now) {
        if let Finding::Tunnel {
            in_flight: Some(count),
            ..
        } = finding
        {
            self.on_demand.on_in_flight(*count, now);
        }
    }

    fn is_in_call(&self) -> bool {
        let calls = |service: &Service| matches!(service.probes.last(), Some(Ok(Finding::Livekit { participants })) if *participants > 0);
        self.services.values().any(calls)
    }

    /// Reports whether the tunnel that gives the public URL is suspended.
    pub(super) fn is_suspended(&self) -> bool {
        self.tunnel().is_some_and(|tunnel| tunnel.suspended)
    }
}

impl Service {
    /// Records that Docker completed or refused an action.
    pub(super) fn action_ended(&mut self, done: bool, now: Now) {
        self.budget.action_ended(done);
        if done {
            self.stop_refused = (0, Duration::ZERO);
        } else if self.suspended && self.container.is_running() {
            let refused = self.stop_refused.0 + 1;
            self.stop_refused = (refused, now.mono + STOP_BACKOFF.after(refused));
        }
        // After a refused stop the tunnel is not suspended; after a refused start it is healed like any other service.
        self.suspended &= done;
    }
}

fn suspend(tunnel: &mut Service, activity: &mut crate::Activity, now: Now) -> Option<Effect> {
    let (_, again) = tunnel.stop_refused;
    if !tunnel.container.is_running() || tunnel.suspended || now.mono < again {
        return None;
    }
    tunnel.suspended = true;
    let (id, service) = (
        tunnel.container.id.clone(),
        tunnel.container.service.clone(),
    );
    activity.add(
        ActivityEvent::Tunnel {
            service: service.clone(),
            suspended: true,
        },
        now,
    );
    Some(Effect::Stop { id, service })
}

/// Starts a suspended tunnel, which stays suspended until its next run begins.
fn wake(tunnel: &mut Service, activity: &mut crate::Activity, now: Now) -> Option<Effect> {
    let suspended = tunnel.suspended && tunnel.container.has_ended();
    if !suspended || tunnel.budget.is_acting() {
        return None;
    }
    tunnel.budget = RestartBudget::requested();
    let (id, service) = (
        tunnel.container.id.clone(),
        tunnel.container.service.clone(),
    );
    let event = ActivityEvent::Tunnel {
        service: service.clone(),
        suspended: false,
    };
    activity.add(event, now);
    let code = "woken";
    Some(Effect::Start { id, service, code })
}
