//! When a service that ended, hangs or is unhealthy is started again by us.
//!
//! Docker's restart rule brings back what ends by itself. It does not bring back what was killed
//! from outside, what hangs, or a tunnel, which has no restart rule: a restart loop against the
//! tunnel's provider ends in its rate limit. What somebody stopped or paused stays so.

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

/// Docker tells of a stop signal only after it has sent it, so the end may be known first.
const GRACE: Duration = Duration::from_millis(300);
/// It runs, worked, and does not answer any more: a long pause of its own is over by then.
const HUNG: Duration = Duration::from_secs(15);
/// An app takes connections and is silent: one worker that computes for a visitor looks the same, and a
/// visitor's own patience ends at about this time (a browser's or a proxy's limit is 60 to 100 s).
const BUSY: Duration = Duration::from_secs(60);
/// It has not answered yet, and its healthcheck has used up its own `start_period`.
const SLOW_START: Duration = Duration::from_secs(120);
/// Compose starts what it made within seconds, unless another container's start has failed.
const LEFT: Duration = Duration::from_secs(10);
/// cloudflared comes back by itself within 20 s of a lost connection (one retry), within 80 s of three.
const TUNNEL_LOST: Duration = Duration::from_secs(180);
/// The edge has forgotten a name under which the tunnel is still registered.
const LINK_LOST: Duration = Duration::from_secs(60);
/// People read that a link will change before it does.
const NOTICE: Duration = Duration::from_secs(10);
/// After a start that did not last.
const PACE: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// Each start of a quick tunnel asks its provider for a name: far slower, up to five minutes.
const PACE_TUNNEL: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 300_000);
/// What could not be started at all is tried for as long as its cause may go: a port in use, a folder.
const PACE_NOT_STARTED: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// A process that runs is never given up; after the budget it is restarted ever more rarely.
const PACE_RARELY: ExponentialBackoff = ExponentialBackoff::from_millis(120_000, 900_000);
/// With the paces above that is half a minute of trying; what does not stay up then needs a person.
const BUDGET: u32 = 5;

/// How a service can be in need of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Its process ended.
    Ended,
    /// Docker could not start it, or nobody tried; a start may help after this time.
    NotStarted(Duration),
    /// Its process runs and does not do its work; a restart helps after this time.
    Runs(Duration),
}

impl Service {
    fn trouble(&self) -> Option<Fault> {
        if !self.container.readable || self.is_done() {
            return None;
        }
        if let Run::Exited { error, .. } = &self.container.run {
            // Docker's own words: the last start came to nothing.
            let trouble = match error.as_str() {
                "" => Fault::Ended,
                _ => Fault::NotStarted(GRACE),
            };
            return (!self.stop_asked && !self.suspended).then_some(trouble);
        }
        if self.container.failed_to_start() {
            return Some(Fault::NotStarted(GRACE));
        }
        let patience = self.container.is_running().then(|| self.patience());
        patience.flatten().map(Fault::Runs)
    }

    /// How long what is wrong with its running process may last; `None`: nothing is.
    fn patience(&self) -> Option<Duration> {
        let tunnel = self.container.role == Role::Tunnel;
        let probed = self.target().is_some();
        let was_ok = self.probes.was_ok();
        match (&self.container.health, self.probes.last()) {
            (_, Some(Ok(Finding::Tunnel { ready: false, .. }))) => Some(TUNNEL_LOST),
            (_, Some(Err(Diagnosis::Hung))) if was_ok => {
                Some(self.given(match self.container.role {
                    Role::App => BUSY,
                    _ => HUNG,
                }))
            }
            (_, Some(Err(why))) if was_ok && why.is_silence() => Some(self.given(HUNG)),
            // Where we ask ourselves, a healthcheck alone says nothing. A tunnel's asks the same /ready.
            (Health::Unhealthy { .. }, Some(Err(_))) if probed && !tunnel => {
                Some(self.given(if was_ok { HUNG } else { SLOW_START }))
            }
            (Health::Unhealthy { .. }, _) if !probed => Some(self.given(Duration::ZERO)),
            _ => None,
        }
    }

    /// Its label's patience, or else the usual one.
    fn given(&self, usual: Duration) -> Duration {
        self.container.patience.unwrap_or(usual)
    }

    /// How long it is waited before the next act, after so many in a row.
    fn wait(&self, trouble: Fault) -> Duration {
        let pace = match (self.container.role, trouble) {
            (Role::Tunnel, _) => PACE_TUNNEL,
            (_, Fault::NotStarted(_)) => PACE_NOT_STARTED,
            _ => PACE,
        };
        let (patience, runs) = match trouble {
            Fault::Ended => (GRACE, false),
            Fault::NotStarted(patience) => (patience, false),
            Fault::Runs(patience) => (patience, true),
        };
        match self.budget.row() {
            0 => patience,
            actions if runs && actions >= BUDGET => {
                patience.max(PACE_RARELY.after(actions - BUDGET + 1))
            }
            actions => patience.max(pace.after(actions)),
        }
    }

