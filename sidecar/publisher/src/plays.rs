//! The videos that play: at most one of a name in a room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use sidelink_bridge::Publications;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::Error;
use crate::library::{Library, Need};
use crate::name::VideoName;
use crate::playback::{Playback, PlaybackError};

/// Time to leave a room.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(3);

/// A request to play a video.
#[derive(Clone, Debug)]
pub(crate) struct PlayRequest {
    pub(crate) name: VideoName,
    pub(crate) room: String,
    /// The identity of the token.
    pub(crate) client_id: String,
    pub(crate) token: String,
    pub(crate) is_looped: bool,
    /// Whether a file that cannot be played as it is may be converted.
    pub(crate) may_convert: bool,
}

/// A video that plays, or is about to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Play {
    pub(crate) room: String,
    pub(crate) client_id: String,
    pub(crate) r#loop: bool,
    #[serde(flatten)]
    pub(crate) state: PlayState,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum PlayState {
    /// It is converted; this much of it is done.
    Converting { percent: u8 },
    /// The room is joined.
    Joining,
    /// The room has the track.
    Playing,
    /// It could not be played. The next request tries again.
    Failed { reason: String },
}

type Key = (VideoName, String);
type Running = BTreeMap<Key, Entry>;

#[derive(Debug)]
struct Entry {
    play: Play,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// The videos that play.
#[derive(Debug)]
pub(crate) struct Plays {
    library: Arc<Library>,
    publications: Publications,
    most: usize,
    running: Mutex<Running>,
}

impl Plays {
    pub(crate) fn new(library: Arc<Library>, publications: Publications, most: usize) -> Arc<Self> {
        Arc::new(Self {
            library,
            publications,
            most,
            running: Mutex::default(),
        })
    }

    /// Returns how a name's plays are, by room.
    pub(crate) fn of(&self, name: &VideoName) -> Vec<Play> {
        let running = self.running();
        let of_name = running.iter().filter(|((of, _), _)| of == name);
        of_name.map(|(_, entry)| entry.play.clone()).collect()
    }

    /// Starts a video, unless it plays in this room already.
    pub(crate) async fn start(self: &Arc<Self>, request: PlayRequest) -> Result<Play, Error> {
        let need = self.library.find(&request.name).await?;
        if let Need::Conversion(why) = &need
            && !request.may_convert
        {
            return Err(why.clone());
        }
        let key = (request.name.clone(), request.room.clone());
        let mut running = self.running();
        if let Some(entry) = running.get(&key)
            && !entry.has_failed()
        {
            return Ok(entry.play.clone());
        }
        if running.values().filter(|entry| !entry.has_failed()).count() >= self.most {
            return Err(Error::TooMany(self.most));
        }
        let play = Play {
            room: request.room.clone(),
            client_id: request.client_id.clone(),
            r#loop: request.is_looped,
            state: match need {
                Need::Nothing(_) => PlayState::Joining,
                Need::Conversion(_) => PlayState::Converting { percent: 0 },
            },
        };
        let (stop, stops) = watch::channel(false);
        let entry = Entry {
            play: play.clone(),
            stop,
            task: None,
        };
        running.insert(key.clone(), entry);
        let task = tokio::spawn(Arc::clone(self).play(request, need, stops));
        if let Some(entry) = running.get_mut(&key) {
            entry.task = Some(task);
        }
        Ok(play)
    }

    /// Stops a video in a room, and returns once it has left.
    pub(crate) async fn stop(&self, name: &VideoName, room: &str) -> Result<(), Error> {
        let key = (name.clone(), room.to_owned());
        let entry = self.running().remove(&key).ok_or(Error::NoVideo)?;
        entry.stop().await;
        Ok(())
    }

    /// Stops all of them.
    pub(crate) async fn end(&self) {
        let entries = std::mem::take(&mut *self.running());
        for entry in entries.values() {
            entry.stop.send_replace(true);
        }
        for entry in entries.into_values() {
            entry.stop().await;
        }
    }

    async fn play(self: Arc<Self>, request: PlayRequest, need: Need, stop: watch::Receiver<bool>) {
        let PlayRequest {
            name,
            room,
            client_id,
            ..
        } = &request;
        tracing::info!(%name, room, client_id, "plays");
        let key = (name.clone(), room.clone());
        let ended = self.ends(&request, need, stop, &key).await;
        match ended {
            Ok(()) => {
                tracing::info!(%name, room, "has played");
                self.running()
                    .retain(|of, entry| *of != key || entry.play.client_id != *client_id);
            }
            Err(reason) => {
                tracing::warn!(%name, room, reason, "cannot be played");
                self.set(&key, client_id, PlayState::Failed { reason });
            }
        }
    }

    async fn ends(
        &self,
        request: &PlayRequest,
        need: Need,
        mut stop: watch::Receiver<bool>,
        key: &Key,
    ) -> Result<(), String> {
        let set = |state| self.set(key, &request.client_id, state);
        let source = match need {
            Need::Nothing(source) => source,
            Need::Conversion(_) => {
                let progress = |percent| set(PlayState::Converting { percent });
                let converted = tokio::select! {
                    converted = self.library.convert(&request.name, progress) => converted,
                    Ok(_) = stop.wait_for(|stops| *stops) => return Ok(()),
                };
                set(PlayState::Joining);
                converted.map_err(|error| error.to_string())?
            }
        };
        let playback = Playback {
            publications: &self.publications,
            source: &source,
            is_looped: request.is_looped,
            token: request.token.clone(),
            stop,
        };
        let joined = |is_joined| {
            set(if is_joined {
                PlayState::Playing
            } else {
                PlayState::Joining
            })
        };
        let ended = playback.run(joined).await;
        ended
            .map(|_| ())
            .map_err(|error: PlaybackError| error.to_string())
    }

    fn set(&self, key: &Key, client_id: &str, state: PlayState) {
        if let Some(entry) = self.running().get_mut(key)
            && entry.play.client_id == client_id
        {
            entry.play.state = state;
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn has_failed(&self) -> bool {
        matches!(self.play.state, PlayState::Failed { .. })
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task {
            let abort = task.abort_handle();
            if timeout(LEAVE_TIMEOUT, task).await.is_err() {
                abort.abort();
            }
        }
    }
}
