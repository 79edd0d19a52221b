//! `docker compose up --scale app=2`, and back.

use std::time::Duration;

use super::stack::Stack;
use crate::*;

/// A stack with a second working container of the app.
struct Scaled {
    stack: Stack,
    second: Container,
}

impl Scaled {
    fn up() -> Self {
        let mut stack = Stack::ready();
        let mut second = stack.containers["app"].clone();
        second.id = "app-2".to_owned();
        second.created_at += 1_000;
        second.run = Run::Created;
        let mut scaled = Self { stack, second };
        scaled.reads_second();
        assert!(
            scaled.works(),
            "one about to start changes nothing: {:?}",
            scaled.state()
        );
        scaled.second.run = Run::Running;
        scaled.second.started_at = scaled.stack.now.unix_ms;
        scaled.reads_second();
        scaled.stack.works("app");
        stack = scaled.stack;
        stack.effects.clear();
        Self {
            stack,
            second: scaled.second,
        }
    }

    fn reads_second(&mut self) {
        self.stack
            .apply(Event::Container(Box::new(self.second.clone())));
    }

    fn asked_to_stop(&mut self, id: &str) {
        let at = self.stack.now.unix_ms;
        self.stack.apply(Event::StopAsked {
            id: id.to_owned(),
            at,
        });
    }

    /// Returns the first container's id.
    fn first(&self) -> String {
        self.stack.containers["app"].id.clone()
    }

    /// Stops the first or the second one, and returns its id.
    fn one_stops(&mut self, first: bool, code: i64) -> String {
        let id = if first {
            self.first()
        } else {
            self.second.id.clone()
        };
        self.asked_to_stop(&id);
        if first {
            self.stack.ends("app", code);
        } else {
            self.second_ends(code);
        }
        id
    }

    fn second_ends(&mut self, code: i64) {
        self.second.run = ended(code, self.stack.now.unix_ms);
        self.reads_second();
    }

    fn state(&self) -> State {
        let services = &self.stack.snapshot.services;
        services
            .iter()
            .find(|service| service.name == "app")
            .expect("is there")
            .state
            .clone()
    }

    fn works(&self) -> bool {
        self.state().is_ok()
    }

    /// Returns the actions of the next minutes.
    fn actions(&mut self) -> Vec<String> {
        for _ in 0..30 {
            self.stack.passes(Duration::from_secs(10));
        }
        let actions = self
            .stack
            .effects
            .iter()
            .filter(|effect| !matches!(effect, Effect::Probe(_) | Effect::Verify(_)));
        actions
            .map(|effect| format!("{effect:?}"))
            .filter(|effect| effect.contains("app"))
            .collect()
    }
}

fn ended(code: i64, finished_at: u64) -> Run {
    Run::Exited {
        code,
        out_of_memory: false,
        error: String::new(),
        finished_at,
    }
}

#[test]
fn a_stopped_replica_of_two_is_neither_broken_nor_healed() {
    for first in [true, false] {
        let mut scaled = Scaled::up();
        scaled.one_stops(first, 143);
        scaled.stack.works("app");
        assert!(scaled.works(), "{first}: {:?}", scaled.state());
        assert_eq!(scaled.actions(), [""; 0], "{first}");
    }
}

#[test]
fn after_scaling_back_the_other_one_represents_the_service() {
    for first in [true, false] {
        let mut scaled = Scaled::up();
        let id = scaled.one_stops(first, 0);
        scaled.stack.apply(Event::Removed { id });
        scaled.stack.works("app");
        assert!(scaled.works(), "{first}: {:?}", scaled.state());
        assert_eq!(scaled.actions(), [""; 0], "{first}");
    }
}

#[test]
fn both_manually_stopped_stay_stopped_in_either_order() {
    for first in [true, false] {
        let mut scaled = Scaled::up();
        let first_id = scaled.first();
        scaled.asked_to_stop(&first_id);
        scaled.asked_to_stop("app-2");
        if first {
            scaled.stack.ends("app", 143);
            scaled.second_ends(143);
        } else {
            scaled.second_ends(143);
            scaled.stack.ends("app", 143);
        }
        assert_eq!(
            scaled.state(),
            State::Broken(Diagnosis::StoppedByHand),
            "{first}"
        );
        assert_eq!(scaled.actions(), [""; 0], "{first}");
    }
}

#[test]
fn the_last_killed_replica_is_restarted() {
    let mut scaled = Scaled::up();
    scaled.asked_to_stop("app-2");
    scaled.second_ends(143);
    scaled.stack.passes(Duration::from_secs(60));
    scaled.stack.ends("app", 137);
    assert!(!scaled.works());
    assert_ne!(scaled.actions(), [""; 0]);
}

#[test]
fn a_container_removed_during_a_gap_of_the_events_is_removed() {
    let mut scaled = Scaled::up();
    scaled.stack.docker_connects(); // it lists the first one only
    scaled.stack.works("app");
    assert!(scaled.works(), "{:?}", scaled.state());
    let id = scaled.first();
    scaled.stack.apply(Event::Removed { id });
    let services = &scaled.stack.snapshot.services;
    assert!(
        services.iter().all(|service| service.name != "app"),
        "no one is left"
    );
}
