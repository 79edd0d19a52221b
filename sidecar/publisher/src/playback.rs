//! One file on its way into one room.

use std::fs::File;
use std::future::pending;
use std::time::Duration;

use sidelink_bridge::{
    MediaFrame, Publication, PublicationError, Publications, PublishedTracks, PublishedVideo,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::error::Error;
use crate::ffmpeg;
use crate::library::Source;
use crate::matroska::{self, Demuxed};

/// Frames between the clock and the room. More are dropped while the room is joined again.
const DUE: usize = 32;
/// A frame that is later than this moves the clock: the machine was suspended, or its disk is slow.
const MAX_LATE: Duration = Duration::from_secs(1);
/// Delays before joining again. The last one repeats.
const REJOIN_DELAYS: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// How a file came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its last frame was sent.
    Played,
    /// It was stopped.
    Stopped,
}

/// The token was refused, or the room ended; or the file cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum PlaybackError {
    #[error("{0}")]
    Room(#[from] PublicationError),
    #[error("{0}")]
    File(Error),
}

/// What a playback needs.
pub(crate) struct Playback<'a> {
    pub(crate) publications: &'a Publications,
    pub(crate) source: &'a Source,
    pub(crate) is_looped: bool,
    /// LiveKit's, for the room and the publisher's participant.
    pub(crate) token: String,
    /// Turns true when it has to stop.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Playback<'_> {
    /// Plays to the end. `joined` gets whether the room has the track.
    pub(crate) async fn run(mut self, joined: impl Fn(bool)) -> Result<Ended, PlaybackError> {
        let Some(mut publication) = self.join(&joined).await? else {
            return Ok(Ended::Stopped);
        };
        let playable = &self.source.playable;
        let mut child = ffmpeg::read(&self.source.file, playable, self.is_looped)
            .map_err(PlaybackError::File)?;
        let output = child
            .stdout
            .take()
            .and_then(|output| output.into_owned_fd().ok());
        let output = output
            .ok_or_else(|| PlaybackError::File(Error::Ffmpeg("it has no output".to_owned())))?;
        let (due, mut frames) = mpsc::channel(DUE);
        let clock = tokio::spawn(pace(matroska::frames(File::from(output)), due));
        loop {
            let sent = tokio::select! {
                sent = publication.send(&mut frames) => sent,
                () = stopped(&mut self.stop) => {
                    publication.leave().await;
                    return Ok(Ended::Stopped);
                }
            };
            match sent {
                Ok(()) => {
                    publication.leave().await;
                    // The inspection has found what ffmpeg cannot read.
                    let _ = clock.await;
                    return Ok(Ended::Played);
                }
                Err(error) if error.is_final() => return Err(error.into()),
                Err(error) => tracing::info!(%error, "joins the room again"),
            }
            joined(false);
            self.token = publication.token().to_owned();
            match self.join(&joined).await? {
                Some(again) => publication = again,
                None => return Ok(Ended::Stopped),
            }
        }
    }

    /// Joins the room, however long LiveKit takes. Returns `None` if it is stopped meanwhile.
    async fn join(
        &mut self,
        joined: &impl Fn(bool),
    ) -> Result<Option<Box<Publication>>, PublicationError> {
        let playable = &self.source.playable;
        let tracks = PublishedTracks {
            video: PublishedVideo {
                codec: playable.codec,
                width: playable.width,
                height: playable.height,
                bitrate: playable.bitrate,
            },
            has_audio: playable.audio.is_some(),
        };
        let mut delays = REJOIN_DELAYS.into_iter();
        let mut delay = Duration::ZERO;
        loop {
            tokio::select! {
                publication = self.publications.join(&self.token, tracks) => match publication {
                    Ok(publication) => {
                        joined(true);
                        return Ok(Some(publication));
                    }
                    Err(error) if error.is_final() => return Err(error),
                    Err(error) => tracing::debug!(%error, "cannot join the room"),
                },
                () = stopped(&mut self.stop) => return Ok(None),
            }
            delay = delays.next().unwrap_or(delay);
            tokio::select! {
                () = sleep(delay) => {}
                () = stopped(&mut self.stop) => return Ok(None),
            }
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stops| *stops).await.is_err() {
        pending().await
    }
}

/// Passes each frame on when it is due. Ends with the frames, or when the receiver is dropped.
async fn pace(mut frames: mpsc::Receiver<Demuxed>, to: mpsc::Sender<MediaFrame>) {
    let mut start = None;
    while let Some(Demuxed {
        is_audio,
        time,
        payload,
    }) = frames.recv().await
    {
        let now = Instant::now();
        let mut due = *start.get_or_insert(now) + time;
        if now > due + MAX_LATE {
            start = now.checked_sub(time);
            due = now;
        }
        tokio::select! {
            () = sleep_until(due) => {}
            () = to.closed() => return,
        }
        let due = due.into_std();
        // A full queue loses it: the room is being joined again.
        let _ = to.try_send(MediaFrame {
            is_audio,
            time,
            due,
            payload,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ms: u64) -> Demuxed {
        Demuxed {
            is_audio: false,
            time: Duration::from_millis(ms),
            payload: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn frames_come_when_they_are_due_and_a_late_file_is_not_caught_up() {
        let (file, demuxed) = mpsc::channel(8);
        let (due, mut frames) = mpsc::channel(8);
        tokio::spawn(pace(demuxed, due));
        let begin = Instant::now();
        for ms in [0, 40, 80] {
            file.send(frame(ms)).await.expect("is taken");
        }
        for ms in [0, 40, 80] {
            let got = frames.recv().await.expect("a frame");
            assert_eq!(got.time, Duration::from_millis(ms));
            assert_eq!(begin.elapsed(), Duration::from_millis(ms));
        }
        sleep(Duration::from_secs(5)).await;
        for ms in [120, 160] {
            file.send(frame(ms)).await.expect("is taken");
        }
        drop(file);
        assert!(frames.recv().await.is_some());
        let late = begin.elapsed();
        assert!(frames.recv().await.is_some());
        assert_eq!(
            begin.elapsed() - late,
            Duration::from_millis(40),
            "not at once"
        );
        assert!(frames.recv().await.is_none(), "the file has ended");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_receiver_ends_the_clock() {
        let (file, demuxed) = mpsc::channel(8);
        let (due, frames) = mpsc::channel(8);
        let clock = tokio::spawn(pace(demuxed, due));
        file.send(frame(60_000)).await.expect("is taken");
        file.send(frame(120_000)).await.expect("is taken");
        drop(frames);
        let begin = Instant::now();
        clock.await.expect("ends");
        assert!(begin.elapsed() < Duration::from_secs(1));
    }
}
