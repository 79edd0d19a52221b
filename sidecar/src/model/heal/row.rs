//! The memory of one service's healing: acts in a row, and when the next one comes.

use std::time::Duration;

use crate::model::{Container, Now};

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
    /// Since when nothing more is tried, Unix milliseconds.
    gave_up: Option<u64>,
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
        let gave_up = self.gave_up.is_some();
        (self.acts > 0 || gave_up).then_some((self.acts, self.next, gave_up))
    }

    /// Nothing more will be tried.
    pub(in crate::model) fn gave_up(&self) -> Option<u32> {
        self.gave_up.map(|_| self.acts)
    }

    /// Somebody wants it started: a wish has no budget.
    pub(in crate::model) fn wanted() -> Self {
        Self {
            acting: true,
            ..Self::default()
        }
    }

    /// How often it was tried in a row.
    pub(super) fn row(&self) -> u32 {
        self.acts
    }

    /// From now on nothing is tried.
    pub(super) fn give_up(&mut self, now: Now) {
        self.gave_up = Some(now.unix_ms);
        self.next = None;
    }

    /// Something that it needs began to run at that time: if that was later, it is tried anew.
    pub(super) fn forgive(&mut self, began: u64) {
        if self.gave_up.is_some_and(|since| began > since) {
            *self = Self::default();
        }
    }

    /// It works, or somebody wants it as it is.
    pub(super) fn fine(&mut self, container: &Container, now: Now) {
        (self.since, self.next, self.gave_up) = (None, None, None);
        let ran_ms = now.unix_ms.saturating_sub(container.started_at);
        if container.is_running() && Duration::from_millis(ran_ms) > LASTED {
            self.acts = 0;
        }
    }

    /// When to act: after this time in the present trouble.
    pub(super) fn due(&mut self, wait: Duration, now: Now) -> Duration {
        let since = *self.since.get_or_insert(now.mono);
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
