//! The calls by the secret with which a lost page comes back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::page::PageSocket;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 16;

/// A socket of a page that comes back. The answer is the socket itself if the call is not there for it.
pub(super) struct Comeback {
    pub(super) socket: PageSocket,
    pub(super) answer: oneshot::Sender<Option<PageSocket>>,
}

/// All calls.
#[derive(Clone, Default)]
pub(super) struct Registry(Arc<Mutex<HashMap<String, mpsc::Sender<Comeback>>>>);

/// A call's entry, removed when it is dropped.
pub(super) struct Entry {
    registry: Registry,
    secret: String,
}

impl Registry {
    /// Enters a call under a new secret. Returns `None` if the operating system gives no random numbers.
    pub(super) fn enter(&self) -> Option<(Entry, mpsc::Receiver<Comeback>)> {
        let mut random = [0; SECRET_BYTES];
        getrandom::fill(&mut random).ok()?;
        let secret = format!("{:032x}", u128::from_be_bytes(random));
        // One socket at a time: the next one finds the call resumed, or joins anew.
        let (sender, receiver) = mpsc::channel(1);
        self.calls().insert(secret.clone(), sender);
        let registry = self.clone();
        Some((Entry { registry, secret }, receiver))
    }

    /// Gives the socket to its call. Returns it if there is none.
    pub(super) async fn resume(&self, secret: &str, socket: PageSocket) -> Option<PageSocket> {
        let Some(call) = self.calls().get(secret).cloned() else {
            return Some(socket);
        };
        let (answer, answered) = oneshot::channel();
        if let Err(error) = call.try_send(Comeback { socket, answer }) {
            return Some(error.into_inner().socket);
        }
        // A call that ended meanwhile has closed the socket; the page tries again.
        answered.await.unwrap_or(None)
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Comeback>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.registry.calls().remove(&self.secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_128_bits_and_end_with_their_call() {
        let registry = Registry::default();
        let (first, _mailbox) = registry.enter().expect("random");
        let (second, _mailbox) = registry.enter().expect("random");
        assert_eq!(first.secret().len(), 32);
        assert_ne!(first.secret(), second.secret());
        drop(first);
        assert_eq!(registry.calls().len(), 1);
    }
}
