//! Rate-limit accounts of the latest keys, in bounded memory (GCRA).

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// A burst, and one more after each interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    burst: u32,
    each: Duration,
}

impl Rate {
    pub(crate) const fn new(burst: u32, each: Duration) -> Self {
        Self { burst, each }
    }
}

/// The rate is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Time until the next request is admitted.
    pub retry_after: Duration,
}

/// The latest keys with a value each, in two generations: a full newer one becomes the older, whose keys are forgotten.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
    max: usize,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Returns an empty map of at most `max` keys; it always has the latest half of them.
    pub(crate) fn of(max: usize) -> Self {
        let (newer, older) = (HashMap::new(), HashMap::new());
        Self { newer, older, max }
    }

    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.newer.get(key).or_else(|| self.older.get(key))
    }

    pub(crate) fn has<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Returns all keys with their values, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let older = self.older.iter();
        let older = older.filter(|(key, _)| !self.newer.contains_key(key));
        self.newer.iter().chain(older)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.newer.len() >= self.max / 2 && !self.newer.contains_key(&key) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, value);
    }

    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.newer.remove(key);
        self.older.remove(key);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

/// Accounts: the time at which each is full again, by the monotonic clock.
impl<K: Eq + Hash> Recent<K, Duration> {
    /// Returns the account after one more request.
    pub(crate) fn check(&self, key: &K, rate: Rate, now: Duration) -> Result<Duration, TooMany> {
        let full_at = self.get(key).copied().unwrap_or_default();
        let after = full_at.max(now) + rate.each;
        match after.checked_sub(now + rate.each * rate.burst) {
            None | Some(Duration::ZERO) => Ok(after),
            Some(retry_after) => Err(TooMany { retry_after }),
        }
    }

    pub(crate) fn take(&mut self, key: K, rate: Rate, now: Duration) -> Result<(), TooMany> {
        let after = self.check(&key, rate, now)?;
        self.insert(key, after);
        Ok(())
    }

    pub(crate) fn give_back(&mut self, key: &K, rate: Rate) {
        let full_at = match self.newer.get_mut(key) {
            None => self.older.get_mut(key),
            newer => newer,
        };
        if let Some(full_at) = full_at {
            *full_at = full_at.saturating_sub(rate.each);
        }
    }
}
