//! Containers that stay unhealthy: Docker sends no event when only what their healthcheck prints changes.

use std::collections::BTreeMap;

use crate::model::{Container, Event, Health};

/// Each unhealthy container's id, with what its healthcheck printed last.
#[derive(Debug, Default)]
pub(super) struct Unhealthy(BTreeMap<String, String>);

impl Unhealthy {
    /// Takes in what the model is about to be told.
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::Connected { containers, .. } => containers.iter().for_each(|c| {
                self.is_news(c);
            }),
            Event::Container(container) => {
                self.is_news(container);
            }
            Event::Removed { id } => self.forget(id),
            _ => {}
        }
    }

    /// Takes in a newer reading: it is told only where it says something else. An end has an event of its own.
    pub(super) fn is_news(&mut self, container: &Container) -> bool {
        let known = self.0.get(&container.id);
        match &container.health {
            Health::Unhealthy { output } if container.is_running() => {
                let news = known != Some(output);
                self.0.insert(container.id.clone(), output.clone());
                news
            }
            _ => self.0.remove(&container.id).is_some() && container.is_running(),
        }
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Role, Run, TunnelKind};

    fn container(health: Health) -> Container {
        Container {
            id: "1".to_owned(),
            service: "livekit".to_owned(),
            role: Role::Livekit,
            port: None,
            health_path: None,
            page_path: None,
            mount: None,
            label_mistakes: Vec::new(),
            required: true,
            tunnel: TunnelKind::Quick,
            order: None,
            hostname: None,
            depends_on: Vec::new(),
            heal: false,
            stand_in: false,
            run: Run::Running,
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

    #[test]
    fn only_another_word_is_news() {
        let mut unhealthy = Unhealthy::default();
        unhealthy.note(&Event::Container(says("not_running")));
        assert_eq!(unhealthy.ids(), ["1"]);
        assert!(!unhealthy.is_news(&says("not_running")));
        assert!(unhealthy.is_news(&says("loopback4_only")));
        assert!(!unhealthy.is_news(&says("loopback4_only")));
    }

    #[test]
    fn what_is_healthy_again_is_told_once_and_read_no_more() {
        let mut unhealthy = Unhealthy::default();
        unhealthy.note(&Event::Container(says("not_running")));
        assert!(unhealthy.is_news(&container(Health::Healthy)));
        assert!(unhealthy.is_empty());
        assert!(!unhealthy.is_news(&container(Health::Healthy)));
    }

    #[test]
    fn an_end_is_left_to_its_own_event() {
        let mut unhealthy = Unhealthy::default();
        unhealthy.note(&Event::Container(says("not_running")));
        let ended = Container {
            run: Run::Restarting,
            ..says("not_running")
        };
        assert!(!unhealthy.is_news(&ended));
        assert!(unhealthy.is_empty());
    }
}
