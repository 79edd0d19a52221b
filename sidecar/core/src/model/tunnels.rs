//! The choice between several tunnels.
//!
//! The first usable one in order of priority gives the public URL. One that works is kept, because its URL has been
//! shared. A permanent error or a used-up limit selects the next.

use std::collections::BTreeMap;
use std::time::Duration;

use super::service::Service;
use super::{Finding, Model, Now, ProbeResult};
use crate::activity::ActivityEvent;
use crate::diagnosis::Diagnosis;
use crate::role::{Role, TunnelKind};

/// Time for a preferred tunnel to start or reconnect while another one is usable: cloudflared reconnects within 20 s.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Time for a fault at the edge or in DNS to go away, which takes longer.
const OUTSIDE_TIMEOUT: Duration = Duration::from_secs(60);

/// Age at which a temporary refusal expires, so that the tunnel can be chosen again.
const MAX_REFUSAL_AGE: Duration = Duration::from_secs(5 * 60);

/// The chosen tunnel, and the refused ones.
#[derive(Debug, Default)]
pub(super) struct Tunnels {
    chosen: Option<String>,
    /// Since when another one is usable and the chosen one is not, by the monotonic clock.
    other_since: Option<Duration>,
    refused: BTreeMap<String, TunnelRefusal>,
}

/// Why a tunnel is not chosen: its provider refuses it, or it was lost outside.
#[derive(Debug)]
struct TunnelRefusal {
    /// The start of the tunnel's run in which that happened, Unix milliseconds.
    run: u64,
    why: Diagnosis,
    /// When it was observed, by the monotonic clock.
    at: Duration,
}

impl TunnelRefusal {
    fn lasts(&self) -> bool {
        self.why.is_permanent() || self.why.is_limit()
    }
}

impl Service {
    /// Reports whether it gives a public hostname: a tunnel's container, or the gateway of a tunnel outside the stack.
    pub(super) fn is_tunnel(&self) -> bool {
        self.container.role == Role::Tunnel || self.is_url()
    }

    fn is_url(&self) -> bool {
        self.container.role == Role::Gateway && self.container.hostname.is_some()
    }

    pub(super) fn tunnel_kind(&self) -> TunnelKind {
        if self.is_url() {
            TunnelKind::Url
        } else {
            self.container.tunnel
        }
    }

    /// Returns the state that the tunnel reports; `None` while it does not run.
    pub(super) fn report(&self) -> Option<ProbeResult> {
        if !self.is_url() {
            return self.probes.last().cloned();
        }
        Some(Ok(Finding::Tunnel {
            hostname: self.container.hostname.clone(),
            ready: self.state().works(),
            in_flight: None,
        }))
    }

    /// Returns the priority; the lowest is preferred.
    fn priority(&self) -> (u8, &str) {
        let usual = self.tunnel_kind().usual_order();
        (
            self.container.tunnel_priority.unwrap_or(usual),
            &self.container.service,
        )
    }

    fn can_be_used(&self) -> bool {
        matches!(
            self.report(),
            Some(Ok(Finding::Tunnel {
                hostname: Some(_),
                ready: true,
                ..
            }))
        )
    }
}

impl Model {
    /// Returns the tunnel that gives the public URL, or will give it.
    pub(super) fn tunnel(&self) -> Option<&Service> {
        self.services.get(self.tunnels.chosen.as_ref()?)
    }

    /// Returns why this tunnel is not chosen.
    pub(super) fn refusal(&self, service: &Service) -> Option<&Diagnosis> {
        let refusal = self.tunnels.refused.get(&service.container.service)?;
        (refusal.run == service.container.started_at).then_some(&refusal.why)
    }

    /// Chooses among all tunnels again.
    pub(super) fn choose_tunnel(&mut self, now: Now) {
        self.note_refusals(now);
        let (next, other_since) = self.next_tunnel(now);
        self.tunnels.other_since = other_since;
        if let Some(next) = next.filter(|next| self.tunnels.chosen.as_ref() != Some(next)) {
            self.switch_to(next, now);
        }
    }

