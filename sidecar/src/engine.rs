//! The loop that owns the model: an event in, effects out, and a new publication when something changed.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::documents::Published;
use crate::effects::Effects;
use crate::model::{Event, Model, Snapshot};

/// Far above what a stack of thirty containers sends at once; a source that is faster waits.
pub const EVENTS: usize = 256;

/// What the engine works with.
#[derive(Debug)]
pub struct Engine {
    /// All that is known.
    pub model: Model,
    /// The time.
    pub clock: Clock,
    /// Where what is true now is published.
    pub published: watch::Sender<Arc<Published>>,
    /// The gateway's port on this machine.
    pub local_port: u16,
}

impl Engine {
    /// The first publication: nothing is known yet.
    pub fn nothing_yet(instance: Arc<str>, local_port: u16) -> Arc<Published> {
        Published::render(Snapshot::unknown(instance), local_port)
    }

    /// Runs until every source of events is gone.
    pub async fn run(mut self, mut events: mpsc::Receiver<Event>, mut effects: Effects) {
        while let Some(event) = events.recv().await {
            tracing::trace!(?event);
            for effect in self.model.apply(event, self.clock.now()) {
                effects.carry_out(effect);
            }
            self.publish();
        }
    }

    fn publish(&self) {
        let next = self
            .model
            .snapshot(&self.published.borrow().snapshot, self.clock.now());
        if let Some(snapshot) = next {
            self.published
                .send_replace(Published::render(snapshot, self.local_port));
        }
    }
}
