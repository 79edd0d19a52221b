//! A link that is being created. If it does not reach the caller, it is removed again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::Links;
use super::token::token;
use crate::livekit::access_token::LINK_ROOM;
use crate::random::{RandomError, hex};
use crate::runtime::clock::Clock;

/// Redis may have applied a write that it did not answer, so the removal is retried for a minute.
const MAX_REMOVALS: u32 = 240;
const REMOVAL_INTERVAL: Duration = Duration::from_millis(250);

/// Token and room of one request for a link, the same at every attempt to write it.
///
/// If it is dropped before [`Self::settle`], because Redis did not answer or the caller has disconnected, it removes
/// the link from Redis.
pub(super) struct LinkDraft {
    /// Of the link.
    pub token: String,
    /// LiveKit's room: random, so that no log of rooms reveals a token.
    pub room: String,
    links: Arc<Links>,
    clock: Clock,
    /// Redis may have it.
    written: AtomicBool,
}

impl LinkDraft {
    /// Returns a draft with a new token and room.
    pub(super) fn new(links: &Arc<Links>, clock: Clock) -> Result<Self, RandomError> {
        Ok(Self {
            token: token()?,
            room: format!("{LINK_ROOM}{}", hex(8)?),
            links: Arc::clone(links),
            clock,
            written: AtomicBool::new(false),
        })
    }

    /// Marks the draft as written: from now on Redis may have it.
    pub(super) fn begin(&self) {
        self.written.store(true, Ordering::Relaxed);
    }

    /// Marks the draft as handed out or removed, so that nothing is left to undo.
    pub(super) fn settle(&self) {
        self.written.store(false, Ordering::Relaxed);
    }
}

impl Drop for LinkDraft {
    fn drop(&mut self) {
        if !*self.written.get_mut() {
            return;
        }
        let (token, room) = (
            std::mem::take(&mut self.token),
            std::mem::take(&mut self.room),
        );
        let (links, clock) = (Arc::clone(&self.links), self.clock);
        // Without a runtime the process is ending.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { remove(&links, &token, &room, clock).await });
        }
    }
}

async fn remove(links: &Links, token: &str, room: &str, clock: Clock) {
    for _ in 0..MAX_REMOVALS {
        if links.store.remove(token, room, None, None).await.is_ok() {
            links.changed(clock);
            return;
        }
        sleep(REMOVAL_INTERVAL).await;
    }
    tracing::warn!(
        "cannot remove a link that was not handed out: redis is down; it stays in the list until it expires"
    );
}
