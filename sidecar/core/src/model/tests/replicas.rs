//! `docker compose up --scale app=2`, and back.

use std::time::Duration;

use super::stack::Stack;
use crate::*;

/// A stack with a second container of the app, which works too.
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
        scaled.tells();
        assert!(
            scaled.works(),
            "one about to start changes nothing: {:?}",
            scaled.state()
        );
        scaled.second.run = Run::Running;
        scaled.second.started_at = scaled.stack.now.unix_ms;
        scaled.tells();
        scaled.stack.works("app");
        stack = scaled.stack;
        stack.effects.clear();
        Self {
            stack,
            second: scaled.second,
        }
    }

    fn tells(&mut self) {
        self.stack
            .tell(Event::Container(Box::new(self.second.clone())));
    }

    fn asked_to_stop(&mut self, id: &str) {
        let at = self.stack.now.unix_ms;
        self.stack.tell(Event::StopAsked {
            id: id.to_owned(),
            at,
        });
    }

    /// The first container's id.
    fn first(&self) -> String {
        self.stack.containers["app"].id.clone()
    }

    /// The first one or the second is asked to stop and ends so; its id.
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
        self.tells();
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

    /// What was done to containers in the next minutes.
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
fn one_of_two_that_is_stopped_is_neither_broken_nor_healed() {
    for first in [true, false] {
        let mut scaled = Scaled::up();
        scaled.one_stops(first, 143);
        scaled.stack.works("app");
        assert!(scaled.works(), "{first}: {:?}", scaled.state());
        assert_eq!(scaled.actions(), [""; 0], "{first}");
    }
}

#[test]
fn scaled_back_the_other_one_stands_for_the_service() {
    for first in [true, false] {
        let mut scaled = Scaled::up();
        let id = scaled.one_stops(first, 0);
        scaled.stack.tell(Event::Removed { id });
        scaled.stack.works("app");
        assert!(scaled.works(), "{first}: {:?}", scaled.state());
        assert_eq!(scaled.actions(), [""; 0], "{first}");
    }
}

#[test]
fn both_stopped_by_hand_stay_so_in_either_order() {
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
fn the_last_one_that_is_killed_is_brought_back() {
    let mut scaled = Scaled::up();
    scaled.asked_to_stop("app-2");
    scaled.second_ends(143);
    scaled.stack.passes(Duration::from_secs(60));
    scaled.stack.ends("app", 137);
    assert!(!scaled.works());
    assert_ne!(scaled.actions(), [""; 0]);
}

#[test]
fn gone_in_a_gap_of_the_events_is_gone() {
    let mut scaled = Scaled::up();
    scaled.stack.docker_connects(); // it lists the first one only
    scaled.stack.works("app");
    assert!(scaled.works(), "{:?}", scaled.state());
    let id = scaled.first();
    scaled.stack.tell(Event::Removed { id });
    let services = &scaled.stack.snapshot.services;
    assert!(
        services.iter().all(|service| service.name != "app"),
        "no one is left"
    );
}
