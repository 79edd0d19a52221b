//! What happens to the stack, as the public URL's verification sees it.

use super::service::Service;
use super::{Effect, Model, Now};
use crate::diagnosis::PublicUrlFault;
use crate::role::Role;

impl Model {
    /// What an event of any kind means for the public URL: its name, and whether its verification still counts.
    pub(super) fn renew(&mut self, before: &[(String, bool)], now: Now) {
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
        }
        if jumped {
            self.public_url.slept(now);
        } else {
            self.public_url.age(now);
        }
    }

    /// Sends the verification that is due, or asks to be called when one is.
    pub(super) fn verify(&mut self, now: Now) -> Vec<Effect> {
        let job = self.public_url.dispatch(now).map(Effect::Verify);
        let wake = self.public_url.next_at().and_then(|at| self.wake(at, now));
        job.into_iter().chain(wake).collect()
    }

    /// Which of the required services work here, Docker first.
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

    /// The public URL follows what the chosen tunnel says of itself. Returns whether there is a new name to verify.
    fn follow_tunnel(&mut self, now: Now) -> bool {
        self.choose_tunnel(now);
        let tunnel = self.tunnel();
        let account = tunnel.and_then(Service::account);
        let metered = tunnel.is_some_and(|tunnel| tunnel.tunnel_kind().is_metered());
        self.public_url.follow(account.as_ref(), metered, now)
    }
}
