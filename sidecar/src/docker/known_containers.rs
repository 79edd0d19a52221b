//! The last state of each container that was sent to the model.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use bollard::Docker;
use bollard::models::ContainerSummary;
use futures_util::future::join_all;

use super::inspections::{InspectionResult, Inspections, ReadReason, inspect};
use super::{convert, labelled};
use crate::runtime::clock::unix_ms;
use sidelink_core::{Container, Event, Health, Role, Run};

/// A list may be ahead of the events. The event of an end that is older than this has been lost.
const EVENT_DELAY: Duration = Duration::from_secs(5);

/// The containers, by Docker's id.
#[derive(Debug, Default)]
pub(super) struct KnownContainers {
    containers: BTreeMap<String, Container>,
    /// Containers whose end an event reported, and that could not be inspected since.
    unread_ends: BTreeSet<String>,
}

impl KnownContainers {
    /// Lists all containers anew. Falls back to the list's entry where an inspection fails.
    pub(super) async fn list(&mut self, docker: &Docker, project: &str) -> Result<Vec<Container>> {
        let summaries = labelled(docker, project).await?;
        let containers = join_all(
            summaries
                .into_iter()
                .map(|summary| inspect_listed(docker, summary)),
        )
        .await;
        let containers: Vec<Container> = containers.into_iter().flatten().collect();
        self.containers = containers
            .iter()
            .map(|container| (container.id.clone(), container.clone()))
            .collect();
        self.unread_ends.clear();
        Ok(containers)
    }

    /// Compares with a new list, and inspects what is new or different. Returns the whole list, as after a reconnect,
    /// where a removal or an end has had no event, because earlier events may be lost too.
    pub(super) async fn relist(
        &mut self,
        docker: &Docker,
        project: &str,
        inspections: &mut Inspections,
    ) -> Result<Option<Event>> {
        let mut listed = Self::default();
        let containers = listed.list(docker, project).await?;
        let now = unix_ms();
        let has_unreported_end = containers.iter().any(|container| match container.run {
            Run::Exited { finished_at, .. } => {
                let known = self.containers.get(&container.id);
                let differs = known.is_some_and(|known| known.run != container.run);
                let age = Duration::from_millis(now.saturating_sub(finished_at));
                differs && age > EVENT_DELAY
            }
            _ => false,
        });
        let has_removed = self
            .containers
            .keys()
            .any(|id| !listed.containers.contains_key(id));
        if has_unreported_end || has_removed {
            *self = listed;
            return Ok(Some(Event::Connected {
                containers,
                own_previous_end: None,
            }));
        }
        for container in containers {
            if self.containers.get(&container.id) != Some(&container) {
                inspections.request(docker, container.id, ReadReason::Changed);
            }
        }
        Ok(None)
    }

    /// Stores an inspection's result; returns an event where it differs from what the model knows.
    pub(super) fn update(&mut self, result: InspectionResult) -> Option<Event> {
        let id = result.id;
        let end_is_reported = result.reason == ReadReason::Ended || self.unread_ends.contains(&id);
        let container = match result.container {
            Ok(None) => {
                self.forget(&id);
                return None;
            }
            // An inspection may be ahead of the events. An end waits for its own event, so that the stop signal,
            // which comes before it, is known by then.
            Ok(Some(container)) if container.has_ended() && !end_is_reported => return None,
            Ok(Some(container)) => {
                self.unread_ends.remove(&id);
                container
            }
            Err(_) => {
                let mut container = self.containers.get(&id)?.clone();
                if end_is_reported {
                    self.unread_ends.insert(id.clone());
                }
                container.readable = false;
                container
            }
        };
        let earlier = self.containers.insert(id, container.clone());
        (earlier.as_ref() != Some(&container)).then(|| Event::Container(Box::new(container)))
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.containers.remove(id);
        self.unread_ends.remove(id);
    }

    /// Returns the signal that `docker stop` sends to the container.
    pub(super) fn stop_signal(&self, id: &str) -> Option<u8> {
        self.containers
            .get(id)
            .map(|container| container.stop_signal)
    }

    /// Returns whether a container changes without an event.
    pub(super) fn needs_reread(&self) -> bool {
        self.containers.values().any(needs_reread)
    }

    pub(super) fn ids_to_reread(&self) -> Vec<String> {
        let containers = self.containers.values();
        let to_reread = containers.filter(|container| needs_reread(container));
        to_reread.map(|container| container.id.clone()).collect()
    }
}

fn needs_reread(container: &Container) -> bool {
    let unhealthy = matches!(
        container.health,
        Health::Unhealthy { .. } | Health::CannotRun { .. }
    );
    // Neither a first start that fails nor a passing healthcheck with another output has an event.
    let output_changes = unhealthy || container.role == Role::HostIp;
    !container.readable || container.is_created() || (output_changes && container.is_running())
}

async fn inspect_listed(docker: &Docker, summary: ContainerSummary) -> Option<Container> {
    let id = summary.id.clone().unwrap_or_default();
    match inspect(docker, &id).await {
        Ok(container) => container,
        Err(_) => convert::listed(summary),
    }
}
