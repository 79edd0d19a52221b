//! What the model was told of each container last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use bollard::Docker;
use bollard::models::ContainerSummary;
use futures_util::future::join_all;

use super::reading::{Reading, Readings, Why, inspect};
use super::{convert, labelled};
use crate::runtime::clock::unix_ms;
use sidelink_core::{Container, Event, Health, Role, Run};

/// A list may be ahead of the events. An end that is older than this has none any more.
const UNHEARD: Duration = Duration::from_secs(5);

/// By Docker's id.
#[derive(Debug, Default)]
pub(super) struct Known {
    containers: BTreeMap<String, Container>,
    /// Docker told of its end, and did not answer when asked for more.
    unread_ends: BTreeSet<String>,
}

impl Known {
    /// Everything anew. A container that Docker does not answer for is shown as the list has it.
    pub(super) async fn list(&mut self, docker: &Docker, project: &str) -> Result<Vec<Container>> {
        let summaries = labelled(docker, project).await?;
        let containers = join_all(summaries.into_iter().map(|summary| one(docker, summary))).await;
        let containers: Vec<Container> = containers.into_iter().flatten().collect();
        self.containers = containers
            .iter()
            .map(|container| (container.id.clone(), container.clone()))
            .collect();
        self.unread_ends.clear();
        Ok(containers)
    }

    /// Compares with a new list: what is new or looks different is read, what is gone is told. An end that
    /// no event told of is told as after a gap, since what came before it was not heard either.
    pub(super) async fn relist(
        &mut self,
        docker: &Docker,
        project: &str,
        readings: &mut Readings,
    ) -> Result<Option<Event>> {
        let mut listed = Self::default();
        let containers = listed.list(docker, project).await?;
        let now = unix_ms();
        let unheard = containers.iter().any(|container| match container.run {
            Run::Exited { finished_at, .. } => {
                let before = self.containers.get(&container.id);
                let told = before.is_some_and(|before| before.run == container.run);
                let old = Duration::from_millis(now.saturating_sub(finished_at)) > UNHEARD;
                before.is_some() && !told && old
            }
            _ => false,
        });
        let gone = self
            .containers
            .keys()
            .any(|id| !listed.containers.contains_key(id));
        if unheard || gone {
            *self = listed;
            return Ok(Some(Event::Connected {
                containers,
                own_previous_end: None,
            }));
        }
        for container in containers {
            if self.containers.get(&container.id) != Some(&container) {
                readings.ask(docker, container.id, Why::Changed);
            }
        }
        Ok(None)
    }

    /// Takes in a reading; an event where it says something that the model does not know.
    pub(super) fn read(&mut self, reading: Reading) -> Option<Event> {
        let end_is_told = reading.why == Why::Ended || self.unread_ends.contains(&reading.id);
        let container = match reading.found {
            Ok(None) => {
                self.forget(&reading.id);
                return None;
            }
            // An inspection may be ahead of the events: an end is told when its own event is read, so that
            // the stop signal, which comes before it, is known by then.
            Ok(Some(container)) if container.has_ended() && !end_is_told => return None,
            Ok(Some(container)) => {
                self.unread_ends.remove(&reading.id);
                container
            }
            Err(_) => {
                let mut container = self.containers.get(&reading.id)?.clone();
                if end_is_told {
                    self.unread_ends.insert(reading.id.clone());
                }
                container.readable = false;
                container
            }
        };
        let told = self.containers.insert(reading.id, container.clone());
        (told.as_ref() != Some(&container)).then(|| Event::Container(Box::new(container)))
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.containers.remove(id);
        self.unread_ends.remove(id);
    }

    /// What `docker stop` sends it.
    pub(super) fn stop_signal(&self, id: &str) -> Option<u8> {
        self.containers
            .get(id)
            .map(|container| container.stop_signal)
    }

    /// Some are to be read again without an event.
    pub(super) fn has_doubtful(&self) -> bool {
        self.containers.values().any(is_doubtful)
    }

    pub(super) fn doubtful(&self) -> Vec<String> {
        let doubtful = self
            .containers
            .values()
            .filter(|container| is_doubtful(container));
        doubtful.map(|container| container.id.clone()).collect()
    }
}

fn is_doubtful(container: &Container) -> bool {
    let unhealthy = matches!(
        container.health,
        Health::Unhealthy { .. } | Health::CannotRun { .. }
    );
    // A first start that fails has no event of its own, and a healthcheck that passes with another word neither.
    let says_more = unhealthy || container.role == Role::HostIp;
    !container.readable || container.is_created() || (says_more && container.is_running())
}

