//! A participant that only sends: the tracks of a video file.

use std::future::pending;
use std::time::{Duration, Instant};

use str0m::RtcError;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};

use super::joined::{Joined, Ports, join};
use super::livekit::{JoinError, SignalSocket};
use super::now;
use super::server::NoRandomNumbers;
use crate::call::effect::{PeerEvent, UpFrame};
use crate::rtc::{Dtls, Peer};
use crate::signal::proto::{LeaveRequest, Request, Response, reason};
use crate::signal::{Signal, SignalEvent, Tick};
use crate::wire::frame::Kind;
use crate::wire::message::{Hello, Video, VideoCodec};

/// Time until the media path to LiveKit is open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest datagram: WebRTC's are below 1500 bytes.
const MAX_DATAGRAM: usize = 2048;
/// −dBov: a file's sound never makes its participant a speaker.
const SILENT: u8 = 127;

/// Joins participants that only send.
#[derive(Clone, Debug)]
pub struct Publications {
    http: String,
    media: String,
    dtls: Dtls,
}

/// What a participant sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedTracks {
    /// Its video.
    pub video: PublishedVideo,
    /// Whether it sends Opus too.
    pub has_audio: bool,
}

/// A video in one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedVideo {
    /// How its frames are encoded.
    pub codec: VideoCodec,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits per second, at most.
    pub bitrate: u32,
}

/// One encoded frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFrame {
    /// Opus; otherwise a picture.
    pub is_audio: bool,
    /// Time since the beginning, the same for sound and pictures.
    pub time: Duration,
    /// When that is.
    pub due: Instant,
    /// The codec's bytes.
    pub payload: Vec<u8>,
}

/// A participant in its room.
pub struct Publication {
    signal: Signal,
    livekit: SignalSocket,
    udp: UdpSocket,
    peer: Peer,
    is_connected: bool,
    token: String,
}

/// Why a participant cannot send, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// LiveKit may be starting.
    #[error("LiveKit does not answer")]
    Unreachable,
    /// The token is of another LiveKit, or too old.
    #[error("LiveKit refuses the token")]
    Refused,
    /// The peer connection failed.
    #[error("the media path to LiveKit is lost")]
    MediaLost,
    /// It was ended.
    #[error("the participant was removed, or its room ended")]
    Removed,
}

impl PublicationError {
    /// Reports whether joining again cannot help.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Refused | Self::Removed)
    }
}

/// What a participant was woken by.
enum Woken {
    Signal(Option<Option<Response>>),
    Datagram(usize),
    Frame(Option<MediaFrame>),
    Time,
}

impl Publications {
    /// Prepares for LiveKit's HTTP and UDP ports, each as host and port.
    ///
    /// # Errors
    ///
    /// Returns that the certificate could not be generated.
    pub fn new(http: String, media: String) -> Result<Self, NoRandomNumbers> {
        let dtls = Dtls::generate().ok_or(NoRandomNumbers)?;
        Ok(Self { http, media, dtls })
    }

    /// Joins, and returns once media can be sent.
    ///
    /// # Errors
    ///
    /// Returns why LiveKit does not take the participant in.
    pub async fn join(
        &self,
        token: &str,
        tracks: PublishedTracks,
    ) -> Result<Box<Publication>, PublicationError> {
        // Large: it holds the whole of a peer connection.
        Box::pin(self.joined(token, tracks)).await
    }

    async fn joined(
        &self,
        token: &str,
        tracks: PublishedTracks,
    ) -> Result<Box<Publication>, PublicationError> {
        let started = now();
        let ports = Ports {
            http: &self.http,
            media: &self.media,
        };
        let hello = tracks.hello(token);
        let joined = join(ports, &self.dtls, &hello, tracks.video.bitrate, started).await?;
        let Joined { livekit, udp, peer } = joined;
        let mut publication = Box::new(Publication {
            signal: Signal::new(started),
            livekit,
            udp,
            peer,
            is_connected: false,
            token: token.to_owned(),
        });
        let connected = timeout(CONNECT_TIMEOUT, publication.connected()).await;
        connected.map_err(|_| PublicationError::MediaLost)??;
        Ok(publication)
    }
}

impl Publication {
    /// Sends frames as they come, until there are no more.
    ///
    /// # Errors
    ///
    /// Returns why LiveKit takes no more of them.
    pub async fn send(
        &mut self,
        frames: &mut mpsc::Receiver<MediaFrame>,
    ) -> Result<(), PublicationError> {
        while self.step(Some(frames)).await? {}
        Ok(())
    }

    /// Returns the newest token, with which the participant can join again.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Leaves the room.
    pub async fn leave(mut self: Box<Self>) {
        let leave = LeaveRequest {
            reason: reason::CLIENT_INITIATED,
            action: 0,
        };
        self.livekit.send(Request::Leave(leave)).await;
        self.livekit.close().await;
    }

