//! The events of one project, and waiting for them.

use std::time::Duration;

use sidelink::docker::Api;
use sidelink_core::{Container, Event};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::containers::Project;

pub(super) struct EventSource {
    events: mpsc::Receiver<Event>,
}

impl EventSource {
    pub(super) fn follows(project: &Project) -> Self {
        let (sender, events) = mpsc::channel(64);
        tokio::spawn(api(project).follow(sender));
        Self { events }
    }

    /// Waits for the first matching event, and skips the others.
    pub(super) async fn sends<T>(&mut self, what: &str, matches: impl Fn(Event) -> Option<T>) -> T {
        let first = async {
            loop {
                let event = self.events.recv().await.expect("the source goes on");
                if let Some(found) = matches(event) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(30), first)
            .await
            .unwrap_or_else(|_| panic!("no event: {what}"))
    }

    pub(super) async fn lists(&mut self) -> Vec<Container> {
        self.sends("a list", |event| match event {
            Event::Connected { containers, .. } => Some(containers),
            _ => None,
        })
        .await
    }

    pub(super) async fn shows(
        &mut self,
        what: &str,
        matches: impl Fn(&Container) -> bool,
    ) -> Container {
        self.sends(what, |event| match event {
            Event::Container(container) if matches(&container) => Some(*container),
            _ => None,
        })
        .await
    }
}

/// Returns the Docker API, limited to the project.
pub(super) fn api(project: &Project) -> Api {
    Api {
        host: "unix:///var/run/docker.sock".to_owned(),
        project: Some(project.name.clone()),
    }
}
