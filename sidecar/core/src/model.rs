//! The state of the stack: `apply` takes an event and returns effects, `snapshot` publishes the present state.

mod app_page;
mod bridge;
mod healing;
mod lan_address;
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
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

pub use notices::Notice;
pub use on_demand::Mode;

use crate::activity::{Activity, ChangeDetector};
use crate::media_reports::Reports;
use crate::media_traffic::TrafficMeter;
use crate::public_url::PublicUrl;
use crate::template::Template;
use crate::{
    Address, Container, Diagnosis, Effect, Event, Finding, Job, Now, ProbeResult, Role, State,
    TurnTrial, Verification,
};
use on_demand::OnDemand;
use replicas::Replicas;
use service::Service;
use tunnels::Tunnels;

/// The state of the stack.
#[derive(Debug)]
pub struct Model {
    instance: Arc<str>,
    /// The gateway's upstream.
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
    traffic: TrafficMeter,
    lan_address_change: lan_address::LanAddressChange,
    /// The address of this machine that a visitor of its local network used last.
    lan_visited: Option<Ipv4Addr>,
    /// The service that is about to be restarted, when that happens by the monotonic clock, and the announcement.
    announced: Option<(String, Duration, Diagnosis)>,
    /// Compose exited early, so Sidelink starts the containers that it created and did not start.
    compose_gave_up: bool,
    notices: notices::Notices,
    /// The TURN servers as last tried.
    turn: Vec<TurnTrial>,
    /// When the next [`Event::Tick`] comes, by the monotonic clock.
    wakes_at: Option<Duration>,
    /// The time of the latest event.
    latest: Option<Now>,
    template: Option<Arc<Template>>,
    template_error: Option<String>,
}

