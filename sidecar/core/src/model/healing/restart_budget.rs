//! The restart budget of one service: actions in a row, and when the next one comes.

use std::time::Duration;

use crate::{Container, Now};

/// A run of this length resets the count.
const STABLE_RUN: Duration = Duration::from_secs(120);

/// The starts and restarts of one service.
#[derive(Debug, Default)]
pub(in crate::model) struct RestartBudget {
    /// Number of actions since the latest stable run, or the latest start by others.
    actions: u32,
    /// When the present outage began, by the monotonic clock.
    since: Option<Duration>,
    /// When the next action comes, by the monotonic clock.
    next_at: Option<Duration>,
    /// Docker is carrying out an action: changes until the next run are caused by Sidelink.
    acting: bool,
    /// When the budget was used up, Unix milliseconds.
    exhausted_at: Option<u64>,
}

impl RestartBudget {
    /// Reports whether Docker is carrying out an action.
    pub(in crate::model) fn is_acting(&self) -> bool {
        self.acting
    }

    /// Records that Docker completed an action, which a new run will confirm, or refused it.
    pub(in crate::model) fn action_ended(&mut self, done: bool) {
        self.acting &= done;
    }

    /// Records a new run. One that Sidelink did not start resets the budget.
    pub(in crate::model) fn on_new_run(&mut self) {
        if !std::mem::take(&mut self.acting) {
            *self = Self::default();
        }
        (self.since, self.next_at) = (None, None);
    }

    /// Returns the number of actions, the time of the next one by the monotonic clock, and whether the budget is
    /// used up; `None` before the first action.
    pub(in crate::model) fn summary(&self) -> Option<(u32, Option<Duration>, bool)> {
        let exhausted = self.exhausted_at.is_some();
        (self.actions > 0 || exhausted).then_some((self.actions, self.next_at, exhausted))
    }

    /// Returns the number of actions once the budget is used up.
    pub(in crate::model) fn exhausted(&self) -> Option<u32> {
        self.exhausted_at.map(|_| self.actions)
    }

    /// Returns a new budget with a requested action under way; it does not count.
    pub(in crate::model) fn requested() -> Self {
        Self {
            acting: true,
            ..Self::default()
        }
    }

    /// Returns the number of actions in a row.
    pub(super) fn actions(&self) -> u32 {
        self.actions
    }

    /// Marks the budget as used up.
    pub(super) fn exhaust(&mut self, now: Now) {
        self.exhausted_at = Some(now.unix_ms);
        self.next_at = None;
    }

    /// Resets a used-up budget when a dependency started later; `started_at` is Unix milliseconds.
    pub(super) fn on_dependency_start(&mut self, started_at: u64) {
        if self.exhausted_at.is_some_and(|at| started_at > at) {
            *self = Self::default();
        }
    }

    /// Records that it works or is left alone.
    pub(super) fn on_healthy(&mut self, container: &Container, now: Now) {
        (self.since, self.next_at, self.exhausted_at) = (None, None, None);
        let ran_ms = now.unix_ms.saturating_sub(container.started_at);
        if container.is_running() && Duration::from_millis(ran_ms) > STABLE_RUN {
            self.actions = 0;
        }
    }

    /// Schedules the next action: after this delay since the outage began.
    pub(super) fn next_at(&mut self, delay: Duration, now: Now) -> Duration {
        let since = *self.since.get_or_insert(now.mono);
        let at = since + delay;
        self.next_at = Some(at);
        at
    }

    /// Counts an action that is sent now, and returns its number.
    pub(super) fn count_action(&mut self) -> u32 {
        self.actions += 1;
        self.acting = true;
        (self.since, self.next_at) = (None, None);
        self.actions
    }
}
