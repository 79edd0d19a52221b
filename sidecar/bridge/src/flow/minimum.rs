//! The least of what was measured lately.

use std::time::{Duration, Instant};

/// Age at which a figure begins to be forgotten: a phone changes its network.
const AGE: Duration = Duration::from_secs(10);

/// The minimum of the current period and the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minimum {
    since: Instant,
    current: Option<i64>,
    previous: Option<i64>,
}

impl Minimum {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            since: now,
            current: None,
            previous: None,
        }
    }

    /// Takes a figure. Returns by how much it is above the least.
    pub(crate) fn add(&mut self, figure: i64, now: Instant) -> i64 {
        if now.saturating_duration_since(self.since) > AGE {
            (self.since, self.previous, self.current) = (now, self.current, None);
        }
        self.current = Some(self.current.map_or(figure, |known| known.min(figure)));
        figure - self.get().unwrap_or(figure)
    }

    pub(crate) fn get(&self) -> Option<i64> {
        self.current.into_iter().chain(self.previous).min()
    }
}
