//! The app's page: what is asked, through what, and how long an answer is waited for.

use std::time::Duration;

use super::container::{Address, Container};
use super::event::{Effect, Finding, Outcome, Target};
use super::role::Role;
use super::service::Service;
use super::{Job, Model};
use crate::reason::{AppFault, Reason};

/// The first question; an app that works answers within milliseconds.
const FIRST: Duration = Duration::from_secs(2);
/// A first compilation takes so long; beyond it no visitor waits.
const LONGEST: Duration = Duration::from_secs(30);
/// After it has answered once: a pause of its own, a burst of visitors.
const ANSWERED: Duration = Duration::from_secs(10);

/// The page that a visitor opens, and where the app says that it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The service that shows it.
    pub service: String,
    /// With its leading slash, perhaps with a query.
    pub path: String,
    /// Where the app says that it works, if a label gives that.
    pub health: Option<String>,
    /// The names of all services: no visitor can follow a redirect to one.
    pub services: Vec<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            service: "app".to_owned(),
            path: "/".to_owned(),
            health: None,
            services: Vec::new(),
        }
    }
}

/// The gateway in front of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Its port for tunnels.
    pub gateway: Address,
    /// The public name; `None` before there is one.
    pub host: Option<String>,
    /// The names of all services.
    pub services: Vec<String>,
}

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// This time.
    pub limit: Duration,
    /// It has answered before.
    pub answered: bool,
}

impl Patience {
    /// Grows while the app has never answered: slow is not broken.
    pub(super) fn after(last: Option<&Outcome>, answered: bool) -> Self {
        let limit = match last {
            Some(Ok(Finding::App { took })) => (2 * *took).clamp(ANSWERED, LONGEST),
            _ if answered => ANSWERED,
            Some(Err(Reason::App {
                fault: AppFault::Slow { next, .. },
                ..
            })) => *next,
            _ => FIRST,
        };
        Self { limit, answered }
    }

    /// The one that follows when this one was too short.
    pub fn next(self) -> Duration {
        (2 * self.limit).min(LONGEST)
    }
}

impl Container {
    /// What is asked to know whether the app works.
    pub(super) fn asked_path(&self) -> String {
        let path = self.health_path.as_ref().or(self.page_path.as_ref());
        path.map_or_else(|| "/".to_owned(), Clone::clone)
    }
}

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
                Effect::Prove(job) => job.page = self.page(),
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
        let asks = service.container.is_running() && !service.prober.is_hurried();
        let target = service.target().filter(|_| asks)?;
        Some(service.prober.now(&name, target))
    }
}
