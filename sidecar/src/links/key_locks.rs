//! Serialises requests that have the same idempotency key. No mutex is held meanwhile: a key is taken and released.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Keys of the requests under way.
#[derive(Debug, Default)]
pub(super) struct KeyLocks {
    taken: Mutex<HashSet<String>>,
    released: Notify,
}

/// Releases the key when it is dropped.
#[derive(Debug)]
pub(super) struct KeyLock<'a> {
    locks: &'a KeyLocks,
    key: String,
}

impl KeyLocks {
    /// Takes the key as soon as no other request has it.
    pub(super) async fn take(&self, key: &str) -> KeyLock<'_> {
        loop {
            let mut released = std::pin::pin!(self.released.notified());
            // Before the check, so that no release is missed between it and the wait.
            released.as_mut().enable();
            if self.taken().insert(key.to_owned()) {
                let key = key.to_owned();
                return KeyLock { locks: self, key };
            }
            released.await;
        }
    }

    /// Nothing here panics while it holds the mutex, so a poisoned value is sound.
    fn taken(&self) -> MutexGuard<'_, HashSet<String>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for KeyLock<'_> {
    fn drop(&mut self) {
        self.locks.taken().remove(&self.key);
        self.locks.released.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn the_same_key_waits_and_another_does_not() {
        let locks = Arc::new(KeyLocks::default());
        let first = locks.take("a").await;
        let waits = {
            let locks = Arc::clone(&locks);
            tokio::spawn(async move { locks.take("a").await.key.clone() })
        };
        drop(locks.take("b").await);
        yield_now().await;
        assert!(!waits.is_finished());
        drop(first);
        assert_eq!(waits.await.expect("no panic"), "a");
        assert!(locks.taken().is_empty(), "a key is never released");
    }
}
