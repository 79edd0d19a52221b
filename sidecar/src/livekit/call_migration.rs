//! A call moves with the link: whoever is in a call when the public name changes is told the new one, through
//! LiveKit. A page under the old name cannot be reached through the tunnel any more; its data channel goes on.
//!
//! The message goes reliably to everybody in every room under the topic [`TOPIC`]:
//! `{"type":"address","publicUrl":"https://…","livekitUrl":"wss://…"}`. A page that knows it already does nothing.

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
use crate::storage::recent_hostnames::Hostnames;

/// Of the message, as LiveKit's clients filter by it.
pub const TOPIC: &str = "sidelink";
/// From the moment when the name is verified. A page may just be reconnecting, and hears the later ones.
const ROUNDS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(6),
];
/// Rooms that are told at the same time.
const AT_ONCE: usize = 16;
/// A name is verified seconds after the start at the earliest; Redis has told what was before by then, or is down.
const LOADING: Duration = Duration::from_secs(2);

/// Tells the rooms of every new name.
#[derive(Debug)]
pub struct AddressAnnouncer {
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
    rooms: RoomService,
    hostnames: Hostnames,
    rounds: [Duration; 3],
}

impl AddressAnnouncer {
    /// `hostnames` knows which name was the last before the process started.
    pub fn new(
        published: watch::Receiver<Arc<RuntimeConfigCache>>,
        rooms: RoomService,
        hostnames: Hostnames,
    ) -> Self {
        Self {
            published,
            rooms,
            hostnames,
            rounds: ROUNDS,
        }
    }

    /// Runs until nothing is published any more.
    pub async fn run(mut self) {
        let mut tasks = JoinSet::new();
        let mut telling: Option<AbortHandle> = None;
        let mut last: Option<String> = None;
        while let Some(host) = self.another(last.as_deref()).await {
            while tasks.try_join_next().is_some() {}
            // Where it is not known what was before, everybody is told: who knows it already does nothing.
            let before = match last {
                None => self.hostnames.before(LOADING).await,
                known => known,
            };
            if before.as_deref() != Some(&host) {
                let told = tell(self.rooms.clone(), message(&host), self.rounds);
                if let Some(earlier) = telling.replace(tasks.spawn(told)) {
                    earlier.abort();
                }
            }
            last = Some(host);
        }
    }

    /// The next verified name that is another than `last`; `None` when nothing comes any more.
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

async fn tell(service: RoomService, message: Bytes, rounds: [Duration; 3]) {
    let began = Instant::now();
    for after in rounds {
        sleep_until(began + after).await;
        tell_once(&service, &message).await;
    }
}

/// A room that cannot be told hears the next round.
async fn tell_once(service: &RoomService, message: &Bytes) {
    let rooms = match service.list_rooms().await {
        Ok(rooms) => rooms,
        Err(error) => {
            tracing::warn!("calls cannot be told the new address: {error}");
            return;
        }
    };
    let with_people = rooms.into_iter().filter(|room| room.participants > 0);
    let told = stream::iter(with_people)
        .map(async |room| service.send_data(&room.name, TOPIC, message).await)
        .buffer_unordered(AT_ONCE);
    let (mut rooms, mut failed) = (0_usize, 0_usize);
    let mut told = std::pin::pin!(told);
    while let Some(done) = told.next().await {
        rooms += 1;
        if let Err(error) = done {
            failed += 1;
            tracing::debug!("a room is not told the new address: {error}");
        }
    }
    if rooms > 0 {
        tracing::info!(rooms, failed, "calls are told the new address");
    }
}
