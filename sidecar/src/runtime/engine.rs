//! Owns the model: takes events, begins effects, and publishes a snapshot when something changed.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::config::settings::Routes;
use crate::runtime::clock::Clock;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::{Effect, Event, Model, Snapshot};

/// Length of the queue of events: far above what a stack of thirty containers sends at once. A faster source waits.
pub const EVENTS: usize = 256;

/// What the engine works with.
#[derive(Debug)]
pub struct Engine {
    /// The state.
    pub model: Model,
    /// Its clock.
    pub clock: Clock,
    /// Where snapshots are published.
    pub published: watch::Sender<Arc<RuntimeConfigCache>>,
    /// Where the gateway serves its routes.
    pub routes: Routes,
}

impl Engine {
    /// Returns the first publication, in which nothing is known yet.
    pub fn nothing_yet(
        instance: Arc<str>,
        clock: Clock,
        routes: Routes,
    ) -> Arc<RuntimeConfigCache> {
        RuntimeConfigCache::render(Snapshot::unknown(instance), clock.now(), routes)
    }

    /// Runs until every source of events is gone. `carry_out` begins an effect and returns at once.
    pub async fn run(
        mut self,
        mut events: mpsc::Receiver<Event>,
        mut carry_out: impl FnMut(Effect),
    ) {
        while let Some(event) = events.recv().await {
            tracing::trace!(?event);
            for effect in self.model.apply(event, self.clock.now()) {
                carry_out(effect);
            }
            self.publish();
        }
    }

    fn publish(&mut self) {
        let now = self.clock.now();
        let previous = Arc::clone(&self.published.borrow());
        let next = self.model.snapshot(&previous.snapshot, now);
        match next {
            None => previous.still_holds(now),
            Some(snapshot) => {
                let next = RuntimeConfigCache::render(snapshot, now, self.routes);
                self.published.send_replace(next);
            }
        }
    }
}

/// Sends events to the engine.
#[derive(Clone, Debug)]
pub struct Handle {
    /// The engine's clock.
    pub clock: Clock,
    /// The engine's queue.
    pub events: mpsc::Sender<Event>,
}

impl Handle {
    /// Sends an event. The engine is gone only while the process ends.
    pub async fn send(&self, event: Event) {
        let _ = self.events.send(event).await;
    }
}