async fn one(docker: &Docker, summary: ContainerSummary) -> Option<Container> {
    let id = summary.id.clone().unwrap_or_default();
    match inspect(docker, &id).await {
        Ok(container) => container,
        Err(_) => convert::listed(summary),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Unreadable;
    use super::*;
    use sidelink_core::TunnelKind;

    fn container(health: Health) -> Container {
        Container {
            id: "1".to_owned(),
            service: "livekit".to_owned(),
            role: Role::Livekit,
            port: None,
            health_path: None,
            page_path: None,
            mount: None,
            label_errors: Vec::new(),
            required: true,
            tunnel: TunnelKind::Quick,
            tunnel_priority: None,
            hostname: None,
            depends_on: Vec::new(),
            stop_signal: 28,
            finishes: false,
            patience: None,
            readable: true,
            autoheal: false,
            stand_in: false,
            run: Run::Running,
            recognized: None,
            health,
            started_at: 1,
            created_at: 1,
            restarts: 0,
        }
    }

    fn says(output: &str) -> Container {
        let output = output.to_owned();
        container(Health::Unhealthy { output })
    }

    fn read(
        known: &mut Known,
        why: Why,
        found: Result<Option<Container>, Unreadable>,
    ) -> Option<Container> {
        let id = "1".to_owned();
        match known.read(Reading { id, why, found })? {
            Event::Container(container) => Some(*container),
            other => panic!("{other:?}"),
        }
    }

    fn ended() -> Container {
        Container {
            run: Run::Exited {
                code: 0,
                out_of_memory: false,
                error: String::new(),
                finished_at: 2,
            },
            ..says("x")
        }
    }

    #[test]
    fn what_is_unhealthy_is_read_again_and_only_another_word_is_news() {
        let mut known = Known::default();
        assert!(read(&mut known, Why::Changed, Ok(Some(says("not_running")))).is_some());
        assert_eq!(known.doubtful(), ["1"]);
        assert_eq!(
            read(&mut known, Why::Doubt, Ok(Some(says("not_running")))),
            None
        );
        assert!(read(&mut known, Why::Doubt, Ok(Some(says("loopback4_only")))).is_some());
        assert!(read(&mut known, Why::Doubt, Ok(Some(container(Health::Healthy)))).is_some());
        assert!(!known.has_doubtful());
        assert_eq!(known.stop_signal("1"), Some(28));
    }

    #[test]
    fn the_watcher_of_host_ip_is_read_again_though_it_is_healthy() {
        let watcher = |health| Container {
            role: Role::HostIp,
            ..container(health)
        };
        let mut known = Known::default();
        let healthy = || Ok(Some(watcher(Health::Healthy)));
        assert!(read(&mut known, Why::Changed, healthy()).is_some());
        assert_eq!(known.doubtful(), ["1"]);
        assert_eq!(read(&mut known, Why::Doubt, healthy()), None);
        let warns = Container {
            recognized: Some(sidelink_core::Diagnosis::of_code("host_ip_wrong", "")),
            ..watcher(Health::Healthy)
        };
        assert!(read(&mut known, Why::Doubt, Ok(Some(warns))).is_some());
        assert_eq!(known.doubtful(), ["1"]);
    }

    #[test]
    fn an_end_is_left_to_its_own_event() {
        let mut known = Known::default();
        read(&mut known, Why::Changed, Ok(Some(says("x"))));
        assert_eq!(read(&mut known, Why::Changed, Ok(Some(ended()))), None);
        assert_eq!(
            read(&mut known, Why::Ended, Ok(Some(ended()))),
            Some(ended())
        );
        assert!(!known.has_doubtful(), "nothing of it changes any more");
    }

    #[test]
    fn a_first_start_that_fails_is_seen_without_an_event() {
        let created = |recognized| Container {
            run: Run::Created,
            recognized,
            ..container(Health::None)
        };
        let mut known = Known::default();
        read(&mut known, Why::Changed, Ok(Some(created(None))));
        assert_eq!(known.doubtful(), ["1"]);
        let failed = created(Some(sidelink_core::Diagnosis::of_code(
            "command_missing",
            "",
        )));
        let told = read(&mut known, Why::Doubt, Ok(Some(failed.clone())));
        assert_eq!(told, Some(failed));
    }

    #[test]
    fn one_that_cannot_be_read_is_told_once_and_asked_again() {
        let mut known = Known::default();
        read(
            &mut known,
            Why::Changed,
            Ok(Some(container(Health::Healthy))),
        );
        let told = read(&mut known, Why::Changed, Err(Unreadable)).expect("is told");
        assert!(!told.readable && told.is_running());
        assert_eq!(read(&mut known, Why::Doubt, Err(Unreadable)), None);
        assert_eq!(known.doubtful(), ["1"]);
        let again = read(&mut known, Why::Doubt, Ok(Some(container(Health::Healthy))));
        assert!(again.expect("is told").readable);
    }

    #[test]
    fn an_end_that_could_not_be_read_at_once_is_told_when_it_can() {
        let mut known = Known::default();
        read(&mut known, Why::Changed, Ok(Some(says("x"))));
        assert!(read(&mut known, Why::Ended, Err(Unreadable)).is_some());
        assert_eq!(read(&mut known, Why::Doubt, Err(Unreadable)), None);
        assert_eq!(
            read(&mut known, Why::Doubt, Ok(Some(ended()))),
            Some(ended())
        );
        assert!(!known.has_doubtful());
    }
}
