//! From the model to the snapshot.

use std::sync::Arc;
use std::time::Duration;

use super::service::Service;
use super::{Activity, Finding, Model};
use crate::State;
use crate::container::Container;
use crate::diagnosis::Diagnosis;
use crate::event::Now;
use crate::layer::{Layer, LayerKind};
use crate::role::{Role, TunnelKind};
use crate::snapshot::{Healing, Phase, ServiceView, Snapshot, TunnelView};
use crate::turn;

impl Model {
    /// Returns the present snapshot; `None` when nothing has changed since `previous`.
    pub fn snapshot(&mut self, previous: &Snapshot, now: Now) -> Option<Snapshot> {
        let layers = self.layers(previous, now);
        let (public_host, verified_at) = self
            .public_url
            .verified()
            .map(|(host, at)| (host.to_owned(), at))
            .unzip();
        let phase = self.phase(&layers, public_host.is_some());
        let mut next = Snapshot {
            sequence: previous.sequence,
            revision: previous.revision,
            instance: Arc::clone(&self.instance),
            phase,
            phase_since: if phase == previous.phase {
                previous.phase_since
            } else {
                now.unix_ms
            },
            public_host,
            verified_at,
            expires_at: self.public_url.expires_at(),
            quota_spent_until: self.public_url.quota_spent_until(now),
            sent_today: self.public_url.sent_today(),
            media_traffic: self.traffic.published(),
            attempt: self.public_url.attempt(),
            next_attempt: self.public_url.next_attempt(),
            layers,
            services: self.service_views(previous, now),
            blocked_by: self.blocked_by(),
            template: self.template.clone(),
            template_error: self.template_error.clone(),
            stand_in: self
                .tunnel()
                .is_some_and(|tunnel| tunnel.container.stand_in),
            mode: self.on_demand.mode,
            suspended: self.is_suspended(),
            announcement: self
                .announced
                .as_ref()
                .map(|(_, _, announcement)| announcement.clone()),
            notices: self.shown_notices(now),
            turn: self.turn.clone(),
            lan_address: self.lan_address(),
            media: self.reports.grade(),
            phone: self.reports.phone(),
            activity: Activity::default(),
        };
        for event in self.detector.changes(&next) {
            self.activity.add(event, now);
        }
        next.activity = self.activity.clone();
        if next == *previous {
            return None;
        }
        next.sequence += 1;
        if previous.revision == 0 || next.page_facts() != previous.page_facts() {
            next.revision = now.unix_ms.max(previous.revision + 1);
        }
        Some(next)
    }

    /// Returns the notices. A TURN server is one of them, because the public URL and most calls work without it.
    fn shown_notices(&self, now: Now) -> Vec<Diagnosis> {
        let mut notices = self.notices.reasons(self.is_over_cloudflare(), now);
        notices.extend(turn::faults(&self.turn));
        notices
    }

    fn phase(&self, layers: &[Layer], verified: bool) -> Phase {
        let unconfigured = self.template.is_none() && self.template_error.is_some();
        if unconfigured || self.no_tunnel_is_left() {
            Phase::Failed
        } else if layers.iter().all(|layer| layer.state.is_ok()) {
            Phase::Ready
        } else if verified {
            Phase::Degraded
        } else {
            Phase::Preparing
        }
    }

    /// Reports whether every tunnel is refused permanently or has used up its budget, so that a user has to act.
    fn no_tunnel_is_left(&self) -> bool {
        let over = |service: &Service| {
            let refused = self.refusal(service).is_some_and(Diagnosis::is_permanent);
            refused || service.budget.exhausted().is_some()
        };
        let mut tunnels = self.services.values().filter(|s| s.is_tunnel()).peekable();
        tunnels.peek().is_some() && tunnels.all(over)
    }

    fn layers(&self, previous: &Snapshot, now: Now) -> Vec<Layer> {
        let behind = |s: &&Service| !matches!(s.container.role, Role::Gateway | Role::Tunnel);
        let gateway = |s: &&Service| s.container.role == Role::Gateway;
        let (services, services_wait) = combined(self.required().filter(behind));
        let (gateway, gateway_wait) = combined(self.required().filter(gateway));
        let local = [
            (LayerKind::Docker, self.docker.clone(), Vec::new()),
            (LayerKind::Services, services, services_wait),
            (LayerKind::Gateway, gateway, gateway_wait),
            (LayerKind::Tunnel, self.tunnel_state(), Vec::new()),
        ]
        .map(|(kind, state, waits_for)| (kind, state, waits_for, None));
        let outside =
            self.public_url
                .layers(self.has_bridge(), now)
                .map(|(kind, state, observed)| {
                    let observed = self.traffic_of(kind).or(observed);
                    (kind, self.with_bridge(kind, state), Vec::new(), observed)
                });
        let all = local.into_iter().chain(outside);
        all.map(|(kind, state, waits_for, observed)| {
            let before = previous.layers.iter().find(|layer| layer.kind == kind);
            let since = since(before.map(|layer| (&layer.state, layer.since)), &state, now);
            Layer {
                kind,
                state,
                waits_for,
                observed,
                since,
            }
        })
        .collect()
    }

