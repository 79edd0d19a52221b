//! Call migration: when the public URL changes, participants of calls get the new one through LiveKit. A page under the
//! old name cannot be reached through the tunnel any more, but its data channel still works.
//!
//! The message is sent reliably to all participants of every room under the topic [`TOPIC`]:
//! `{"type":"address","publicUrl":"https://…","livekitUrl":"wss://…"}`. A page that has this URL already does nothing.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::livekit::room_service::RoomService;
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::recent_hostnames::RecentHostnames;

/// Topic of the message, by which LiveKit's clients filter.
pub const TOPIC: &str = "sidelink";
/// Delays after the verification. A page that is reconnecting gets a later message.
const DELAYS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(6),
];
/// Rooms to which messages are sent at the same time.
const MAX_CONCURRENT: usize = 16;
/// A name is verified seconds after the start at the earliest. Earlier names were loaded by then, or Redis is down.
const LOAD_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends every new public URL to the rooms.
#[derive(Debug)]
pub struct AddressAnnouncer {
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
    rooms: RoomService,
    hostnames: RecentHostnames,
    delays: [Duration; 3],
}

impl AddressAnnouncer {
    /// Creates one; `hostnames` has the last name from before the process started.
    pub fn new(
        published: watch::Receiver<Arc<RuntimeConfigCache>>,
        rooms: RoomService,
        hostnames: RecentHostnames,
    ) -> Self {
        Self {
            published,
            rooms,
            hostnames,
            delays: DELAYS,
        }
    }

    /// Runs until the engine is gone.
    pub async fn run(mut self) {
        let mut tasks = JoinSet::new();
        let mut announcement: Option<AbortHandle> = None;
        let mut last: Option<String> = None;
        while let Some(host) = self.another(last.as_deref()).await {
            while tasks.try_join_next().is_some() {}
            // Without an earlier name the message is sent: a page that has the URL already does nothing.
            let before = match last {
                None => self.hostnames.before(LOAD_TIMEOUT).await,
                known => known,
            };
            if before.as_deref() != Some(&host) {
                let sent = announce(self.rooms.clone(), message(&host), self.delays);
                if let Some(earlier) = announcement.replace(tasks.spawn(sent)) {
                    earlier.abort();
                }
            }
            last = Some(host);
        }
    }

    /// Returns the next verified name other than `last`; `None` once the engine is gone.
    async fn another(&mut self, last: Option<&str>) -> Option<String> {
        let is_another = |published: &RuntimeConfigCache| {
            let host = published.snapshot.public_host.as_deref();
            host.is_some() && host != last
        };
        let published = self.published.wait_for(|published| is_another(published));
        published.await.ok()?.snapshot.public_host.clone()
    }
}

fn message(host: &str) -> Bytes {
    let message = json!({
        "type": "address",
        "publicUrl": format!("https://{host}"),
        "livekitUrl": format!("wss://{host}"),
    });
    message.to_string().into()
}

async fn announce(service: RoomService, message: Bytes, delays: [Duration; 3]) {
    let began = Instant::now();
    for after in delays {
        sleep_until(began + after).await;
        announce_once(&service, &message).await;
    }
}

/// Sends the message once. A room that it does not reach gets the next one.
async fn announce_once(service: &RoomService, message: &Bytes) {
    let rooms = match service.list_rooms().await {
        Ok(rooms) => rooms,
        Err(error) => {
            tracing::warn!(%error, "cannot send the new public URL to calls");
            return;
        }
    };
    let with_people = rooms.into_iter().filter(|room| room.participants > 0);
    let sent = stream::iter(with_people)
        .map(async |room| service.send_data(&room.name, TOPIC, message).await)
        .buffer_unordered(MAX_CONCURRENT);
    let (mut rooms, mut failed) = (0_usize, 0_usize);
    let mut sent = std::pin::pin!(sent);
    while let Some(done) = sent.next().await {
        rooms += 1;
        if let Err(error) = done {
            failed += 1;
            tracing::debug!(%error, "cannot send the new public URL to a room");
        }
    }
    if rooms > 0 {
        tracing::info!(rooms, failed, "sent the new public URL to calls");
    }
}
