//! The limit of connections over all rooms (`MAX_CONNECTIONS`).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::Connections;

/// Until LiveKit lists it, a participant that was admitted takes a place for this long.
const ADMISSION: Duration = Duration::from_secs(15);
/// Time for LiveKit's list; without one, all are admitted.
const LIST_TIMEOUT: Duration = Duration::from_secs(2);

/// Admits participants while there are places.
#[derive(Debug)]
pub struct ConnectionLimit {
    connections: Arc<Connections>,
    max: Option<usize>,
    admitted: Mutex<Vec<Admitted>>,
}

#[derive(Debug)]
struct Admitted {
    at: Instant,
    identity: Box<str>,
    room: Box<str>,
}

/// A participant that is about to join.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    /// Its identity.
    pub identity: &'a str,
    /// Its room.
    pub room: &'a str,
    /// Places that participants of this room may take before LiveKit lists them, so that one link does not block all.
    pub max_of_room: Option<u32>,
}

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all {0} places for connections are taken")]
pub struct NoPlace(pub usize);

impl ConnectionLimit {
    /// Returns the limit; `None` admits all.
    pub fn new(connections: Arc<Connections>, max: Option<usize>) -> Self {
        Self {
            connections,
            max,
            admitted: Mutex::default(),
        }
    }

    /// Returns how many connections there may be.
    pub fn max(&self) -> Option<usize> {
        self.max
    }

    /// Admits a participant that is about to join; one that has a place keeps it.
    ///
    /// # Errors
    ///
    /// Returns that all places are taken.
    pub async fn admit(&self, applicant: Applicant<'_>) -> Result<(), NoPlace> {
        let Some(max) = self.max else {
            return Ok(());
        };
        let listed = timeout(LIST_TIMEOUT, self.connections.list()).await;
        let Ok(Ok(rooms)) = listed else {
            return Ok(());
        };
        let participants = rooms.iter().flat_map(|room| &room.participants);
        let mut taken: HashSet<&str> = participants.map(|one| &*one.identity).collect();
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        admitted.retain(|one| one.at.elapsed() < ADMISSION && !taken.contains(&*one.identity));
        taken.extend(admitted.iter().map(|one| &*one.identity));
        if taken.contains(applicant.identity) {
            return Ok(());
        }
        let of_room = admitted.iter().filter(|one| *one.room == *applicant.room);
        let of_room = u32::try_from(of_room.count()).unwrap_or(u32::MAX);
        if taken.len() >= max || applicant.max_of_room.is_some_and(|max| of_room >= max) {
            return Err(NoPlace(max));
        }
        admitted.push(Admitted {
            at: Instant::now(),
            identity: applicant.identity.into(),
            room: applicant.room.into(),
        });
        Ok(())
    }
}