    fn is_over_cloudflare(&self) -> bool {
        let kind = self.tunnel().map(Service::tunnel_kind);
        kind.is_some_and(|kind| matches!(kind, TunnelKind::Quick | TunnelKind::Named))
    }

    fn required(&self) -> impl Iterator<Item = &Service> {
        self.services
            .values()
            .filter(|service| service.container.required)
    }

    /// Returns the tunnel's state. One that has not been started reports the services that block it, not "created".
    fn tunnel_state(&self) -> State {
        let waits = self.blocked_by();
        let Some(tunnel) = self.tunnel() else {
            return State::Waiting(Diagnosis::NotSeen);
        };
        let ended = tunnel.container.has_ended() && !tunnel.stop_asked && !tunnel.suspended;
        let not_started = tunnel.container.is_created();
        if !waits.is_empty() && (ended || not_started) {
            return State::Waiting(Diagnosis::WaitsFor { what: waits });
        }
        let nameless = matches!(
            tunnel.report(),
            Some(Ok(Finding::Tunnel { hostname: None, .. }))
        );
        // Nothing outside can be verified before there is a hostname, so the layer waits for that.
        if nameless && tunnel.state().is_ok() {
            return State::Waiting(Diagnosis::TunnelUnregistered);
        }
        tunnel.state()
    }

    fn service_views(&self, previous: &Snapshot, now: Now) -> Vec<ServiceView> {
        let is_shown = |(_, service): &(&String, &Service)| {
            service.container.role != Role::Init || !service.state().is_ok()
        };
        self.services
            .iter()
            .filter(is_shown)
            .map(|(name, service)| {
                let state = self.shown_state(service);
                let before = previous.services.iter().find(|view| view.name == *name);
                let since = since(before.map(|view| (&view.state, view.since)), &state, now);
                let Container {
                    role,
                    required,
                    restarts,
                    ..
                } = service.container;
                let current = self.tunnel().map(|tunnel| &tunnel.container.id);
                let current = current == Some(&service.container.id);
                ServiceView {
                    name: name.clone(),
                    role,
                    required,
                    state,
                    since,
                    restarts,
                    healing: healing(service, now),
                    tunnel: service.is_tunnel().then(|| tunnel(service, current)),
                }
            })
            .collect()
    }
}

fn healing(service: &Service, now: Now) -> Option<Healing> {
    let (actions, next_at, exhausted) = service.budget.summary()?;
    let in_ms = |at: Duration| u64::try_from(at.saturating_sub(now.mono).as_millis()).unwrap_or(0);
    Some(Healing {
        actions,
        exhausted,
        // To the second: the two clocks drift apart by a little.
        next_at: next_at.map(|at| (now.unix_ms + in_ms(at)) / 1000 * 1000),
    })
}

fn tunnel(service: &Service, current: bool) -> TunnelView {
    let (hostname, in_flight) = match service.report() {
        Some(Ok(Finding::Tunnel {
            hostname,
            in_flight,
            ..
        })) => (hostname, in_flight),
        _ => (None, None),
    };
    TunnelView {
        kind: service.tunnel_kind(),
        hostname,
        in_flight,
        current,
    }
}

/// Returns when the state began. A new diagnosis or text of the same state keeps the earlier time.
fn since(before: Option<(&State, u64)>, state: &State, now: Now) -> u64 {
    match before {
        Some((was, since)) if was.as_str() == state.as_str() => since,
        _ => now.unix_ms,
    }
}

/// Combines the states of several services: broken when one is, else waiting when one is; the first diagnosis counts.
fn combined<'a>(services: impl Iterator<Item = &'a Service>) -> (State, Vec<String>) {
    let mut observed = false;
    let mut worst = State::Ok;
    let mut waits_for = Vec::new();
    for service in services {
        observed = true;
        let name = &service.container.service;
        let of = |reason| Diagnosis::Of {
            service: name.clone(),
            reason: Box::new(reason),
        };
        let state = match service.state() {
            // A limited service works, with a warning.
            State::Ok | State::Limited(_) => continue,
            State::Waiting(reason) => State::Waiting(of(reason)),
            State::Broken(reason) => State::Broken(of(reason)),
        };
        waits_for.push(name.clone());
        if worst.is_ok() || (worst.as_str() == "waiting" && state.as_str() == "broken") {
            worst = state;
        }
    }
    if observed {
        (worst, waits_for)
    } else {
        (State::Waiting(Diagnosis::NotSeen), waits_for)
    }
}
