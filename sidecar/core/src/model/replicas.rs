//! Several containers of one service (`docker compose up --scale app=2`). One of them represents the service.
//!
//! The gateway reaches them all under the service's name, so the service works while one of them does.

use std::collections::BTreeMap;

use super::healing;
use super::service::Service;
use super::{Job, Model};
use crate::container::{Container, Run};

/// A container that does not represent its service.
#[derive(Debug)]
struct Spare {
    container: Container,
    /// It was sent a stop signal, so its exit is intentional.
    stop_asked: bool,
}

/// The containers that do not represent their service, by id.
#[derive(Debug, Default)]
pub(super) struct Replicas(BTreeMap<String, Spare>);

/// Returns the rank: a running container before one that is about to start, that before an ended one; then the latest.
fn rank(container: &Container) -> (u8, u64, &str) {
    let (state, at) = match &container.run {
        Run::Running => (2, container.created_at),
        Run::Exited { finished_at, .. } => (0, *finished_at),
        _ => (1, container.created_at),
    };
    (state, at, &container.id)
}

impl Replicas {
    fn best_of(&mut self, service: &str) -> Option<Spare> {
        let of_service = self
            .0
            .values()
            .filter(|spare| spare.container.service == service);
        let best = of_service
            .max_by_key(|spare| rank(&spare.container))?
            .container
            .id
            .clone();
        self.0.remove(&best)
    }

    fn keep(&mut self, container: Container, stop_asked: bool) {
        self.0.insert(
            container.id.clone(),
            Spare {
                container,
                stop_asked,
            },
        );
    }

    /// Records a newer reading of one of them.
    fn read(&mut self, container: Container) {
        let known = self.0.remove(&container.id);
        let same_run = known.filter(|known| known.container.started_at == container.started_at);
        self.keep(container, same_run.is_some_and(|known| known.stop_asked));
    }

    fn was_stopped(&mut self, id: &str) {
        if let Some(spare) = self.0.get_mut(id) {
            spare.stop_asked = true;
        }
    }

    /// Records that one of them was sent a stop signal.
    pub(super) fn stop_asked(&mut self, id: &str, at: u64) {
        if let Some(spare) = self.0.get_mut(id) {
            // A signal from before the present run is an echo.
            spare.stop_asked |= at >= spare.container.started_at;
        }
    }
}

impl Model {
    /// Records a reading of a container, which represents its service or is a replica.
    pub(super) fn container(
        &mut self,
        container: Container,
        own_previous_end: Option<u64>,
    ) -> Option<Job> {
        let name = container.service.clone();
        let Some(known) = self.services.get_mut(&name) else {
            let by_hand = healing::was_stopped_by_hand(&container, own_previous_end);
            let service = Service::new(container.clone(), by_hand);
            return self
                .services
                .entry(name)
                .or_insert(service)
                .update(container);
        };
        if known.container.id != container.id {
            self.replicas.read(container);
            return self.promote_best(&name);
        }
        let job = known.update(container);
        self.promote_best(&name).or(job)
    }

    /// Records a reading after events were lost: an exit that looks like a stop counts as one.
    pub(super) fn container_after_a_gap(
        &mut self,
        container: Container,
        own_previous_end: Option<u64>,
    ) -> Option<Job> {
        let (id, name) = (container.id.clone(), container.service.clone());
        let known = self.services.get(&name);
        let ran = known.is_some_and(|known| {
            let same = known.container.id == id;
            same && known.container.run != container.run
                && !known.budget.is_acting()
                && !known.suspended
        });
        let stopped = ran && healing::ended_as_if_stopped(&container);
        let job = self.container(container, own_previous_end);
        if stopped {
            match self.services.get_mut(&name) {
                Some(service) if service.container.id == id => service.stop_asked = true,
                _ => self.replicas.was_stopped(&id),
            }
        }
        job
    }

    /// Removes a container, and its service where it was the last one.
    pub(super) fn removed(&mut self, id: &str) -> Option<Job> {
        self.replicas.0.remove(id);
        let name = self
            .services
            .values()
            .find(|service| service.container.id == id);
        let name = name.map(|service| service.container.service.clone())?;
        match self.replicas.best_of(&name) {
            Some(next) => self.promote(&name, next),
            None => {
                self.services.remove(&name);
                None
            }
        }
    }

    /// Removes the containers that a new list does not have.
    pub(super) fn retain(&mut self, listed: &[Container]) -> Vec<Job> {
        let primary = self.services.values().map(|service| &service.container.id);
        let known = primary.chain(self.replicas.0.keys());
        let gone: Vec<_> = known
            .filter(|id| !listed.iter().any(|c| c.id == **id))
            .cloned()
            .collect();
        gone.iter().filter_map(|id| self.removed(id)).collect()
    }

    fn promote_best(&mut self, name: &str) -> Option<Job> {
        let best = self.replicas.best_of(name)?;
        let known = self.services.get(name)?;
        if rank(&best.container) <= rank(&known.container) {
            self.replicas.keep(best.container, best.stop_asked);
            return None;
        }
        self.replicas
            .keep(known.container.clone(), known.stop_asked);
        self.promote(name, best)
    }

    fn promote(&mut self, name: &str, next: Spare) -> Option<Job> {
        let service = self.services.get_mut(name)?;
        let job = service.update(next.container);
        service.stop_asked = next.stop_asked;
        job
    }
}
