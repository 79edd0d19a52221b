//! Ends a link: it lets no participant in any more, and its room is closed.

use super::error::LinkError;
use super::record::LinkRecord;
use super::service::LinkService;

impl LinkService {
    /// Ends the link and closes its room.
    pub async fn end(&self, token: &str) -> Result<(), LinkError> {
        let LinkRecord { room, .. } = self.record(token).await?;
        let ended_at = Some(self.engine.unix_ms());
        let store = &self.links.store;
        store.remove(token, &room, None, ended_at).await?;
        self.changed();
        self.close_room(&room).await;
        Ok(())
    }

    /// Best effort: [`super::Links::follow`] closes the room later if LiveKit does not answer now.
    async fn close_room(&self, room: &str) {
        if let Err(error) = self.rooms.delete_room(room).await {
            tracing::warn!(%error, "cannot close the room of an ended link yet; retrying until LiveKit answers");
        }
    }
}
