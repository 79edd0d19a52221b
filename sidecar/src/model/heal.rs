//! When a service that ended, hangs or is unhealthy is started again by us.
//!
//! Docker's restart rule brings back what ends by itself. It does not bring back what was killed
//! from outside, what hangs, or a tunnel, which has no restart rule: a restart loop against the
//! tunnel's provider ends in its rate limit. What somebody stopped or paused stays so.

mod row;

use std::time::Duration;

use super::container::{Container, Health, Role, Run};
use super::history::News;
use super::service::{Service, State};
use super::{Effect, Finding, Model, Now};
use crate::pace::Pace;
use crate::reason::Reason;
pub(super) use row::Heal;

/// Docker tells of a stop signal only after it has sent it, so the end may be known first.
const GRACE: Duration = Duration::from_millis(300);
/// It runs, worked, and does not answer any more: a long pause of its own is over by then.
const HUNG: Duration = Duration::from_secs(15);
/// cloudflared comes back by itself within 20 s of a lost connection (one retry), within 80 s of three.
const TUNNEL_LOST: Duration = Duration::from_secs(180);
/// The edge has forgotten a name under which the tunnel is still registered.
const LINK_LOST: Duration = Duration::from_secs(60);
/// People read that a link will change before it does.
const NOTICE: Duration = Duration::from_secs(10);
/// After a start that did not last.
const PACE: Pace = Pace::from_millis(2_000, 60_000);
/// Each start of a quick tunnel asks its provider for a name: far slower, up to five minutes.
const PACE_TUNNEL: Pace = Pace::from_millis(5_000, 300_000);
/// With the paces above that is half a minute of trying; what does not stay up then needs a person.
const BUDGET: u32 = 5;

/// How a service can be in need of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Its process ended.
    Ended,
    /// Its process runs and does not do its work; a restart helps after this time.
    Runs(Duration),
}

impl Service {
    fn trouble(&self) -> Option<Trouble> {
        if self.container.has_ended() {
            return (!self.stop_asked && !self.asleep).then_some(Trouble::Ended);
        }
        if !self.container.is_running() {
            return None;
        }
        let tunnel = self.container.role == Role::Tunnel;
        match (&self.container.health, self.prober.last()) {
            (_, Some(Ok(Finding::Tunnel { ready: false, .. }))) => Some(Trouble::Runs(TUNNEL_LOST)),
            // A tunnel's healthcheck asks the same /ready that we read ourselves.
            (Health::Unhealthy { .. }, _) if !tunnel => Some(Trouble::Runs(Duration::ZERO)),
            (_, Some(Err(Reason::Unreachable { .. } | Reason::Hung))) if self.prober.was_ok() => {
                Some(Trouble::Runs(HUNG))
            }
            _ => None,
        }
    }

    fn pace(&self) -> Pace {
        match self.container.role {
            Role::Tunnel => PACE_TUNNEL,
            _ => PACE,
        }
    }

    /// The internet may be away for a night: a tunnel that only waits for it is not given up.
    fn budget(&self, why: &Reason) -> u32 {
        let tunnel = self.container.role == Role::Tunnel;
        if tunnel && why.is_temporary() {
            u32::MAX
        } else {
            BUDGET
        }
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
        let mut effects = Vec::new();
        for name in names {
            effects.extend(self.heal_one(&name, now));
        }
        effects
    }

    fn heal_one(&mut self, name: &str, now: Now) -> Option<Effect> {
        let lost = self.link_is_lost(name);
        let blocked = self.comes_later(name);
        let service = self.services.get_mut(name)?;
        let link = lost.is_some().then_some(Trouble::Runs(LINK_LOST));
        let Some(trouble) = service
            .trouble()
            .or(link)
            .filter(|_| service.container.heal)
        else {
            service.heal.fine(&service.container, now);
            self.announced.take_if(|(service, ..)| service == name);
            return None;
        };
        let why = match service.state() {
            State::Ok | State::Limited(_) => lost?,
            State::Waiting(reason) | State::Broken(reason) => reason,
        };
        let over = service.heal.is_acting() || service.heal.gave_up().is_some();
        if blocked || over || why.is_permanent() {
            return None;
        }
        if service.heal.is_spent(service.budget(&why)) {
            service.heal.give_up();
            return None;
        }
        let patience = match trouble {
            Trouble::Ended => GRACE,
            Trouble::Runs(patience) => patience,
        };
        let at = service.heal.due(patience, service.pace(), now);
        if now.mono >= at {
            return self.act(name, trouble, why, now);
        }
        self.wake(at, now)
    }

