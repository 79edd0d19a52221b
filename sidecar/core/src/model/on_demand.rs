//! A tunnel that is open only while somebody needs it.

use std::time::Duration;

use super::healing::RestartBudget;
use super::service::Service;
use super::{Effect, Event, Finding, Model, Now};
use crate::activity::ActivityEvent;
use crate::backoff::ExponentialBackoff;
use crate::role::Role;

/// A stop that Docker refused is asked for again: a door stays open meanwhile.
const STOP_AGAIN: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);

/// When the tunnel is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As long as the stack runs.
    #[default]
    Always,
    /// While a link is wanted or used, and for this time after.
    OnDemand {
        /// Without a question, a call or a visitor.
        idle: Duration,
    },
}

impl Mode {
    /// As it stands in JSON.
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
    /// The latest sign of somebody, by the monotonic clock. The start of the stack is one.
    latest: Duration,
    /// The latest reading of the tunnel had visitors. One reading may be our own proof; two in a row are not.
    visited: bool,
    /// Unix milliseconds: until then somebody has a link that was handed out.
    links_until: Option<u64>,
}

impl OnDemand {
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            mode,
            latest: Duration::ZERO,
            visited: false,
            links_until: None,
        }
    }

    /// Somebody asks for the link.
    pub(super) fn asked(&mut self, now: Now) {
        self.latest = now.mono;
    }

    /// Takes in a reading of how many requests the tunnel carries.
    fn carries(&mut self, in_flight: u32, now: Now) {
        if std::mem::replace(&mut self.visited, in_flight > 0) && in_flight > 0 {
            self.latest = now.mono;
        }
    }

    /// Until when it stays open if nobody comes; `None`: always.
    fn until(&self, now: Now) -> Option<Duration> {
        match self.mode {
            Mode::Always => None,
            Mode::OnDemand { idle } => {
                let links = self.links_until.unwrap_or(0).saturating_sub(now.unix_ms);
                let links = now.mono + Duration::from_millis(links);
                Some((self.latest + idle).max(links))
            }
        }
    }
}

impl Model {
    /// On demand: puts the tunnels to sleep when nobody needs them, and wakes them when somebody does.
    pub(super) fn suspend_or_wake(&mut self, now: Now) -> Vec<Effect> {
        if self.is_in_call() {
            self.on_demand.asked(now);
        }
        let Some(until) = self.on_demand.until(now) else {
            return Vec::new();
        };
        let needed = now.mono < until;
        let here = self.blocked_by().is_empty();
        let tunnels = self.services.values_mut();
        let tunnels = tunnels.filter(|service| service.container.role == Role::Tunnel);
        let mut effects = Vec::new();
        for tunnel in tunnels {
            effects.extend(match (needed, here) {
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

    /// When a stop that was refused is asked for again.
    fn next_stop(&self, now: Now) -> Option<Duration> {
        let times = self.services.values().map(|service| service.stop_refused.1);
        times.filter(|&at| at > now.mono).min()
    }

    /// What people do with links: one is wanted, some are handed out, one was opened and its page reports.
    pub(super) fn of_links(&mut self, event: &Event, now: Now) {
        match *event {
            Event::WakeRequested => self.link_wanted(now),
            Event::LinksUntil { unix_ms } => self.on_demand.links_until = unix_ms,
            Event::Reported { media, device, at } => self.reports.add(media, device, at, now),
            _ => {}
        }
    }

    /// Somebody wants a link: that is why a tunnel sleeps, so it is woken, also where it was put to sleep
    /// before this process began and looks as if it had been stopped by hand.
    fn link_wanted(&mut self, now: Now) {
        self.on_demand.asked(now);
        if self.on_demand.mode == Mode::Always {
            return;
        }
        let tunnels = self.services.values_mut();
        for tunnel in tunnels.filter(|service| service.container.role == Role::Tunnel) {
            tunnel.suspended |= std::mem::take(&mut tunnel.stop_asked);
        }
    }

    /// What pages saw ten minutes ago counts no more.
    pub(super) fn forget_reports(&mut self, now: Now) -> Option<Effect> {
        let next = self.reports.age(now)?;
        self.wake(next, now)
    }

    /// A probe's answer may be a sign of somebody.
    pub(super) fn note_use(&mut self, finding: &Finding, now: Now) {
        if let Finding::Tunnel {
            in_flight: Some(count),
            ..
        } = finding
        {
            self.on_demand.carries(*count, now);
        }
    }

    fn is_in_call(&self) -> bool {
        let calls = |service: &Service| matches!(service.probes.last(), Some(Ok(Finding::Livekit { participants })) if *participants > 0);
        self.services.values().any(calls)
    }

    /// The tunnel that gives the link sleeps.
    pub(super) fn is_asleep(&self) -> bool {
        self.tunnel().is_some_and(|tunnel| tunnel.suspended)
    }
}

impl Service {
    /// Docker has done what it was asked for, or has refused.
    pub(super) fn acted(&mut self, done: bool, now: Now) {
        self.budget.acted(done);
        if done {
            self.stop_refused = (0, Duration::ZERO);
        } else if self.suspended && self.container.is_running() {
            let refused = self.stop_refused.0 + 1;
            self.stop_refused = (refused, now.mono + STOP_AGAIN.after(refused));
        }
        // What cannot be stopped does not sleep; what cannot be woken is brought back like anything else.
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

/// Until its next run begins it is still suspended.
fn wake(tunnel: &mut Service, activity: &mut crate::Activity, now: Now) -> Option<Effect> {
    let sleeps = tunnel.suspended && tunnel.container.has_ended();
    if !sleeps || tunnel.budget.is_acting() {
        return None;
    }
    tunnel.budget = RestartBudget::wanted();
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
