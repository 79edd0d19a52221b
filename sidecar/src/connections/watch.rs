//! Logs who joined and which tracks began, and removes participants whose media never connects.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{Connection, Connections, verdict};
use crate::runtime::clock::Clock;

/// Between two looks. LiveKit reports no event for a participant whose media does not connect.
const INTERVAL: Duration = Duration::from_secs(10);
/// The attribute that a participant receives before it is removed.
const REMOVED: (&str, &str) = ("sidelink.removed", "media_not_connected");

impl Connections {
    /// Watches until the task is ended.
    pub async fn watch(self: Arc<Self>, clock: Clock) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut known = Known::default();
        loop {
            ticks.tick().await;
            let now = clock.now().unix_ms;
            // Without an answer the sidecar's probe of LiveKit reports the fault.
            let Ok(stats) = self.stats(now).await else {
                continue;
            };
            known.log(&stats.connections);
            // The oldest only: a page that joins again meanwhile has the same identity, and a newer list shows that.
            if let Some(late) = stats.connections.iter().find(|one| one.is_late(now)) {
                self.remove(late).await;
            }
        }
    }

    async fn remove(&self, late: &Connection) {
        let (room, identity) = (&*late.room, &*late.participant.identity);
        let seconds = verdict::CONNECT_SECONDS;
        tracing::warn!(
            room,
            identity,
            seconds,
            "its media did not connect: removed"
        );
        // LiveKit closes the page's WebSocket without a reason; the attribute arrives before.
        let announced = self.rooms.set_attribute(room, identity, REMOVED);
        if let Err(error) = announced.await {
            tracing::debug!(room, identity, %error, "cannot send the participant the reason");
        }
        if let Err(error) = self.rooms.remove_participant(room, identity).await {
            tracing::warn!(room, identity, %error, "cannot remove the participant");
        }
    }
}

/// What was logged already.
#[derive(Default)]
struct Known {
    viewers: HashSet<(String, String)>,
    tracks: HashSet<String>,
}

impl Known {
    fn log(&mut self, connections: &[Connection]) {
        let mut present = Self::default();
        for Connection {
            room, participant, ..
        } in connections
        {
            let identity = &*participant.identity;
            let viewer = (room.clone(), participant.identity.clone());
            if !self.viewers.contains(&viewer) {
                let others = connections.iter().filter(|one| one.room == *room);
                let tracks: usize = others.map(|one| one.participant.tracks.len()).sum();
                let tracks = tracks - participant.tracks.len();
                tracing::info!(room, identity, tracks, "viewer added");
            }
            present.viewers.insert(viewer);
            for track in &participant.tracks {
                if !self.tracks.contains(&track.sid) {
                    let (sid, kind, mime_type) = (&*track.sid, track.kind, &*track.mime_type);
                    tracing::info!(
                        room,
                        identity,
                        track = sid,
                        ?kind,
                        mime_type,
                        "track started"
                    );
                }
                present.tracks.insert(track.sid.clone());
            }
        }
        *self = present;
    }
}
