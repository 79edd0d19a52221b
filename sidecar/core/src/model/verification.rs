//! The effect of events on the public URL's verification.

use super::service::Service;
use super::{Effect, Model, Now};
use crate::diagnosis::PublicUrlFault;
use crate::role::Role;

impl Model {
    /// Updates the public URL after an event: its hostname, and whether its verification is still valid.
    ///
    /// `before`: what worked on this machine before the event, and whether the bridge did.
    pub(super) fn update_public_url(
        &mut self,
        (before, bridge_before): &(Vec<(String, bool)>, Option<bool>),
        now: Now,
    ) {
        let jumped = self.latest.is_some_and(|latest| latest.jumped(now));
        self.latest = Some(now);
        if self.follow_tunnel(now) {
            return;
        }
        let local = self.local();
        if *before != local {
            let whole = local.iter().all(|(_, ok)| *ok);
            self.public_url
                .changed(whole.then_some(PublicUrlFault::Changed), now);
        } else if *bridge_before != self.bridge_works() {
            self.public_url.changed(None, now);
        }
        if jumped {
            self.public_url.resumed(now);
        } else {
            self.public_url.expire(now);
        }
    }

    /// Sends the verification that is due, and requests a tick for the next.
    pub(super) fn verify(&mut self, now: Now) -> Vec<Effect> {
        let job = self.public_url.dispatch(now).map(Effect::Verify);
        let wake = self.public_url.next_at().and_then(|at| self.wake(at, now));
        job.into_iter().chain(wake).collect()
    }

    /// Returns which of the required services work on this machine, Docker first.
    pub(super) fn local(&self) -> Vec<(String, bool)> {
        let docker = (String::new(), self.docker.is_ok());
        let current = self.tunnel().map(|tunnel| &tunnel.container.id);
        let counts = |s: &&Service| {
            let other_tunnel = s.container.role == Role::Tunnel && current != Some(&s.container.id);
            s.container.required && !other_tunnel
        };
        let required = self.services.values().filter(counts);
        let services = required.map(|s| (s.container.service.clone(), s.state().works()));
        std::iter::once(docker).chain(services).collect()
    }

    /// Updates the public URL from the chosen tunnel's report. Returns whether there is a new hostname to verify.
    fn follow_tunnel(&mut self, now: Now) -> bool {
        self.choose_tunnel(now);
        let tunnel = self.tunnel();
        let report = tunnel.and_then(Service::report);
        let metered = tunnel.is_some_and(|tunnel| tunnel.tunnel_kind().is_metered());
        self.public_url.follow(report.as_ref(), metered, now)
    }
}
