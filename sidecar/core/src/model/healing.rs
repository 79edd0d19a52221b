//! When Sidelink starts or restarts a service that ended, hangs or is unhealthy.
//!
//! Docker's restart policy restarts what exits. It does not restart what was killed from outside, what hangs, or a
//! tunnel, which has no restart policy, because a restart loop would hit the provider's rate limit. Services that
//! were stopped or paused manually are left alone.

mod order;
mod restart_budget;
mod stopped;

use std::time::Duration;

use super::service::Service;
use super::{Effect, Finding, Model, Now};
use crate::State;
use crate::activity::ActivityEvent;
use crate::backoff::ExponentialBackoff;
use crate::container::{Health, Run};
use crate::diagnosis::Diagnosis;
use crate::role::Role;
pub(super) use restart_budget::RestartBudget;
pub(super) use stopped::{ended_as_if_stopped, was_stopped_by_hand};

/// Delay before a start: Docker reports a stop signal after sending it, so the exit may be known first.
const STOP_REPORT_DELAY: Duration = Duration::from_millis(300);
/// A service that worked no longer answers: even a long pause of the process is over by then.
const HUNG_TIMEOUT: Duration = Duration::from_secs(15);
/// An app accepts connections but is silent. A worker that computes for a visitor looks the same, and browsers and
/// proxies stop waiting after 60 to 100 s.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// A service has not answered yet, and its healthcheck's `start_period` is over.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Compose starts the containers that it created within seconds, unless another container's start has failed.
const COMPOSE_START_TIMEOUT: Duration = Duration::from_secs(10);
/// cloudflared reconnects automatically within 20 s of a lost connection (one retry), within 80 s of three.
const TUNNEL_RECONNECT_TIMEOUT: Duration = Duration::from_secs(180);
/// The edge no longer knows a hostname under which the tunnel is still registered.
const EDGE_LOSS_TIMEOUT: Duration = Duration::from_secs(60);
/// Users can read that the public URL will change before it does.
const ANNOUNCEMENT_TIME: Duration = Duration::from_secs(10);
/// Delays after starts that did not last.
const BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// The same for a tunnel: longer, up to five minutes, because each start of a quick tunnel requests a hostname.
const BACKOFF_TUNNEL: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 300_000);
/// The same for failed starts. They are retried without limit, because a port or folder may become available.
const BACKOFF_NOT_STARTED: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// The same for a running process after [`MAX_ACTIONS`]: it is still restarted, but rarely.
const BACKOFF_RARELY: ExponentialBackoff = ExponentialBackoff::from_millis(120_000, 900_000);
/// Starts in a row; with the backoff above that is half a minute. After that an operator is needed.
const MAX_ACTIONS: u32 = 5;

/// Why a service needs a start or restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outage {
    /// Its process ended.
    Ended,
    /// Docker could not start it, or no start was attempted; a start may help after this time.
    NotStarted(Duration),
    /// Its process runs but does not work; a restart helps after this time.
    Runs(Duration),
}

impl Service {
    fn outage(&self) -> Option<Outage> {
        if !self.container.readable || self.is_done() {
            return None;
        }
        if let Run::Exited { error, .. } = &self.container.run {
            // Docker reports an error when the last start failed.
            let outage = match error.as_str() {
                "" => Outage::Ended,
                _ => Outage::NotStarted(STOP_REPORT_DELAY),
            };
            return (!self.stop_asked && !self.suspended).then_some(outage);
        }
        if self.container.failed_to_start() {
            return Some(Outage::NotStarted(STOP_REPORT_DELAY));
        }
        let patience = self.container.is_running().then(|| self.patience());
        patience.flatten().map(Outage::Runs)
    }

    /// Returns how long the fault of its running process may last; `None` without a fault.
    fn patience(&self) -> Option<Duration> {
        let tunnel = self.container.role == Role::Tunnel;
        let probed = self.target().is_some();
        let was_ok = self.probes.was_ok();
        match (&self.container.health, self.probes.last()) {
            (_, Some(Ok(Finding::Tunnel { ready: false, .. }))) => Some(TUNNEL_RECONNECT_TIMEOUT),
            (_, Some(Err(Diagnosis::Hung))) if was_ok => {
                Some(self.patience_or(match self.container.role {
                    Role::App => BUSY_TIMEOUT,
                    _ => HUNG_TIMEOUT,
                }))
            }
            (_, Some(Err(why))) if was_ok && why.is_silence() => {
                Some(self.patience_or(HUNG_TIMEOUT))
            }
            // A failing healthcheck alone is no reason when Sidelink's probe works. A tunnel's asks the same /ready.
            (Health::Unhealthy { .. }, Some(Err(_))) if probed && !tunnel => {
                Some(self.patience_or(if was_ok { HUNG_TIMEOUT } else { START_TIMEOUT }))
            }
            (Health::Unhealthy { .. }, _) if !probed => Some(self.patience_or(Duration::ZERO)),
            _ => None,
        }
    }

    /// Returns the patience of its label, or the usual one.
    fn patience_or(&self, usual: Duration) -> Duration {
        self.container.patience.unwrap_or(usual)
    }

    /// Returns the delay before the next start or restart.
    fn delay(&self, outage: Outage) -> Duration {
        let backoff = match (self.container.role, outage) {
            (Role::Tunnel, _) => BACKOFF_TUNNEL,
            (_, Outage::NotStarted(_)) => BACKOFF_NOT_STARTED,
            _ => BACKOFF,
        };
        let (patience, runs) = match outage {
            Outage::Ended => (STOP_REPORT_DELAY, false),
            Outage::NotStarted(patience) => (patience, false),
            Outage::Runs(patience) => (patience, true),
        };
        match self.budget.actions() {
            0 => patience,
            actions if runs && actions >= MAX_ACTIONS => {
                patience.max(BACKOFF_RARELY.after(actions - MAX_ACTIONS + 1))
            }
            actions => patience.max(backoff.after(actions)),
        }
    }

    /// Reports whether the budget limits the attempts: only for a process that exits repeatedly.
    ///
    /// A failed start and a process that runs are tried without limit, because their cause may go away. So is a tunnel
    /// that waits for the internet.
    fn is_limited_by_budget(&self, outage: Outage, why: &Diagnosis) -> bool {
        let waits = self.container.role == Role::Tunnel && why.is_temporary();
        outage == Outage::Ended && !waits
    }
}

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
