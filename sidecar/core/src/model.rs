//! The state of the stack: `apply` takes an event in and returns the effects, `snapshot` publishes what is true now.

mod app_page;
mod healing;
mod notices;
mod on_demand;
mod probe_schedule;
mod publish;
mod replicas;
mod service;
#[cfg(test)]
mod tests;
mod tunnels;
mod verification;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use notices::Notice;
pub use on_demand::Mode;

use crate::activity::{Activity, ChangeDetector};
use crate::media_reports::Reports;
use crate::public_url::PublicUrl;
use crate::template::Template;
use crate::{Address, Diagnosis, Effect, Event, Finding, Job, Now, ProbeResult, Role, State};
use on_demand::OnDemand;
use replicas::Replicas;
use service::Service;
use tunnels::Tunnels;

/// All that is known.
#[derive(Debug)]
pub struct Model {
    instance: Arc<str>,
    /// What the gateway passes visitors to.
    upstream: Address,
    docker: State,
    services: BTreeMap<String, Service>,
    replicas: Replicas,
    tunnels: Tunnels,
    public_url: PublicUrl,
    on_demand: OnDemand,
    activity: Activity,
    detector: ChangeDetector,
    reports: Reports,
    /// The service that is about to be restarted, until when people have to read it, and the word.
    announced: Option<(String, Duration, Diagnosis)>,
    /// Compose ended early: what it made and did not start is started by us.
    compose_gave_up: bool,
    /// What was met in passing.
    notices: notices::Notices,
    /// When a [`Event::Tick`] comes, by the monotonic clock.
    wakes_at: Option<Duration>,
    /// When the latest event came.
    latest: Option<Now>,
    template: Option<Arc<Template>>,
    template_error: Option<String>,
}

impl Model {
    /// Nothing is known yet. `instance` is this installation's id.
    pub fn new(instance: Arc<str>) -> Self {
        Self {
            instance,
            upstream: Address {
                host: "app".to_owned(),
                port: 3000,
            },
            docker: State::Waiting(Diagnosis::AskingDocker),
            services: BTreeMap::new(),
            replicas: Replicas::default(),
            tunnels: Tunnels::default(),
            public_url: PublicUrl::default(),
            on_demand: OnDemand::new(Mode::Always),
            activity: Activity::default(),
            detector: ChangeDetector::default(),
            reports: Reports::default(),
            announced: None,
            compose_gave_up: false,
            notices: notices::Notices::default(),
            wakes_at: None,
            latest: None,
            template: None,
            template_error: None,
        }
    }