    async fn connected(&mut self) -> Result<(), PublicationError> {
        while !self.is_connected {
            self.step(None).await?;
        }
        Ok(())
    }

    /// Waits for one event and handles it. Returns false after the last frame.
    async fn step(
        &mut self,
        frames: Option<&mut mpsc::Receiver<MediaFrame>>,
    ) -> Result<bool, PublicationError> {
        self.settle()?;
        let mut buffer = [0; MAX_DATAGRAM];
        let deadline = self.signal.deadline().min(self.peer.deadline());
        let frame = async {
            match frames {
                Some(frames) => frames.recv().await,
                None => pending().await,
            }
        };
        let woken = tokio::select! {
            response = self.livekit.next() => Woken::Signal(response),
            read = self.udp.recv(&mut buffer) => Woken::Datagram(read.unwrap_or(0)),
            frame = frame => Woken::Frame(frame),
            () = sleep_until(deadline.into()) => Woken::Time,
        };
        let now = now();
        match woken {
            Woken::Signal(None) => return Err(PublicationError::Unreachable),
            Woken::Signal(Some(None)) => self.signal.heard(now),
            Woken::Signal(Some(Some(response))) => {
                for event in self.signal.handle(response, now) {
                    self.signalled(event).await?;
                }
            }
            Woken::Datagram(length) => self.peer.receive(&buffer[..length], now)?,
            Woken::Frame(None) => return Ok(false),
            Woken::Frame(Some(frame)) => self.peer.write(frame.into())?,
            Woken::Time => {}
        }
        self.pass_time(now).await?;
        Ok(true)
    }

    async fn signalled(&mut self, event: SignalEvent) -> Result<(), PublicationError> {
        match event {
            SignalEvent::Answer { sdp, .. } => self.peer.answer(&sdp)?,
            SignalEvent::Sections(more) => {
                if let Some(sdp) = self.peer.offer(more, &[])? {
                    let offer = self.signal.offer(sdp);
                    self.request(offer).await?;
                }
            }
            SignalEvent::Token(token) => self.token = token,
            SignalEvent::Over { again: false, .. } => return Err(PublicationError::Removed),
            SignalEvent::Over { again: true, .. } => return Err(PublicationError::Unreachable),
            SignalEvent::Joined { .. }
            | SignalEvent::Published { .. }
            | SignalEvent::Participants(_)
            | SignalEvent::Speakers(_) => {}
        }
        Ok(())
    }

    async fn pass_time(&mut self, now: Instant) -> Result<(), PublicationError> {
        match self.signal.tick(now) {
            Tick::Nothing => {}
            Tick::Ping(ping) => self.request(ping).await?,
            Tick::Lost => return Err(PublicationError::Unreachable),
        }
        if self.peer.deadline() <= now {
            self.peer.tick(now)?;
        }
        Ok(())
    }

    /// Takes what the peer connection reports, and sends its datagrams.
    fn settle(&mut self) -> Result<(), PublicationError> {
        while let Some(event) = self.peer.event() {
            match event {
                PeerEvent::Connected => self.is_connected = true,
                PeerEvent::Disconnected => return Err(PublicationError::MediaLost),
                // A file has its key frames where it has them.
                PeerEvent::KeyframeWanted | PeerEvent::Frame(_) | PeerEvent::Data(_) => {}
            }
        }
        while let Some(datagram) = self.peer.datagram() {
            // A full socket loses it, as a network does.
            let _ = self.udp.try_send(&datagram);
        }
        Ok(())
    }

    async fn request(&mut self, request: Request) -> Result<(), PublicationError> {
        let is_sent = self.livekit.send(request).await;
        is_sent.then_some(()).ok_or(PublicationError::Unreachable)
    }
}

impl PublishedTracks {
    fn hello(self, token: &str) -> Hello {
        let PublishedVideo {
            codec,
            width,
            height,
            ..
        } = self.video;
        Hello {
            token: token.to_owned(),
            audio: self.has_audio,
            video: Some(Video {
                codec,
                width,
                height,
            }),
            decode: Vec::new(),
            resume: None,
        }
    }
}

impl From<MediaFrame> for UpFrame {
    fn from(frame: MediaFrame) -> Self {
        Self {
            kind: if frame.is_audio {
                Kind::Audio
            } else {
                Kind::Camera
            },
            level: SILENT,
            media: u64::try_from(frame.time.as_micros()).unwrap_or(u64::MAX),
            wallclock: frame.due,
            payload: frame.payload,
        }
    }
}

impl From<JoinError> for PublicationError {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Refused => Self::Refused,
            JoinError::Unreachable | JoinError::Failed(_) => Self::Unreachable,
        }
    }
}

impl From<RtcError> for PublicationError {
    fn from(error: RtcError) -> Self {
        tracing::warn!(%error, "the peer connection failed");
        Self::MediaLost
    }
}
