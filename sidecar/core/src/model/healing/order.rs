//! The order of starts: Compose's `depends_on`, the tunnel last, and containers that Compose did not start.

use super::super::service::Service;
use crate::Model;
use crate::container::{Condition, Container, Dependency, Health};
use crate::role::Role;

impl Model {
    /// Reports whether something that the service depends on has to start first.
    pub(super) fn is_blocked(&self, name: &str) -> bool {
        let Some(service) = self.services.get(name) else {
            return true;
        };
        let first = service.container.is_created();
        let missing = |needed: &Dependency| {
            let other = self.services.get(&needed.service);
            other.is_some_and(|other| !other.meets(needed.condition, first))
        };
        let tunnel = service.container.role == Role::Tunnel;
        service.container.depends_on.iter().any(missing)
            || (tunnel && !self.blocked_by().is_empty())
    }

    /// Detects that Compose exited early, and notes which services are awaited.
    ///
    /// Compose exits at the first container that it cannot start, and leaves the others created. That is the case from
    /// the first failed start until no created container is left.
    pub(in crate::model) fn note_compose(&mut self) {
        let mut containers = self.services.values().map(|service| &service.container);
        // The `gate` service exits with an error when a service is exhausted, and Compose exits with it.
        let exhausted = self
            .services
            .values()
            .any(|service| service.budget.exhausted().is_some());
        let any_failed = exhausted || containers.clone().any(Container::failed_to_start);
        let any_left = containers.any(Container::is_created);
        self.compose_gave_up = any_left && (self.compose_gave_up || any_failed);
        let awaited: Vec<String> = self
            .services
            .values()
            .flat_map(|service| &service.container.depends_on)
            .filter(|needed| needed.condition == Condition::Completed)
            .map(|needed| needed.service.clone())
            .collect();
        for (name, service) in &mut self.services {
            service.is_awaited = awaited.contains(name);
        }
    }

    /// Returns the latest start of its dependencies, Unix milliseconds, because it may have removed the cause of its exits.
    pub(super) fn dependency_started_at(&self, name: &str) -> u64 {
        let Some(service) = self.services.get(name) else {
            return 0;
        };
        let others = service.container.depends_on.iter();
        let others = others.filter_map(|other| self.services.get(&other.service));
        let running = others.filter(|other| other.container.is_running());
        let starts = running.map(|other| other.container.started_at);
        starts.max().unwrap_or(0)
    }
}

impl Service {
    /// Reports whether it meets the condition. `first`: before a first start, where Compose is stricter.
    fn meets(&self, condition: Condition, first: bool) -> bool {
        let up = !self.container.has_ended() && !self.container.is_created();
        match condition {
            Condition::Completed => self.is_done(),
            Condition::Healthy if first => {
                up && (self.container.health == Health::Healthy || self.state().works())
            }
            Condition::Started | Condition::Healthy => up || self.is_done(),
        }
    }
}