    /// Returns the tunnel to choose, and since when another one is usable while it is not.
    fn next_tunnel(&self, now: Now) -> (Option<String>, Option<Duration>) {
        let all = self.services.values().filter(|service| service.is_tunnel());
        let mut candidates: Vec<&Service> = all.collect();
        candidates.sort_by_key(|service| service.priority());
        let hopeful = |service: &&Service| self.refusal(service).is_none() && !service.stop_asked;
        let usable = |service: &&Service| service.can_be_used() && hopeful(service);
        // A verified public URL is kept; before one is verified, the priority decides.
        let kept = self
            .tunnel()
            .filter(|_| self.public_url.verified().is_some());
        let preferred = kept.filter(hopeful);
        let preferred = preferred.or_else(|| candidates.iter().copied().find(hopeful));
        let usable = candidates.iter().copied().find(usable);
        let name = |service: &Service| Some(service.container.service.clone());
        match (preferred, usable) {
            (Some(preferred), Some(usable)) if !preferred.can_be_used() => {
                let since = self.tunnels.other_since.unwrap_or(now.mono);
                let waits = now.mono < since + RECONNECT_TIMEOUT;
                (name(if waits { preferred } else { usable }), Some(since))
            }
            (Some(preferred), _) => (name(preferred), None),
            (None, _) => {
                let any = self.tunnel().or(candidates.first().copied());
                (any.and_then(name), None)
            }
        }
    }

    fn switch_to(&mut self, to: String, now: Now) {
        let why = self.tunnel().and_then(|from| {
            let state = from.state();
            let why = self.refusal(from).or_else(|| state.reason())?;
            Some((from.container.service.clone(), why.clone()))
        });
        if let Some((from, why)) = why {
            let why = Box::new(why);
            let to = to.clone();
            self.activity.add(
                ActivityEvent::Announced(Diagnosis::MovedOn { from, to, why }),
                now,
            );
        }
        self.tunnels.chosen = Some(to);
    }

    /// Records permanent errors and used-up limits of tunnels, for their present run.
    fn note_refusals(&mut self, now: Now) {
        let counts = |why: &&Diagnosis| why.is_permanent() || why.is_limit();
        let of_url = self.refusal_of_public_url(now);
        let works = self.public_url.works();
        let expired = |refusal: &TunnelRefusal| now.mono >= refusal.at + MAX_REFUSAL_AGE;
        self.tunnels
            .refused
            .retain(|_, refusal| refusal.lasts() || !expired(refusal));
        for (name, service) in self.services.iter().filter(|(_, s)| s.is_tunnel()) {
            let current = self.tunnels.chosen.as_ref() == Some(name);
            let state = service.state();
            let own = state.reason().filter(counts).cloned();
            let of_url = of_url.clone().filter(|_| current);
            if let Some(why) = own.or(of_url) {
                let (run, at) = (service.container.started_at, now.mono);
                self.tunnels
                    .refused
                    .insert(name.clone(), TunnelRefusal { run, why, at });
            } else if current && works {
                self.tunnels.refused.remove(name);
            }
        }
    }

    /// Returns the fault of the public URL, where it is permanent or another tunnel does not have it.
    fn refusal_of_public_url(&self, now: Now) -> Option<Diagnosis> {
        let current = self.tunnels.chosen.as_ref();
        let mut others = self
            .services
            .iter()
            .filter(|(name, _)| current != Some(name));
        let other =
            others.any(|(_, s)| s.is_tunnel() && s.can_be_used() && self.refusal(s).is_none());
        let since = self.public_url.lost_outside_since();
        let lost = since.is_some_and(|since| now.mono >= since + OUTSIDE_TIMEOUT);
        let counts = |why: &&Diagnosis| why.is_permanent() || (other && (lost || why.is_limit()));
        self.public_url.fault().filter(counts).cloned()
    }
}
