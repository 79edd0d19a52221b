//! Places in a link's room: `maxParticipants` for all, and one that clients cannot take from the professional.

use std::time::Duration;

use tokio::time::timeout;

use super::{App, Error};
use crate::links::Record;
use crate::links::identity::Side;
use crate::livekit::room_service::Participant;

/// LiveKit lets so many more in than the link names: the professional finds a place when clients have taken all, and a
/// second one while LiveKit still counts the device on which his call broke.
const HOST_SEATS: u32 = 2;
/// LiveKit on the same machine answers in a millisecond. Where it does not, its own limit has to do.
const TIMEOUT: Duration = Duration::from_secs(1);

/// What a token says to LiveKit.
pub(super) fn seats(record: &Record) -> u32 {
    record.max_participants + HOST_SEATS
}

impl App {
    /// Refuses a client who would be one too many; puts out clients who took the professional's place.
    ///
    /// Two clients who ask at the same time may both be let in, up to LiveKit's limit. They are put out again when the
    /// professional comes, the latest first.
    pub(super) async fn has_place(
        &self,
        record: &Record,
        identity: Option<&str>,
        side: Side,
    ) -> Result<(), Error> {
        let listed = timeout(TIMEOUT, self.rooms.participants(&record.room)).await;
        let Ok(Ok(people)) = listed else {
            return Ok(());
        };
        let most = usize::try_from(record.max_participants).unwrap_or(usize::MAX);
        match side {
            Side::Client => {
                let others = people.iter().filter(|one| Some(&*one.identity) != identity);
                if others.count() >= most {
                    return Err(Error::ROOM_FULL);
                }
            }
            Side::Host => {
                let clients: Vec<&Participant> =
                    people.iter().filter(|one| !one.is_host()).collect();
                for client in clients.into_iter().skip(most) {
                    self.puts_out(record, client).await;
                }
            }
        }
        Ok(())
    }

    async fn puts_out(&self, record: &Record, client: &Participant) {
        let removed = self
            .rooms
            .remove_participant(&record.room, &client.identity);
        if let Err(error) = removed.await {
            tracing::warn!("a client keeps the professional's place: {error}");
        }
    }
}
