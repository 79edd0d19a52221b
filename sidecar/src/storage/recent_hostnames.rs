//! The public names that this stack had in the last 24 h: pages that were opened under one of them may still be open.
//!
//! Kept in memory, so that whoever asks never waits for Redis; [`crate::storage::readiness`] brings in what was known before
//! the process started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// For so long a page may have been open, in milliseconds.
pub(crate) const LIFE_MS: u64 = 24 * 60 * 60 * 1000;
/// A new name every six minutes for a day; the oldest go first.
pub(crate) const MOST: usize = 256;

/// Cheap to clone; all clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Hostnames(Arc<watch::Sender<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// By name, when each was last seen to be the stack's: Unix milliseconds.
    observed: BTreeMap<String, u64>,
    /// What was known before the process started has come.
    loaded: bool,
    /// Of that, the latest.
    before: Option<String>,
}

impl Hostnames {
    /// It is the stack's name now.
    pub fn saw(&self, host: &str, unix_ms: u64) {
        self.0.send_modify(|known| known.saw(host, unix_ms));
    }

    /// It was, not longer than 24 h ago.
    pub fn had(&self, host: &str, unix_ms: u64) -> bool {
        let known = self.0.borrow();
        let observed = known.observed.get(host);
        observed.is_some_and(|at| unix_ms.saturating_sub(*at) < LIFE_MS)
    }

    /// What was known before the process started, each name with the time when it was last seen.
    pub fn load(&self, before: Vec<(String, u64)>) {
        self.0.send_modify(|known| {
            let latest = before.iter().max_by_key(|(_, at)| *at);
            known.before = latest.map(|(host, _)| host.clone());
            known.loaded = true;
            for (host, at) in &before {
                known.saw(host, *at);
            }
        });
    }

    /// The last name from before the process started; waits for `limit` until that is known.
    pub async fn before(&self, limit: Duration) -> Option<String> {
        let mut known = self.0.subscribe();
        let loaded = known.wait_for(|known| known.loaded);
        let loaded = timeout(limit, loaded).await.ok()?.ok()?;
        loaded.before.clone()
    }
}

impl Known {
    fn saw(&mut self, host: &str, unix_ms: u64) {
        let at = self.observed.entry(host.to_owned()).or_default();
        *at = unix_ms.max(*at);
        while self.observed.len() > MOST {
            let oldest = self.observed.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(host, _)| host.clone()) else {
                break;
            };
            self.observed.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_240_000_000;

    #[test]
    fn a_name_counts_for_24_hours_after_it_was_last_seen() {
        let hostnames = Hostnames::default();
        hostnames.saw("a.example", NOW);
        assert!(hostnames.had("a.example", NOW));
        assert!(!hostnames.had("b.example", NOW));
        assert!(hostnames.had("a.example", NOW + LIFE_MS - 1));
        assert!(!hostnames.had("a.example", NOW + LIFE_MS));
        hostnames.saw("a.example", NOW + 5);
        assert!(hostnames.had("a.example", NOW + LIFE_MS));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let hostnames = Hostnames::default();
        for at in 0..=MOST as u64 {
            hostnames.saw(&format!("{at}.example"), NOW + at);
        }
        assert!(!hostnames.had("0.example", NOW));
        assert!(hostnames.had("1.example", NOW));
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_name_of_before_is_waited_for_and_not_for_ever() {
        let hostnames = Hostnames::default();
        let second = Duration::from_secs(1);
        assert_eq!(hostnames.before(second).await, None);
        hostnames.saw("new.example", NOW);
        hostnames.load(vec![
            ("older.example".to_owned(), NOW - 20),
            ("old.example".to_owned(), NOW - 10),
        ]);
        let before = hostnames.before(second).await;
        assert_eq!(before.as_deref(), Some("old.example"));
        assert!(hostnames.had("older.example", NOW) && hostnames.had("new.example", NOW));
    }
}
