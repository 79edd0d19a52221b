//! The visitors' route to the app's page, added to each job that requests the page.

use super::Model;
use super::service::Service;
use crate::{Address, Effect, GatewayRoute, Job, Page, Role, Target};

impl Model {
    /// Sets the gateway's upstream: `SIDELINK_APP`, usually `app:3000`.
    pub fn with_app(mut self, upstream: &Address) -> Self {
        self.upstream = upstream.clone();
        self
    }

    /// Returns the app behind the gateway: the only one, or of several the one in `SIDELINK_APP`.
    fn app_behind_gateway(&self) -> Option<&Service> {
        let app = |service: &&Service| service.container.role == Role::App;
        let mut apps = self.services.values().filter(app);
        let (first, more) = (apps.next()?, apps.next().is_some());
        if !more {
            return Some(first);
        }
        self.services.get(&self.upstream.host).filter(app)
    }

    /// Adds the visitors' route to each job that requests the app's page, and to a verification what the stack has.
    pub(super) fn complete_app_jobs(&self, effects: &mut [Effect]) {
        for effect in effects {
            match effect {
                Effect::Probe(Job {
                    key,
                    target: Target::App { route, .. },
                    ..
                }) => *route = self.route_to(key),
                Effect::Verify(job) => {
                    job.page = self.page();
                    job.media = self.has_bridge();
                }
                _ => {}
            }
        }
    }

    fn route_to(&self, service: &str) -> Option<GatewayRoute> {
        let is_behind = self.app_behind_gateway()?.container.service == service;
        let gateway = self.service_with(Role::Gateway)?;
        is_behind.then(|| GatewayRoute {
            gateway: gateway.container.address(),
            host: self.public_url.host().map(str::to_owned),
            services: self.names(),
        })
    }

    fn page(&self) -> Page {
        let Some(service) = self.app_behind_gateway() else {
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

    /// Probes the app at once when the public hostname has changed, because it may answer differently.
    pub(super) fn probe_renamed_app(&mut self, before: Option<&str>) -> Option<Job> {
        if self.public_url.host() == before {
            return None;
        }
        let name = self.app_behind_gateway()?.container.service.clone();
        let service = self.services.get_mut(&name)?;
        let is_free = service.container.is_running() && !service.probes.is_hurried();
        let target = service.target().filter(|_| is_free)?;
        Some(service.probes.now(&name, target))
    }
}
