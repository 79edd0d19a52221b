//! Rooms of links that have ended: closed, and kept closed while an access token for one may be alive.
//!
//! LiveKit opens a room for any token that names it, and hands a fresh token to every participant. With
//! `auto_create: false` it would not, but then no call outlives a restart of LiveKit.

use std::time::Duration;

use super::Links;
use super::store::Store;
use crate::livekit::access_token::LIFE_SECONDS;
use crate::livekit::room_service::{RoomService, RoomServiceError};
use crate::storage::redis::Down;

/// A room that is empty for so long after its link's end stays empty: LiveKit renews a token when its participant joins,
/// for as long as ours live. The rest is for clocks.
const WATCHED: Duration = Duration::from_secs(LIFE_SECONDS + 30);
/// Between two looks while a room is watched; a participant who comes back is in it for so long at most.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// Rooms that are looked at in one go: 200 kB of names.
const MOST: usize = 5_000;

/// Why a look did not end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// Redis.
    #[error(transparent)]
    Redis(#[from] Down),
    /// LiveKit.
    #[error(transparent)]
    Livekit(#[from] RoomServiceError),
}

/// Closes every room whose link has ended; whether any has to be looked at again.
pub(super) async fn close(store: &Store, service: &RoomService, now: u64) -> Result<bool, Failed> {
    let ended = store.ended_rooms(now, MOST).await?;
    if ended.is_empty() {
        return Ok(false);
    }
    let names: Vec<&str> = ended.iter().map(|(room, _)| room.as_str()).collect();
    let open = service.open_of(&names).await?;
    if !open.is_empty() {
        // First, so that they are watched for the whole time also where LiveKit does not answer now.
        store.ended_again(&open, now).await?;
    }
    for room in &open {
        service.delete_room(room).await?;
    }
    let is_over = |ended_at: f64| Duration::from_millis(age(ended_at, now)) >= WATCHED;
    let (over, watched): (Vec<_>, Vec<_>) = ended
        .into_iter()
        .filter(|(room, _)| !open.contains(room))
        .partition(|&(_, ended_at)| is_over(ended_at));
    let over: Vec<String> = over.into_iter().map(|(room, _)| room).collect();
    store.forget_rooms(&over).await?;
    Ok(!watched.is_empty() || !open.is_empty() || over.len() == MOST)
}

/// Milliseconds.
fn age(ended_at: f64, now: u64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` is what is meant: what is out of range becomes the nearest"
    )]
    let ended_at = ended_at as u64;
    now.saturating_sub(ended_at)
}

impl Links {
    /// When ended rooms are looked at again; `None`: no room is watched.
    pub(super) async fn closes_rooms(&self, service: &RoomService, now: u64) -> Option<Duration> {
        match close(&self.store, service, now).await {
            Ok(true) => Some(LOOK),
            Ok(false) => None,
            Err(error) => {
                tracing::debug!("rooms of ended links are looked at again: {error}");
                Some(LOOK)
            }
        }
    }
}
