//! What requests need of the engine: the latest published state, a sender of events, and the end of the process.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::clock::Clock;
use super::engine::Handle;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Event;

/// The engine takes in an event within microseconds.
const REFRESH_TIMEOUT: Duration = Duration::from_millis(250);

/// A view of the engine for code that answers requests.
#[derive(Clone, Debug)]
pub struct EngineClient {
    /// The engine's clock.
    pub clock: Clock,
    /// What the engine published last.
    pub published: watch::Receiver<Arc<RuntimeConfigCache>>,
    engine: Handle,
    /// Turns true when the process is about to end.
    draining: watch::Receiver<bool>,
}

impl EngineClient {
    /// Returns a view of this engine.
    pub fn new(
        engine: Handle,
        published: watch::Receiver<Arc<RuntimeConfigCache>>,
        draining: watch::Receiver<bool>,
    ) -> Self {
        let clock = engine.clock;
        Self {
            clock,
            published,
            engine,
            draining,
        }
    }

    /// Sends an event to the engine.
    pub async fn send(&self, event: Event) {
        self.engine.send(event).await;
    }

    /// Returns the time in Unix milliseconds.
    pub fn unix_ms(&self) -> u64 {
        self.clock.now().unix_ms
    }

    /// Returns what was published last.
    pub fn latest(&self) -> Arc<RuntimeConfigCache> {
        Arc::clone(&self.published.borrow())
    }

    /// Returns the current state. If the machine was suspended and the engine has not noticed, notifies it first.
    pub async fn now(&self) -> Arc<RuntimeConfigCache> {
        let latest = self.latest();
        if latest.holds(self.clock.now()) {
            return latest;
        }
        let mut published = self.published.clone();
        self.send(Event::Tick).await;
        let newer = published.wait_for(|published| published.holds(self.clock.now()));
        let _ = timeout(REFRESH_TIMEOUT, newer).await;
        self.latest()
    }

    /// Returns when the process is about to end.
    pub async fn drains(&self) {
        ended(self.draining.clone()).await;
    }

    /// Waits until `newer` is there, the wait is over or the process is about to end.
    pub async fn wait<T>(&self, wait: Duration, newer: impl Future<Output = T>) {
        tokio::select! {
            _ = timeout(wait, newer) => {}
            () = self.drains() => {}
        }
    }
}

/// Returns when the process is about to end.
pub(super) async fn ended(mut draining: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = draining.wait_for(|&draining| draining).await;
}
