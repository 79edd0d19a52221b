//! How visitors come to the app's page, said in each job that asks for it.

use super::Model;
use super::service::Service;
use crate::{Address, Effect, Front, Job, Page, Role, Target};

impl Model {
    /// The same, with what the gateway passes visitors to: `SIDELINK_APP`, `app:3000` as a rule.
    pub fn with_app(mut self, upstream: &Address) -> Self {
        self.upstream = upstream.clone();
        self
    }

    /// The app behind the gateway: the only one, or of several the one that `SIDELINK_APP` names.
    fn fronted(&self) -> Option<&Service> {
        let app = |service: &&Service| service.container.role == Role::App;
        let mut apps = self.services.values().filter(app);
        let (first, more) = (apps.next()?, apps.next().is_some());
        if !more {
            return Some(first);
        }
        self.services.get(&self.upstream.host).filter(app)
    }

    /// Says how visitors come to the app, in each job that asks for its page.
    pub(super) fn address_pages(&self, effects: &mut [Effect]) {
        for effect in effects {
            match effect {
                Effect::Probe(Job {
                    key,
                    target: Target::App { front, .. },
                    ..
                }) => *front = self.front(key),
                Effect::Verify(job) => job.page = self.page(),
                _ => {}
            }
        }
    }

    fn front(&self, service: &str) -> Option<Front> {
        let fronted = self.fronted()?.container.service == service;
        let gateway = |service: &&Service| service.container.role == Role::Gateway;
        let gateway = self.services.values().find(gateway)?;
        fronted.then(|| Front {
            gateway: gateway.container.address(),
            host: self.public_url.host().map(str::to_owned),
            services: self.names(),
        })
    }

    fn page(&self) -> Page {
        let Some(service) = self.fronted() else {
            return Page::default();
        };
        let container = &service.container;
        Page {
            service: container.service.clone(),
            path: container
                .page_path
                .clone()
                .unwrap_or_else(|| "/".to_owned()),
            health: container.health_path.clone(),
            services: self.names(),
        }
    }

    fn names(&self) -> Vec<String> {
        self.services.keys().cloned().collect()
    }

    /// Under another name the app may answer otherwise: it is asked at once.
    pub(super) fn ask_the_app(&mut self, before: Option<&str>) -> Option<Job> {
        if self.public_url.host() == before {
            return None;
        }
        let name = self.fronted()?.container.service.clone();
        let service = self.services.get_mut(&name)?;
        let asks = service.container.is_running() && !service.probes.is_hurried();
        let target = service.target().filter(|_| asks)?;
        Some(service.probes.now(&name, target))
    }
}
