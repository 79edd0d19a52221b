//! Places in a link's room: `maxParticipants` for all, of which clients cannot take the professional's.

use std::time::Duration;

use tokio::time::timeout;

use super::error::LinkError;
use super::identity::Side;
use super::record::LinkRecord;
use super::service::LinkService;
use crate::livekit::room_service::Participant;

/// Places beyond the link's limit, for the professional: one while clients have taken all, and one while LiveKit still
/// counts the device whose connection broke.
const HOST_RESERVE: u32 = 2;
/// LiveKit on the same machine answers in a millisecond. If it does not, its own limit has to do.
const PARTICIPANTS_TIMEOUT: Duration = Duration::from_secs(1);

/// Returns LiveKit's limit of participants for the link's room.
pub(super) fn room_capacity(record: &LinkRecord) -> u32 {
    record.max_participants + HOST_RESERVE
}

impl LinkService {
    /// Refuses a client above the link's limit. When the professional joins, removes clients above it.
    ///
    /// Two clients that join at the same time may both be let in, up to LiveKit's limit. The latest ones are removed
    /// when the professional joins.
    pub(super) async fn check_capacity(
        &self,
        record: &LinkRecord,
        identity: Option<&str>,
        side: Side,
    ) -> Result<(), LinkError> {
        let listing = self.rooms.participants(&record.room);
        let Ok(Ok(participants)) = timeout(PARTICIPANTS_TIMEOUT, listing).await else {
            return Ok(());
        };
        let limit = usize::try_from(record.max_participants).unwrap_or(usize::MAX);
        match side {
            Side::Client => {
                let others = participants
                    .iter()
                    .filter(|one| Some(&*one.identity) != identity);
                if others.count() >= limit {
                    return Err(LinkError::RoomFull);
                }
            }
            Side::Host => {
                let clients = participants.iter().filter(|one| !one.is_host());
                for client in clients.skip(limit) {
                    self.remove(record, client).await;
                }
            }
        }
        Ok(())
    }

    async fn remove(&self, record: &LinkRecord, client: &Participant) {
        let removed = self
            .rooms
            .remove_participant(&record.room, &client.identity);
        if let Err(error) = removed.await {
            tracing::warn!(%error, "cannot remove a client that holds the professional's place");
        }
    }
}
