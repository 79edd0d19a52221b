//! Requests with the same idempotency key go one after the other. No lock is held meanwhile: a key is taken, and given back.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Keys that a request is being answered for.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Mutex<HashSet<String>>,
    given_back: Notify,
}

/// Gives the key back.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    key: String,
}

impl Turns {
    /// Waits until no other request has this key.
    pub(super) async fn take(&self, key: &str) -> Turn<'_> {
        loop {
            let mut given_back = std::pin::pin!(self.given_back.notified());
            // Before the look, so that nothing is missed between it and the wait.
            given_back.as_mut().enable();
            if self.taken().insert(key.to_owned()) {
                let key = key.to_owned();
                return Turn { turns: self, key };
            }
            given_back.await;
        }
    }

    /// Nothing in here panics, so a poisoned lock holds a sound value.
    fn taken(&self) -> MutexGuard<'_, HashSet<String>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken().remove(&self.key);
        self.turns.given_back.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn the_same_key_waits_and_another_does_not() {
        let turns = Arc::new(Turns::default());
        let first = turns.take("a").await;
        let waits = {
            let turns = Arc::clone(&turns);
            tokio::spawn(async move { turns.take("a").await.key.clone() })
        };
        drop(turns.take("b").await);
        yield_now().await;
        assert!(!waits.is_finished());
        drop(first);
        assert_eq!(waits.await.expect("no panic"), "a");
        assert!(turns.taken().is_empty(), "a key is kept for ever");
    }
}
