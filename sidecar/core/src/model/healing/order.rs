//! What comes before what: Compose's `depends_on`, the tunnel last, and what Compose left behind.

use super::super::service::Service;
use crate::Model;
use crate::container::{Condition, Container, Dependency, Health, Run};
use crate::role::Role;

impl Model {
    /// Something that it needs is to come up before it.
    pub(super) fn comes_later(&self, name: &str) -> bool {
        let Some(service) = self.services.get(name) else {
            return true;
        };
        let first = service.container.is_created();
        let missing = |needed: &Dependency| {
            let other = self.services.get(&needed.service);
            other.is_some_and(|other| !other.has_come_first(needed.condition, first))
        };
        let tunnel = service.container.role == Role::Tunnel;
        service.container.depends_on.iter().any(missing)
            || (tunnel && !self.blocked_by().is_empty())
    }

    /// Compose ends with the first container that cannot be started and leaves the others made and not
    /// started: that is known by one that has failed, and over when none is left.
    pub(in crate::model) fn note_compose(&mut self) {
        let mut created = self.services.values().map(|service| &service.container);
        // The gate ends with an error when something was given up, and Compose with it.
        let given_up = self
            .services
            .values()
            .any(|service| service.budget.exhausted().is_some());
        let any_failed = given_up || created.clone().any(Container::failed_to_start);
        let any_left = created.any(|container| container.run == Run::Created);
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

    /// The latest start of something that it needs: with that, the cause of its own ends may have gone.
    pub(super) fn dependency_began(&self, name: &str) -> u64 {
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
    /// As far as `condition` says; `first`: of a first start, for which Compose waits longer.
    fn has_come_first(&self, condition: Condition, first: bool) -> bool {
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
