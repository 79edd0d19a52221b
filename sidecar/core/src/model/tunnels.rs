//! Which of several tunnels gives the link.
//!
//! The first that can be used, in a stated order. One that works is kept, whatever comes up beside it:
//! its link has been handed out. A permanent error or a used-up limit moves on to the next.

use std::collections::BTreeMap;
use std::time::Duration;

use super::service::Service;
use super::{Finding, Model, Now, ProbeResult};
use crate::activity::ActivityEvent;
use crate::diagnosis::Diagnosis;
use crate::role::{Role, TunnelKind};

/// A preferred tunnel that comes up or reconnects is waited for, while another one could be used:
/// cloudflared reconnects within 20 s of a lost connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// The edge does not know the name, or resolvers do not: that takes longer to come right.
const PATIENCE_OUTSIDE: Duration = Duration::from_secs(60);

/// What was lost for a while may have come right by then, and is tried again where another is lost too.
const FORGOTTEN: Duration = Duration::from_secs(5 * 60);

/// What is remembered of the choice.
#[derive(Debug, Default)]
pub(super) struct Tunnels {
    chosen: Option<String>,
    /// Since when another could be used, and the chosen one could not.
    other_since: Option<Duration>,
    refused: BTreeMap<String, Refusal>,
}

/// A tunnel whose provider refuses for good or for long, or which was lost outside.
#[derive(Debug)]
struct Refusal {
    /// The tunnel's run in which it did, Unix milliseconds.
    run: u64,
    why: Diagnosis,
    at: Duration,
}

impl Refusal {
    fn lasts(&self) -> bool {
        self.why.is_permanent() || self.why.is_limit()
    }
}

impl Service {
    /// It gives a public name: a tunnel's container, or the gateway where somebody runs the tunnel himself.
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

    /// The tunnel's account of itself; `None` while it does not run.
    pub(super) fn account(&self) -> Option<ProbeResult> {
        if !self.is_url() {
            return self.probes.last().cloned();
        }
        Some(Ok(Finding::Tunnel {
            hostname: self.container.hostname.clone(),
            ready: self.state().works(),
            in_flight: None,
        }))
    }

    /// The lowest is preferred.
    fn place(&self) -> (u8, &str) {
        let usual = self.tunnel_kind().usual_order();
        (
            self.container.tunnel_priority.unwrap_or(usual),
            &self.container.service,
        )
    }

    fn can_be_used(&self) -> bool {
        matches!(
            self.account(),
            Some(Ok(Finding::Tunnel {
                hostname: Some(_),
                ready: true,
                ..
            }))
        )
    }
}

impl Model {
    /// The tunnel that gives the link, or is to.
    pub(super) fn tunnel(&self) -> Option<&Service> {
        self.services.get(self.tunnels.chosen.as_ref()?)
    }

    /// Why the link does not come from this one any more, or never did.
    pub(super) fn refusal(&self, service: &Service) -> Option<&Diagnosis> {
        let refusal = self.tunnels.refused.get(&service.container.service)?;
        (refusal.run == service.container.started_at).then_some(&refusal.why)
    }

    /// Looks at all of them again.
    pub(super) fn choose_tunnel(&mut self, now: Now) {
        self.note_refusals(now);
        let (next, other_since) = self.next_tunnel(now);
        self.tunnels.other_since = other_since;
        if let Some(next) = next.filter(|next| self.tunnels.chosen.as_ref() != Some(next)) {
            self.move_to(next, now);
        }
    }

    /// The one that is to give the link; and since when another could be used while it could not.
    fn next_tunnel(&self, now: Now) -> (Option<String>, Option<Duration>) {
        let all = self.services.values().filter(|service| service.is_tunnel());
        let mut candidates: Vec<&Service> = all.collect();
        candidates.sort_by_key(|service| service.place());
        let hopeful = |service: &&Service| self.refusal(service).is_none() && !service.stop_asked;
        let usable = |service: &&Service| service.can_be_used() && hopeful(service);
        // A link that was handed out is kept; before, the stated order decides.
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
                let waits = now.mono < since + PATIENCE;
                (name(if waits { preferred } else { usable }), Some(since))
            }
            (Some(preferred), _) => (name(preferred), None),
            (None, _) => {
                let any = self.tunnel().or(candidates.first().copied());
                (any.and_then(name), None)
            }
        }
    }

    fn move_to(&mut self, to: String, now: Now) {
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

    /// What a tunnel or its edge says for good, or for long, is remembered for this run of it.
    fn note_refusals(&mut self, now: Now) {
        let counts = |why: &&Diagnosis| why.is_permanent() || why.is_limit();
        let of_link = self.refusal_of_the_link(now);
        let works = self.public_url.works();
        let forgotten = |refusal: &Refusal| now.mono >= refusal.at + FORGOTTEN;
        self.tunnels
            .refused
            .retain(|_, refusal| refusal.lasts() || !forgotten(refusal));
        for (name, service) in self.services.iter().filter(|(_, s)| s.is_tunnel()) {
            let current = self.tunnels.chosen.as_ref() == Some(name);
            let state = service.state();
            let own = state.reason().filter(counts).cloned();
            let of_link = of_link.clone().filter(|_| current);
            if let Some(why) = own.or(of_link) {
                let (run, at) = (service.container.started_at, now.mono);
                self.tunnels
                    .refused
                    .insert(name.clone(), Refusal { run, why, at });
            } else if current && works {
                self.tunnels.refused.remove(name);
            }
        }
    }

    /// What the proofs find wrong, where it is for good, or where another tunnel does not have it.
    fn refusal_of_the_link(&self, now: Now) -> Option<Diagnosis> {
        let current = self.tunnels.chosen.as_ref();
        let mut others = self
            .services
            .iter()
            .filter(|(name, _)| current != Some(name));
        let other =
            others.any(|(_, s)| s.is_tunnel() && s.can_be_used() && self.refusal(s).is_none());
        let since = self.public_url.lost_outside_since();
        let lost = since.is_some_and(|since| now.mono >= since + PATIENCE_OUTSIDE);
        let counts = |why: &&Diagnosis| why.is_permanent() || (other && (lost || why.is_limit()));
        self.public_url.trouble().filter(counts).cloned()
    }
}