    /// The same, with a tunnel that is open when `mode` says.
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.on_demand = OnDemand::new(mode);
        self
    }

    /// Takes in what happened and says what to do.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let before = self.local();
        let host = self.public_url.host().map(str::to_owned);
        let mut effects = Vec::new();
        let job = match event {
            Event::Connected {
                containers,
                own_previous_end,
            } => {
                self.docker = State::Ok;
                effects.extend(self.retain(&containers).into_iter().map(Effect::Probe));
                effects.extend(
                    containers
                        .into_iter()
                        .filter_map(|c| self.container_after_a_gap(c, own_previous_end))
                        .map(Effect::Probe),
                );
                None
            }
            Event::Container(container) => self.container(*container, None),
            Event::Removed { id } => self.removed(&id),
            Event::StopAsked { id, at } => {
                // One from before the present run is an echo: events are read from before the list.
                let asked = |s: &&mut Service| s.container.id == id && at >= s.container.started_at;
                for service in self.services.values_mut().filter(asked) {
                    service.stop_asked = !service.budget.is_acting() && !service.suspended;
                    service.restart_held &= !service.stop_asked;
                }
                self.replicas.stop_asked(&id, at);
                None
            }
            Event::DockerLost(reason) => {
                // What was read of them before may be so no more.
                for service in self.services.values_mut() {
                    service.container.readable = false;
                }
                // Before the first answer docker-proxy may still be starting.
                self.docker = match self.docker {
                    State::Waiting(_) => State::Waiting(reason),
                    _ => State::Broken(reason),
                };
                None
            }
            Event::Probed {
                key,
                epoch,
                outcome,
            } => {
                if let Ok(finding) = &outcome {
                    self.note_use(finding, now);
                }
                self.probed(&key, epoch, outcome)
            }
            Event::Verified {
                epoch,
                verification: result,
            } => {
                let worked = self.public_url.trouble().is_none();
                self.public_url.record(epoch, result, now);
                if worked && self.public_url.trouble().is_some() {
                    effects.extend(self.ask_the_services().into_iter().map(Effect::Probe));
                }
                None
            }
            Event::VerificationRequested { max_age } => {
                self.on_demand.asked(now);
                if max_age.is_zero() {
                    effects.extend(self.ask_the_services().into_iter().map(Effect::Probe));
                }
                self.public_url.wanted(max_age, now);
                None
            }
            Event::WakeRequested | Event::LinksUntil { .. } | Event::Reported { .. } => {
                self.of_links(&event, now);
                None
            }
            Event::Noticed(notice) => {
                self.notices.met(notice, now);
                None
            }
            Event::NoLonger(notice) => {
                self.notices.is_over(notice);
                None
            }
            Event::SentBefore(before) => {
                self.public_url.sent_before(before, now);
                None
            }
            Event::RoutesTaken(paths) => {
                self.notices.takes(paths);
                None
            }
            Event::RestartRequested { service } => {
                effects.extend(self.restart_wanted(&service, now));
                None
            }
            Event::ActionEnded { service, done } => {
                if let Some(service) = self.services.get_mut(&service) {
                    service.acted(done, now);
                }
                None
            }
            Event::Template(Ok(template)) => {
                self.template_error = None;
                self.template = Some(Arc::new(template));
                None
            }
            Event::Template(Err(error)) => {
                self.template_error = Some(error);
                None
            }
            Event::Tick => None,
        };
        effects.extend(job.map(Effect::Probe));
        self.note_compose();
        self.renew(&before, now);
        effects.extend(self.verify(now));
        effects.extend(self.suspend_or_wake(now));
        effects.extend(self.heal(now));
        effects.extend(self.forget_reports(now));
        effects.extend(self.ask_the_app(host.as_deref()).map(Effect::Probe));
        self.address_pages(&mut effects);
        effects
    }

    fn probed(&mut self, key: &str, epoch: u64, outcome: ProbeResult) -> Option<Job> {
        let service = self.services.get_mut(key)?;
        let (every, retry) = service.paces();
        let after = service.probes.record(epoch, outcome, every, retry)?;
        let target = service.target()?;
        Some(service.probes.next(key, after, target))
    }

    /// Outside something has just broken, or somebody wants to know whether all is well now:
    /// every service that seems to work is asked at once.
    fn ask_the_services(&mut self) -> Vec<Job> {
        let jobs = self.services.iter_mut().filter_map(|(name, service)| {
            let works = !service.is_tunnel() && service.state().works();
            let asks = works && !service.probes.is_hurried();
            let target = service.target().filter(|_| asks)?;
            Some(service.probes.now(name, target))
        });
        jobs.collect()
    }

    /// The services that must work here before a tunnel may open, and do not: gateway, app, LiveKit.
    fn blocked_by(&self) -> Vec<String> {
        let gates = |role| matches!(role, Role::Gateway | Role::App | Role::Livekit);
        let mut waits: Vec<String> = self
            .services
            .values()
            .filter(|s| s.container.required && gates(s.container.role) && !s.state().works())
            .map(|s| s.container.service.clone())
            .collect();
        if !self
            .services
            .values()
            .any(|s| s.container.role == Role::Gateway)
        {
            waits.push("gateway".to_owned());
        }
        waits
    }
}
