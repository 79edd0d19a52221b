//! The calls by their participant, so that a viewer's call reaches the sender's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

/// Bitrates that wait: the next ones are alike.
const WAITING: usize = 4;

/// All calls whose page has joined.
#[derive(Clone, Default)]
pub(super) struct Senders(Arc<Mutex<HashMap<String, mpsc::Sender<u32>>>>);

/// A call's entry, removed when it is dropped.
pub(super) struct Sender {
    senders: Senders,
    sid: String,
    limits: mpsc::Receiver<u32>,
}

impl Senders {
    /// Enters the call of a participant.
    pub(super) fn enter(&self, sid: &str) -> Sender {
        let (sender, limits) = mpsc::channel(WAITING);
        self.calls().insert(sid.to_owned(), sender);
        Sender {
            senders: self.clone(),
            sid: sid.to_owned(),
            limits,
        }
    }

    /// Limits a participant's video, if it is a phone of this bridge.
    pub(super) fn limit(&self, sid: &str, bitrate: u32) {
        if let Some(sender) = self.calls().get(sid) {
            let _ = sender.try_send(bitrate);
        }
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender {
    /// Returns the next limit of a viewer.
    pub(super) async fn limit(&mut self) -> Option<u32> {
        self.limits.recv().await
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.senders.calls().remove(&self.sid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_reaches_its_sender_while_that_is_there() {
        let senders = Senders::default();
        let mut sender = senders.enter("PA_1");
        senders.limit("PA_1", 280_000);
        senders.limit("PA_2", 1);
        assert_eq!(sender.limit().await, Some(280_000));
        drop(sender);
        assert!(senders.calls().is_empty());
    }
}