impl Model {
    /// Creates a model that knows nothing yet. `instance` is this installation's id.
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
            traffic: TrafficMeter::default(),
            lan_address_change: lan_address::LanAddressChange::default(),
            lan_visited: None,
            announced: None,
            compose_gave_up: false,
            notices: notices::Notices::default(),
            turn: Vec::new(),
            wakes_at: None,
            latest: None,
            template: None,
            template_error: None,
        }
    }

    /// Sets when the tunnel is open.
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.on_demand = OnDemand::new(mode);
        self
    }

    /// Applies an event and returns what to do.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let before = (self.local(), self.bridge_works());
        let host = self.public_url.host().map(str::to_owned);
        let mut effects = Vec::new();
        self.take_in(event, now, &mut effects);
        // Each step uses what the ones before it have changed: the tunnel decides the public URL, that URL decides
        // whether a verification is due, and a restart follows from what is suspended or wanted. The pages come
        // last, because they complete the probes of all other steps.
        self.note_compose();
        self.update_public_url(&before, now);
        effects.extend(self.verify(now));
        effects.extend(self.suspend_or_wake(now));
        effects.extend(self.follow_lan_address(now));
        effects.extend(self.heal(now));
        effects.extend(self.expire_reports(now));
        effects.extend(self.probe_renamed_app(host.as_deref()).map(Effect::Probe));
        self.complete_app_jobs(&mut effects);
        effects
    }

    /// Records what the event says, and adds the effects of it alone.
    fn take_in(&mut self, event: Event, now: Now, effects: &mut Vec<Effect>) {
        match event {
            Event::Connected {
                containers,
                own_previous_end,
            } => probe(effects, self.connected(containers, own_previous_end)),
            Event::Container(container) => probe(effects, self.container(*container, None)),
            Event::Removed { id } => probe(effects, self.removed(&id)),
            Event::StopAsked { id, at } => self.stop_asked(&id, at),
            Event::DockerLost(reason) => self.docker_lost(reason),
            Event::ActionEnded { service, done } => self.action_ended(&service, done, now),
            Event::Probed {
                key,
                epoch,
                outcome,
            } => probe(effects, self.probed(&key, epoch, outcome, now)),
            Event::Verified {
                epoch,
                verification,
            } => probe(effects, self.verified(epoch, verification, now)),
            Event::VerificationRequested { max_age } => {
                probe(effects, self.verification_requested(max_age, now));
            }
            Event::SentBefore(before) => self.public_url.sent_before(before, now),
            Event::TrafficBefore(before) => self.traffic.before(before, now),
            Event::RestartRequested { service } => {
                effects.extend(self.request_restart(&service, now));
            }
            Event::WakeRequested => self.link_requested(now),
            Event::LinksUntil { unix_ms } => self.on_demand.links_until = unix_ms,
            Event::Reported { media, device, at } => self.reports.add(media, device, at, now),
            Event::Noticed(notice) => self.notices.add(notice, now),
            Event::NoLonger(notice) => self.notices.remove(notice),
            Event::LanVisited(address) => self.lan_visited = Some(address),
            Event::TurnTried(trials) => self.turn = trials,
            Event::RoutesTaken(paths) => self.notices.set_taken_routes(paths),
            Event::Template(read) => self.template_read(read),
            Event::Tick => {}
        }
    }

    fn template_read(&mut self, read: Result<Template, String>) {
        match read {
            Ok(template) => {
                self.template_error = None;
                self.template = Some(Arc::new(template));
            }
            Err(error) => self.template_error = Some(error),
        }
    }

    fn action_ended(&mut self, service: &str, done: bool, now: Now) {
        if let Some(service) = self.services.get_mut(service) {
            service.action_ended(done, now);
        }
    }

    fn connected(&mut self, containers: Vec<Container>, own_previous_end: Option<u64>) -> Vec<Job> {
        self.docker = State::Ok;
        let mut jobs = self.retain(&containers);
        let listed = containers.into_iter();
        jobs.extend(listed.filter_map(|c| self.container_after_a_gap(c, own_previous_end)));
        jobs
    }

    fn stop_asked(&mut self, id: &str, at: u64) {
        // A signal from before the present run is an echo, because events are read from before the list.
        let asked = |s: &&mut Service| s.container.id == id && at >= s.container.started_at;
        for service in self.services.values_mut().filter(asked) {
            service.stop_asked = !service.budget.is_acting() && !service.suspended;
            service.restart_held &= !service.stop_asked;
        }
        self.replicas.stop_asked(id, at);
    }

    fn docker_lost(&mut self, reason: Diagnosis) {
        // The earlier readings of the containers may be wrong now.
        for service in self.services.values_mut() {
            service.container.readable = false;
        }
        // Before the first answer docker-proxy may still be starting.
        self.docker = match self.docker {
            State::Waiting(_) => State::Waiting(reason),
            _ => State::Broken(reason),
        };
    }

    fn verified(&mut self, epoch: u64, result: Verification, now: Now) -> Vec<Job> {
        let worked = self.public_url.fault().is_none();
        self.public_url.record(epoch, result, now);
        if worked && self.public_url.fault().is_some() {
            self.probe_working_services()
        } else {
            Vec::new()
        }
    }

    fn verification_requested(&mut self, max_age: Duration, now: Now) -> Vec<Job> {
        self.on_demand.touch(now);
        let jobs = if max_age.is_zero() {
            self.probe_working_services()
        } else {
            Vec::new()
        };
        self.public_url.request(max_age, now);
        jobs
    }

    fn probed(&mut self, key: &str, epoch: u64, outcome: ProbeResult, now: Now) -> Option<Job> {
        if let Ok(finding) = &outcome {
            self.note_use(finding, now);
            self.note_traffic(finding, now);
        }
        let service = self.services.get_mut(key)?;
        let (interval, retry) = service.probe_intervals();
        let after = service.probes.record(epoch, outcome, interval, retry)?;
        let target = service.target()?;
        Some(service.probes.next(key, after, target))
    }

    /// Probes every service that seems to work at once, because the public URL failed or a client asks.
    fn probe_working_services(&mut self) -> Vec<Job> {
        let jobs = self.services.iter_mut().filter_map(|(name, service)| {
            let works = !service.is_tunnel() && service.state().works();
            let asks = works && !service.probes.is_hurried();
            let target = service.target().filter(|_| asks)?;
            Some(service.probes.now(name, target))
        });
        jobs.collect()
    }

    /// Returns the first service of this role.
    fn service_with(&self, role: Role) -> Option<&Service> {
        let mut services = self.services.values();
        services.find(|service| service.container.role == role)
    }

    fn service_mut(&mut self, role: Role) -> Option<&mut Service> {
        let mut services = self.services.values_mut();
        services.find(|service| service.container.role == role)
    }

    /// Returns the services that block the tunnel until they work: gateway, app, LiveKit.
    fn blocked_by(&self) -> Vec<String> {
        let blocks = |role| matches!(role, Role::Gateway | Role::App | Role::Livekit);
        let mut blocked_by: Vec<String> = self
            .services
            .values()
            .filter(|s| s.container.required && blocks(s.container.role) && !s.state().works())
            .map(|s| s.container.service.clone())
            .collect();
        if self.service_with(Role::Gateway).is_none() {
            blocked_by.push("gateway".to_owned());
        }
        blocked_by
    }
}

fn probe(effects: &mut Vec<Effect>, jobs: impl IntoIterator<Item = Job>) {
    effects.extend(jobs.into_iter().map(Effect::Probe));
}
