//! The memory of one service's healing: acts in a row, and when the next one comes.

use std::time::Duration;

use crate::model::{Container, Now};
use crate::pace::Pace;

/// A run of this length ends the row.
const LASTED: Duration = Duration::from_secs(120);

/// What was done to bring one service back.
#[derive(Debug, Default)]
pub(in crate::model) struct Heal {
    /// Since the latest run that lasted, or that somebody else began.
    acts: u32,
    /// Since when it has been in the present trouble.
    since: Option<Duration>,
    /// When the next act comes.
    next: Option<Duration>,
    /// Docker has been asked: what happens until the next run begins is our own doing.
    acting: bool,
    gave_up: bool,
}

impl Heal {
    /// Docker is carrying out what we asked for.
    pub(in crate::model) fn is_acting(&self) -> bool {
        self.acting
    }

    /// Docker has carried out what it was asked for, which the new run will tell; or has refused.
    pub(in crate::model) fn acted(&mut self, done: bool) {
        self.acting &= done;
    }

    /// A new run begins: ours, or somebody else's, who has a fresh budget.
    pub(in crate::model) fn begins(&mut self) {
        if !std::mem::take(&mut self.acting) {
            *self = Self::default();
        }
        (self.since, self.next) = (None, None);
    }

    /// How often, once it was; with the next time by the monotonic clock, and whether that was all.
    pub(in crate::model) fn told(&self) -> Option<(u32, Option<Duration>, bool)> {
        (self.acts > 0 || self.gave_up).then_some((self.acts, self.next, self.gave_up))
    }

    /// Nothing more will be tried.
    pub(in crate::model) fn gave_up(&self) -> Option<u32> {
        self.gave_up.then_some(self.acts)
    }

    /// Somebody wants it started: a wish has no budget.
    pub(in crate::model) fn wanted() -> Self {
        Self {
            acting: true,
            ..Self::default()
        }
    }

    /// It was tried that often.
    pub(super) fn is_spent(&self, budget: u32) -> bool {
        self.acts >= budget
    }

    /// From now on nothing is tried.
    pub(super) fn give_up(&mut self) {
        self.gave_up = true;
        self.next = None;
    }

    /// It works, or somebody wants it as it is.
    pub(super) fn fine(&mut self, container: &Container, now: Now) {
        (self.since, self.next) = (None, None);
        let ran_ms = now.unix_ms.saturating_sub(container.started_at);
        if container.is_running() && Duration::from_millis(ran_ms) > LASTED {
            self.acts = 0;
        }
    }

    /// When to act. Waits grow with every act that did not last.
    pub(super) fn due(&mut self, patience: Duration, pace: Pace, now: Now) -> Duration {
        let since = *self.since.get_or_insert(now.mono);
        let wait = if self.acts == 0 {
            patience
        } else {
            patience.max(pace.after(self.acts))
        };
        let at = since + wait;
        self.next = Some(at);
        at
    }

    /// Docker is asked now; gives the number in the row.
    pub(super) fn acts(&mut self) -> u32 {
        self.acts += 1;
        self.acting = true;
        (self.since, self.next) = (None, None);
        self.acts
    }
}
