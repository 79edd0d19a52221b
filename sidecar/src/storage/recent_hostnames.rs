//! The public names that this stack had in the last 24 h: pages that were opened under one of them may still be open.
//!
//! They are in memory, so that a request never waits for Redis. [`crate::storage::persistence`] loads those from before
//! the process started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Milliseconds for which a page may have been open.
pub(crate) const LIFE_MS: u64 = 24 * 60 * 60 * 1000;
/// A new name every six minutes for a day; the oldest are dropped first.
pub(crate) const MAX_HOSTNAMES: usize = 256;

/// The names of the last 24 h. Cheap to clone; all clones share one list.
#[derive(Clone, Debug, Default)]
pub struct RecentHostnames(Arc<watch::Sender<HostnameList>>);

#[derive(Debug, Default)]
struct HostnameList {
    /// Unix milliseconds at which each name was last the stack's.
    last_used: BTreeMap<String, u64>,
    /// Names from before the process started were loaded.
    loaded: bool,
    /// The latest of those.
    before: Option<String>,
}

impl RecentHostnames {
    /// Records that this is the stack's name now.
    pub fn record(&self, host: &str, unix_ms: u64) {
        self.0.send_modify(|list| list.record(host, unix_ms));
    }

    /// Reports whether this was the stack's name in the last 24 h.
    pub fn contains(&self, host: &str, unix_ms: u64) -> bool {
        let list = self.0.borrow();
        let last_used = list.last_used.get(host);
        last_used.is_some_and(|at| unix_ms.saturating_sub(*at) < LIFE_MS)
    }

    /// Adds names from before the process started, each with the Unix milliseconds at which it was last the stack's.
    pub fn load(&self, before: Vec<(String, u64)>) {
        self.0.send_modify(|list| {
            let latest = before.iter().max_by_key(|(_, at)| *at);
            list.before = latest.map(|(host, _)| host.clone());
            list.loaded = true;
            for (host, at) in &before {
                list.record(host, *at);
            }
        });
    }

    /// Returns the last name from before the process started. Waits at most `limit` until names were loaded.
    pub async fn before(&self, limit: Duration) -> Option<String> {
        let mut list = self.0.subscribe();
        let loaded = list.wait_for(|list| list.loaded);
        let loaded = timeout(limit, loaded).await.ok()?.ok()?;
        loaded.before.clone()
    }
}

impl HostnameList {
    fn record(&mut self, host: &str, unix_ms: u64) {
        let at = self.last_used.entry(host.to_owned()).or_default();
        *at = unix_ms.max(*at);
        while self.last_used.len() > MAX_HOSTNAMES {
            let oldest = self.last_used.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(host, _)| host.clone()) else {
                break;
            };
            self.last_used.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_240_000_000;

    #[test]
    fn a_name_expires_24_hours_after_its_last_use() {
        let hostnames = RecentHostnames::default();
        hostnames.record("a.example", NOW);
        assert!(hostnames.contains("a.example", NOW));
        assert!(!hostnames.contains("b.example", NOW));
        assert!(hostnames.contains("a.example", NOW + LIFE_MS - 1));
        assert!(!hostnames.contains("a.example", NOW + LIFE_MS));
        hostnames.record("a.example", NOW + 5);
        assert!(hostnames.contains("a.example", NOW + LIFE_MS));
    }

    #[test]
    fn the_oldest_names_are_dropped_when_there_are_too_many() {
        let hostnames = RecentHostnames::default();
        for at in 0..=MAX_HOSTNAMES as u64 {
            hostnames.record(&format!("{at}.example"), NOW + at);
        }
        assert!(!hostnames.contains("0.example", NOW));
        assert!(hostnames.contains("1.example", NOW));
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_name_from_before_is_awaited_for_a_limited_time() {
        let hostnames = RecentHostnames::default();
        let second = Duration::from_secs(1);
        assert_eq!(hostnames.before(second).await, None);
        hostnames.record("new.example", NOW);
        hostnames.load(vec![
            ("older.example".to_owned(), NOW - 20),
            ("old.example".to_owned(), NOW - 10),
        ]);
        let before = hostnames.before(second).await;
        assert_eq!(before.as_deref(), Some("old.example"));
        assert!(hostnames.contains("older.example", NOW) && hostnames.contains("new.example", NOW));
    }
}
