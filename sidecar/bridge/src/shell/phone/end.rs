//! The end of a call.

use super::Phone;
use crate::shell::now;

impl Phone {
    /// Closes LiveKit's socket, after the leave that the call has sent.
    pub(super) async fn end(self: Box<Self>) {
        let lasted = now().saturating_duration_since(self.started);
        self.livekit.close().await;
        tracing::info!(seconds = lasted.as_secs(), "the phone has left");
    }
}
