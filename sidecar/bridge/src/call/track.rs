//! A track of another participant.

use std::time::Instant;

use str0m::media::Mid;

use super::clock::DownClock;
use super::effect::PeerFrame;
use crate::layers::{Choice, Visible};
use crate::signal::proto::{TrackInfo, TrackSource, TrackType};
use crate::wire::message::{Codec, TrackKind};

/// A track of another participant.
#[derive(Debug)]
pub(crate) struct Track {
    pub(super) number: u16,
    pub(super) sid: String,
    /// Whose track it is, by SID.
    pub(super) person: String,
    pub(super) kind: TrackKind,
    pub(super) info: TrackInfo,
    pub(super) mid: Option<Mid>,
    pub(super) clock: DownClock,
    pub(super) codec: Option<Codec>,
    /// Frames are dropped until a key frame.
    pub(super) needs_key: bool,
    /// A key frame has to be requested.
    pub(super) wants_key: bool,
    pub(super) asked_at: Option<Instant>,
    pub(super) visible: Visible,
    /// The choice that LiveKit has.
    pub(super) choice: Option<Choice>,
}

impl Track {
    pub(super) fn new(
        number: u16,
        person: &str,
        kind: TrackKind,
        info: TrackInfo,
        mid: Option<Mid>,
    ) -> Self {
        Self {
            number,
            sid: info.sid.clone(),
            person: person.to_owned(),
            kind,
            info,
            mid,
            clock: DownClock::default(),
            codec: None,
            needs_key: kind != TrackKind::Audio,
            wants_key: false,
            asked_at: None,
            visible: Visible::Unknown,
            choice: None,
        }
    }

    pub(super) fn is_video(&self) -> bool {
        self.kind != TrackKind::Audio
    }

    /// Drops frames until a key frame.
    pub(super) fn interrupt(&mut self) {
        self.needs_key = self.is_video();
    }

    /// Reports whether the page gets the frame: video begins with a key frame, also after a gap.
    pub(super) fn takes(&mut self, frame: &PeerFrame) -> bool {
        if !frame.contiguous {
            self.restart();
        }
        if frame.key {
            (self.needs_key, self.wants_key) = (false, false);
        }
        self.wants_key |= self.needs_key;
        !self.needs_key
    }

    /// Drops frames until a key frame, and requests one.
    pub(super) fn restart(&mut self) {
        self.interrupt();
        self.wants_key = self.is_video();
    }
}

/// Returns what LiveKit's track is to the page, `None` for a track of data.
pub(super) fn kind(info: &TrackInfo) -> Option<TrackKind> {
    let source = TrackSource::try_from(info.source).unwrap_or(TrackSource::Unknown);
    match (source, TrackType::try_from(info.r#type).ok()?) {
        (_, TrackType::Audio) => Some(TrackKind::Audio),
        (TrackSource::ScreenShare, TrackType::Video) => Some(TrackKind::Screen),
        (_, TrackType::Video) => Some(TrackKind::Camera),
        (_, TrackType::Data) => None,
    }
}