    fn act(&mut self, name: &str, trouble: Trouble, why: Reason, now: Now) -> Option<Effect> {
        if trouble != Trouble::Ended
            && let Some(wait) = self.announce(name, &why, now)
        {
            return self.wake(wait, now);
        }
        self.announced = None;
        let service = self.services.get_mut(name)?;
        let attempt = service.heal.acts();
        let id = service.container.id.clone();
        let service = name.to_owned();
        let news = News::Act {
            service: service.clone(),
            start: trouble == Trouble::Ended,
            attempt,
            why,
        };
        self.history.add(news, now);
        Some(match trouble {
            Trouble::Ended => Effect::Start { id, service },
            Trouble::Runs(_) => Effect::Restart { id, service },
        })
    }

    /// A quick tunnel's link is about to change: a word beforehand. `Some`: until when people have to read it.
    fn announce(&mut self, name: &str, why: &Reason, now: Now) -> Option<Duration> {
        let container = &self.services.get(name)?.container;
        let changes = container.role == Role::Tunnel && !container.tunnel.is_lasting();
        if !changes || self.public_url.verified().is_none() {
            return None;
        }
        let until = match &self.announced {
            Some((service, until, _)) if service == name => *until,
            _ => {
                let reason = Reason::WillBeReplaced {
                    why: Box::new(why.clone()),
                };
                let until = now.mono + NOTICE;
                self.history.add(News::Announced(reason.clone()), now);
                self.announced = Some((name.to_owned(), until, reason));
                until
            }
        };
        (now.mono < until).then_some(until)
    }

    /// Here all is well, and the edge has lost the tunnel that gives the link: a restart is the cure.
    fn link_is_lost(&self, name: &str) -> Option<Reason> {
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

    /// Something that it needs is to come up before it.
    fn comes_later(&self, name: &str) -> bool {
        let Some(service) = self.services.get(name) else {
            return true;
        };
        let ended = |other: &String| {
            let other = self.services.get(other);
            other.is_some_and(|other| other.container.has_ended())
        };
        let tunnel = service.container.role == Role::Tunnel;
        service.container.depends_on.iter().any(ended)
            || (tunnel && !self.waits_locally_for().is_empty())
    }

    /// Somebody wants it started or restarted.
    pub(super) fn restart_wanted(&mut self, name: &str, now: Now) -> Option<Effect> {
        let service = self.services.get_mut(name)?;
        if service.heal.is_acting() {
            return None;
        }
        service.heal = Heal::wanted();
        self.announced = None;
        (service.stop_asked, service.asleep) = (false, false);
        let id = service.container.id.clone();
        let start = !service.container.is_running();
        let service = name.to_owned();
        self.history.add(
            News::Wanted {
                service: service.clone(),
                start,
            },
            now,
        );
        Some(if start {
            Effect::Start { id, service }
        } else {
            Effect::Restart { id, service }
        })
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

/// Stopped by somebody's wish, judged from the first sight of a container that had already ended.
///
/// An engine that goes down takes the sidecar with it, so what ended within 15 s of the sidecar's
/// own previous end (Docker gives each container 10 s to stop) went down together with it. Exit
/// codes 0, 130, 137 and 143 are those of a stop; 255 is Docker's for a machine that lost power.
pub(super) fn was_stopped_by_hand(container: &Container, own_previous_end: Option<u64>) -> bool {
    let Run::Exited {
        code,
        out_of_memory: false,
        finished_at,
        // LiveKit ends with 0 where it cannot start, and says why.
        said: None,
        ..
    } = container.run
    else {
        return false;
    };
    let together = own_previous_end.is_some_and(|end| end.abs_diff(finished_at) < 15_000);
    matches!(code, 0 | 130 | 137 | 143) && !together
}
