//! The memory of one service's healing: actions in a row, and when the next one comes.

use std::time::Duration;

use crate::{Container, Now};

/// A run of this length ends the row.
const LASTED: Duration = Duration::from_secs(120);

/// What was done to bring one service back.
#[derive(Debug, Default)]
pub(in crate::model) struct RestartBudget {
    /// Since the latest run that lasted, or that somebody else began.
    actions: u32,
    /// Since when it has been in the present trouble.
    since: Option<Duration>,
    /// When the next act comes.
    next: Option<Duration>,
    /// Docker has been asked: what happens until the next run begins is our own doing.
    acting: bool,
    /// Since when nothing more is tried, Unix milliseconds.
    exhausted: Option<u64>,
}

impl RestartBudget {
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
        let exhausted = self.exhausted.is_some();
        (self.actions > 0 || exhausted).then_some((self.actions, self.next, exhausted))
    }

    /// Nothing more will be tried.
    pub(in crate::model) fn exhausted(&self) -> Option<u32> {
        self.exhausted.map(|_| self.actions)
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
        self.actions
    }

    /// From now on nothing is tried.
    pub(super) fn give_up(&mut self, now: Now) {
        self.exhausted = Some(now.unix_ms);
        self.next = None;
    }

    /// Something that it needs began to run at that time: if that was later, it is tried anew.
    pub(super) fn forgive(&mut self, began: u64) {
        if self.exhausted.is_some_and(|since| began > since) {
            *self = Self::default();
        }
    }

    /// It works, or somebody wants it as it is.
    pub(super) fn fine(&mut self, container: &Container, now: Now) {
        (self.since, self.next, self.exhausted) = (None, None, None);
        let ran_ms = now.unix_ms.saturating_sub(container.started_at);
        if container.is_running() && Duration::from_millis(ran_ms) > LASTED {
            self.actions = 0;
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
    pub(super) fn actions(&mut self) -> u32 {
        self.actions += 1;
        self.acting = true;
        (self.since, self.next) = (None, None);
        self.actions
    }
}
