//! When Sidelink starts or restarts a service that ended, hangs or is unhealthy.
//!
//! Docker's restart policy restarts what exits. It does not restart what was killed from outside, what hangs, or a
//! tunnel, which has no restart policy, because a restart loop would hit the provider's rate limit. Services that
//! were stopped or paused manually are left alone.

mod order;
mod outage;
mod restart_budget;
mod stopped;

use std::time::Duration;

use super::{Effect, Model, Now};
use crate::State;
use crate::activity::ActivityEvent;
use crate::diagnosis::Diagnosis;
use crate::role::Role;
use outage::{MAX_ACTIONS, Outage};
pub(super) use restart_budget::RestartBudget;
pub(super) use stopped::{ended_as_if_stopped, was_stopped_by_hand};

/// Compose starts the containers that it created within seconds, unless another container's start has failed.
const COMPOSE_START_TIMEOUT: Duration = Duration::from_secs(10);
/// The edge no longer knows a hostname under which the tunnel is still registered.
const EDGE_LOSS_TIMEOUT: Duration = Duration::from_secs(60);
/// Users can read that the public URL will change before it does.
const ANNOUNCEMENT_TIME: Duration = Duration::from_secs(10);

impl Model {
    /// Starts and restarts services that do not work, except those stopped manually.
    ///
    /// The tunnel comes last, because a quick tunnel's start changes the public URL.
    pub(super) fn heal(&mut self, now: Now) -> Vec<Effect> {
        if !self.docker.is_ok() {
            return Vec::new();
        }
        let mut names: Vec<String> = self.services.keys().cloned().collect();
        names.sort_by_key(|name| self.services[name].container.role == Role::Tunnel);
        let mut effects = self.restart_held(now);
        for name in names {
            effects.extend(self.heal_one(&name, now));
        }
        effects
    }

    fn heal_one(&mut self, name: &str, now: Now) -> Option<Effect> {
        let lost = self.lost_at_edge(name);
        let blocked = self.is_blocked(name);
        let dependency_started_at = self.dependency_started_at(name);
        let left = Outage::NotStarted(COMPOSE_START_TIMEOUT);
        let left = self.compose_gave_up.then_some(left);
        let service = self.services.get_mut(name)?;
        let edge = lost.is_some().then_some(Outage::Runs(EDGE_LOSS_TIMEOUT));
        let left = left.filter(|_| service.container.is_created());
        let outage = service.outage().or(left).or(edge);
        let Some(outage) = outage.filter(|_| service.container.autoheal) else {
            service.budget.on_healthy(&service.container, now);
            self.announced.take_if(|(service, ..)| service == name);
            return None;
        };
        service.budget.on_dependency_start(dependency_started_at);
        let why = match service.state() {
            State::Ok | State::Limited(_) => lost?,
            State::Waiting(reason) | State::Broken(reason) => reason,
        };
        let over = service.budget.is_acting() || service.budget.exhausted().is_some();
        if blocked || over || why.is_permanent() {
            return None;
        }
        if service.budget.actions() >= MAX_ACTIONS && service.is_limited_by_budget(outage, &why) {
            service.budget.exhaust(now);
            return None;
        }
        let delay = service.delay(outage);
        let at = service.budget.next_at(delay, now);
        if now.mono >= at {
            return self.act(name, outage, why, now);
        }
        self.wake(at, now)
    }

    fn act(&mut self, name: &str, outage: Outage, why: Diagnosis, now: Now) -> Option<Effect> {
        let runs = matches!(outage, Outage::Runs(_));
        if runs && let Some(wait) = self.announce(name, &why, now) {
            return self.wake(wait, now);
        }
        self.announced = None;
        let service = self.services.get_mut(name)?;
        let attempt = service.budget.count_action();
        let id = service.container.id.clone();
        // A failed start is retried each minute: recording every attempt would fill the activity.
        let is_recorded = !matches!(outage, Outage::NotStarted(_)) || attempt <= MAX_ACTIONS;
        let service = name.to_owned();
        let code = why.code();
        if is_recorded {
            let event = ActivityEvent::Healed {
                service: service.clone(),
                start: !runs,
                attempt,
                why,
            };
            self.activity.add(event, now);
        }
        Some(if runs {
            Effect::Restart { id, service, code }
        } else {
            Effect::Start { id, service, code }
        })
    }

    /// Announces that a quick tunnel's public URL is about to change.
    ///
    /// Returns the time until which the restart waits, so that users can read the announcement.
    fn announce(&mut self, name: &str, why: &Diagnosis, now: Now) -> Option<Duration> {
        let container = &self.services.get(name)?.container;
        let changes = container.role == Role::Tunnel && !container.tunnel.is_stable();
        if !changes || self.public_url.verified().is_none() {
            return None;
        }
        let until = match &self.announced {
            Some((service, until, _)) if service == name => *until,
            _ => {
                let reason = Diagnosis::WillBeReplaced {
                    why: Box::new(why.clone()),
                };
                let until = now.mono + ANNOUNCEMENT_TIME;
                self.activity
                    .add(ActivityEvent::Announced(reason.clone()), now);
                self.announced = Some((name.to_owned(), until, reason));
                until
            }
        };
        (now.mono < until).then_some(until)
    }

    /// Returns the diagnosis when this tunnel gives the public URL, its edge has lost it, and all works locally.
    fn lost_at_edge(&self, name: &str) -> Option<Diagnosis> {
        let tunnel = self.tunnel()?;
        let current = tunnel.container.service == name;
        let role = tunnel.container.role;
        let works = || self.local().iter().all(|(_, ok)| *ok);
        let fault = self.public_url.fault().filter(|why| why.is_lost_tunnel())?;
        (current && role == Role::Tunnel && works()).then(|| fault.clone())
    }

    /// Starts or restarts a service by request. A tunnel waits for the services that block it.
    pub(super) fn request_restart(&mut self, name: &str, now: Now) -> Option<Effect> {
        let early = !self.blocked_by().is_empty();
        let service = self.services.get_mut(name)?;
        if service.budget.is_acting() {
            return None;
        }
        (service.stop_asked, service.suspended) = (false, false);
        service.restart_held = early && service.container.role == Role::Tunnel;
        if service.restart_held {
            return None;
        }
        service.budget = RestartBudget::requested();
        self.announced = None;
        let id = service.container.id.clone();
        let start = !service.container.is_running();
        let service = name.to_owned();
        self.activity.add(
            ActivityEvent::Requested {
                service: service.clone(),
                start,
            },
            now,
        );
        let code = "requested";
        Some(if start {
            Effect::Start { id, service, code }
        } else {
            Effect::Restart { id, service, code }
        })
    }

    /// Carries out requested restarts that had to wait.
    fn restart_held(&mut self, now: Now) -> Vec<Effect> {
        let held = self
            .services
            .iter()
            .filter(|(_, service)| service.restart_held);
        let held: Vec<String> = held.map(|(name, _)| name.clone()).collect();
        let effects = held
            .iter()
            .filter_map(|name| self.request_restart(name, now));
        effects.collect()
    }

    /// Requests a tick at that time, unless an earlier one is pending.
    pub(super) fn wake(&mut self, at: Duration, now: Now) -> Option<Effect> {
        let pending = self.wakes_at.filter(|&wakes| wakes > now.mono);
        if pending.is_some_and(|wakes| wakes <= at) {
            return None;
        }
        self.wakes_at = Some(at);
        Some(Effect::Wake(at.saturating_sub(now.mono)))
    }
}