    /// Only what ends again and again is given up: whether a cause has gone is seen by trying a start, and
    /// by what runs itself. The internet may be away for a night, and a tunnel waits for it.
    fn may_be_given_up(&self, trouble: Fault, why: &Diagnosis) -> bool {
        let waits = self.container.role == Role::Tunnel && why.is_temporary();
        trouble == Fault::Ended && !waits
    }
}

impl Model {
    /// Brings back what does not work against everybody's wish: the origin first, what depends on
    /// another after it, the tunnel last, since a quick tunnel's start changes the link.
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
        let lost = self.link_is_lost(name);
        let blocked = self.comes_later(name);
        let begun = self.dependency_began(name);
        let left = self.compose_gave_up.then_some(Fault::NotStarted(LEFT));
        let service = self.services.get_mut(name)?;
        let link = lost.is_some().then_some(Fault::Runs(LINK_LOST));
        let left = left.filter(|_| service.container.is_created());
        let trouble = service.trouble().or(left).or(link);
        let Some(trouble) = trouble.filter(|_| service.container.autoheal) else {
            service.budget.fine(&service.container, now);
            self.announced.take_if(|(service, ..)| service == name);
            return None;
        };
        service.budget.forgive(begun);
        let why = match service.state() {
            State::Ok | State::Limited(_) => lost?,
            State::Waiting(reason) | State::Broken(reason) => reason,
        };
        let over = service.budget.is_acting() || service.budget.exhausted().is_some();
        if blocked || over || why.is_permanent() {
            return None;
        }
        if service.budget.row() >= BUDGET && service.may_be_given_up(trouble, &why) {
            service.budget.give_up(now);
            return None;
        }
        let wait = service.wait(trouble);
        let at = service.budget.due(wait, now);
        if now.mono >= at {
            return self.act(name, trouble, why, now);
        }
        self.wake(at, now)
    }

    fn act(&mut self, name: &str, trouble: Fault, why: Diagnosis, now: Now) -> Option<Effect> {
        let runs = matches!(trouble, Fault::Runs(_));
        if runs && let Some(wait) = self.announce(name, &why, now) {
            return self.wake(wait, now);
        }
        self.announced = None;
        let service = self.services.get_mut(name)?;
        let attempt = service.budget.actions();
        let id = service.container.id.clone();
        // What cannot be started is tried each minute: the first tries are told, the others would fill the page.
        let told = matches!(trouble, Fault::NotStarted(_)) && attempt > BUDGET;
        let service = name.to_owned();
        let code = why.code();
        if !told {
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

    /// A quick tunnel's link is about to change: a word beforehand. `Some`: until when people have to read it.
    fn announce(&mut self, name: &str, why: &Diagnosis, now: Now) -> Option<Duration> {
        let container = &self.services.get(name)?.container;
        let changes = container.role == Role::Tunnel && !container.tunnel.is_lasting();
        if !changes || self.public_url.verified().is_none() {
            return None;
        }
        let until = match &self.announced {
            Some((service, until, _)) if service == name => *until,
            _ => {
                let reason = Diagnosis::WillBeReplaced {
                    why: Box::new(why.clone()),
                };
                let until = now.mono + NOTICE;
                self.activity
                    .add(ActivityEvent::Announced(reason.clone()), now);
                self.announced = Some((name.to_owned(), until, reason));
                until
            }
        };
        (now.mono < until).then_some(until)
    }

    /// Here all is well, and the edge has lost the tunnel that gives the link: a restart is the cure.
    fn link_is_lost(&self, name: &str) -> Option<Diagnosis> {
        let tunnel = self.tunnel()?;
        let current = tunnel.container.service == name;
        let role = tunnel.container.role;
        let works = || self.local().iter().all(|(_, ok)| *ok);
        let broken = self
            .public_url
            .trouble()
            .filter(|why| why.wants_restart())?;
        (current && role == Role::Tunnel && works()).then(|| broken.clone())
    }

    /// Somebody wants it started or restarted. A tunnel waits for what comes before it.
    pub(super) fn restart_wanted(&mut self, name: &str, now: Now) -> Option<Effect> {
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
        service.budget = RestartBudget::wanted();
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

    /// What was wanted too early, once it is time.
    fn restart_held(&mut self, now: Now) -> Vec<Effect> {
        let held = self
            .services
            .iter()
            .filter(|(_, service)| service.restart_held);
        let held: Vec<String> = held.map(|(name, _)| name.clone()).collect();
        let wanted = held
            .iter()
            .filter_map(|name| self.restart_wanted(name, now));
        wanted.collect()
    }

    /// Asks to be called at that time, unless an earlier call is due anyway.
    pub(super) fn wake(&mut self, at: Duration, now: Now) -> Option<Effect> {
        let pending = self.wakes_at.filter(|&wakes| wakes > now.mono);
        if pending.is_some_and(|wakes| wakes <= at) {
            return None;
        }
        self.wakes_at = Some(at);
        Some(Effect::Wake(at.saturating_sub(now.mono)))
    }
}
