//! A link on its way to the one who asked for it. What does not arrive is taken away again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::{Links, token};
use crate::livekit::access_token::LINK_ROOM;
use crate::random::{RandomError, hex};
use crate::runtime::clock::Clock;

/// Redis may have taken what it did not answer, and is asked until it can be undone.
const RETRIES: u32 = 240;
const RETRY: Duration = Duration::from_millis(250);

/// Token and room of one request for a link, the same however often Redis is asked for it.
///
/// Dropped before [`Self::settles`], because the way broke, Redis did not answer or the one who asked has gone, it
/// removes the link that it has made.
pub struct Draft {
    /// Of the link.
    pub token: String,
    /// LiveKit's, random, so that no log of a room tells a token.
    pub room: String,
    links: Arc<Links>,
    clock: Clock,
    /// Redis may have it.
    written: AtomicBool,
}

impl Draft {
    /// Returns a new one.
    pub fn new(links: &Arc<Links>, clock: Clock) -> Result<Self, RandomError> {
        Ok(Self {
            token: token()?,
            room: format!("{LINK_ROOM}{}", hex(8)?),
            links: Arc::clone(links),
            clock,
            written: AtomicBool::new(false),
        })
    }

    /// From now on Redis may have it.
    pub fn begins(&self) {
        self.written.store(true, Ordering::Relaxed);
    }

    /// Nothing is left to undo: it is in the answer, or has been removed.
    pub fn settles(&self) {
        self.written.store(false, Ordering::Relaxed);
    }
}

impl Drop for Draft {
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
            runtime.spawn(async move { removed(&links, &token, &room, clock).await });
        }
    }
}

async fn removed(links: &Links, token: &str, room: &str, clock: Clock) {
    for _ in 0..RETRIES {
        if links.store.remove(token, room, None, None).await.is_ok() {
            links.changed(clock);
            return;
        }
        sleep(RETRY).await;
    }
    tracing::warn!("a link that was asked for and not handed out stays in the list: Redis is down");
}
