//! Closes the rooms of ended links, and keeps them closed while an access token for one may be valid.
//!
//! LiveKit opens a room for any token that names it, and renews the token of every participant. With
//! `auto_create: false` it would not, but then no call would survive a restart of LiveKit.

use std::time::Duration;

use super::Links;
use super::store::LinkStore;
use crate::livekit::access_token::LIFE_SECONDS;
use crate::livekit::room_service::{RoomService, RoomServiceError};
use crate::storage::redis::Down;

/// Time for which a room is watched after its link's end. LiveKit renews a token when its participant joins, for as long
/// as ours live; the rest is for clocks.
const WATCH_DURATION: Duration = Duration::from_secs(LIFE_SECONDS + 30);
/// Between two checks while a room is watched. A participant who returns stays in it for so long at most.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// Rooms in one check: 200 kB of names.
const MAX_ROOMS: usize = 5_000;

/// Why a check failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoomCheckError {
    /// Redis does not answer.
    #[error(transparent)]
    Redis(#[from] Down),
    /// LiveKit does not close or list rooms.
    #[error(transparent)]
    Livekit(#[from] RoomServiceError),
}

/// Closes every room whose link has ended. Reports whether any has to be checked again.
pub(super) async fn close(
    store: &LinkStore,
    service: &RoomService,
    now: u64,
) -> Result<bool, RoomCheckError> {
    let ended = store.ended_rooms(now, MAX_ROOMS).await?;
    if ended.is_empty() {
        return Ok(false);
    }
    let names: Vec<&str> = ended.iter().map(|(room, _)| room.as_str()).collect();
    let open = service.open_of(&names).await?;
    if !open.is_empty() {
        // First, so that they are watched for the whole time even if LiveKit does not answer now.
        store.restart_watch(&open, now).await?;
    }
    for room in &open {
        service.delete_room(room).await?;
    }
    let is_over = |ended_at: f64| Duration::from_millis(age(ended_at, now)) >= WATCH_DURATION;
    let (over, watched): (Vec<_>, Vec<_>) = ended
        .into_iter()
        .filter(|(room, _)| !open.contains(room))
        .partition(|&(_, ended_at)| is_over(ended_at));
    let over: Vec<String> = over.into_iter().map(|(room, _)| room).collect();
    store.forget_rooms(&over).await?;
    Ok(!watched.is_empty() || !open.is_empty() || over.len() == MAX_ROOMS)
}

/// Returns the time since the end, milliseconds.
fn age(ended_at: f64, now: u64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is intended"
    )]
    let ended_at = ended_at as u64;
    now.saturating_sub(ended_at)
}

impl Links {
    /// Returns the time until ended rooms are checked again; `None` if no room is watched.
    pub(super) async fn close_ended_rooms(
        &self,
        service: &RoomService,
        now: u64,
    ) -> Option<Duration> {
        match close(&self.store, service, now).await {
            Ok(true) => Some(CHECK_INTERVAL),
            Ok(false) => None,
            Err(error) => {
                tracing::debug!(%error, "cannot check the rooms of ended links; retrying");
                Some(CHECK_INTERVAL)
            }
        }
    }
}
