//! Another participant's camera, as LiveKit forwards it: the chosen simulcast layer, in three temporal layers.

use crate::flow::viewers::ViewersLimit;
use crate::layers::Layer;
use crate::signal::proto::{TrackInfo, TrackSource, TrackType, VideoLayer};
use crate::testing::{ms, start};

pub(super) const FRAME_RATE: u64 = 24;
/// LiveKit passes a request on, the sender encodes, and LiveKit switches the layer.
const KEY_FRAME_AFTER: u64 = 120;

/// What a camera sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sends {
    /// As livekit-client does from 1280×720.
    Simulcast,
    /// As a bridged phone does: one layer of 700 kbit/s.
    Single,
}

#[derive(Debug)]
pub(super) struct Camera {
    sends: Sends,
    layer: Layer,
    wanted: Layer,
    key_at: Option<u64>,
    index: u64,
    /// The pattern of temporal layers begins at this picture.
    key: u64,
    /// Bits per second of the single layer, when it was limited, and until when that holds.
    bitrate: u64,
    is_half: bool,
    limit: ViewersLimit,
}

/// An encoded picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) bytes: usize,
    pub(super) key: bool,
    pub(super) temporal: u8,
    pub(super) sync: bool,
}

impl Camera {
    pub(super) fn new(sends: Sends) -> Self {
        Self {
            sends,
            layer: Layer::High,
            wanted: Layer::High,
            key_at: None,
            index: 0,
            key: 0,
            bitrate: 700_000,
            is_half: false,
            limit: ViewersLimit::new(start()),
        }
    }

    pub(super) fn info(sends: Sends) -> TrackInfo {
        let layer = |quality, width, height, bitrate| VideoLayer {
            quality,
            width,
            height,
            bitrate,
        };
        let all = vec![
            layer(0, 320, 180, 160_000),
            layer(1, 640, 360, 450_000),
            layer(2, 1280, 720, 1_700_000),
        ];
        TrackInfo {
            sid: "TR_1".into(),
            source: TrackSource::Camera.into(),
            r#type: TrackType::Video.into(),
            layers: if sends == Sends::Simulcast {
                all
            } else {
                Vec::new()
            },
            ..TrackInfo::default()
        }
    }

    pub(super) fn needs_key(&mut self, now: u64) {
        self.key_at.get_or_insert(now + KEY_FRAME_AFTER);
    }

    pub(super) fn chooses(&mut self, layer: Layer, now: u64) {
        if self.sends == Sends::Simulcast && self.wanted != layer {
            self.wanted = layer;
            self.needs_key(now);
        }
    }

    /// The phone's own bridge limits it, as a viewer asked.
    pub(super) fn limited(&mut self, bitrate: u32, now: u64) {
        self.limit.lower(bitrate, start() + ms(now));
    }

    /// The page obeys at once, and goes up by 4 % each half second; its size follows.
    fn adapts(&mut self, now: u64) {
        if !now.is_multiple_of(500) {
            return;
        }
        self.limit.end(start() + ms(now));
        let most = u64::from(self.limit.bitrate()).min(700_000);
        self.bitrate = (self.bitrate * 104 / 100).min(most);
        let bound = if self.is_half { 450_000 } else { 250_000 };
        self.is_half = self.bitrate < bound;
    }

    pub(super) fn layer(&self) -> Layer {
        self.layer
    }

    /// Returns the picture of this millisecond, if there is one.
    pub(super) fn picture(&mut self, now: u64) -> Option<Picture> {
        self.adapts(now);
        let index = now * FRAME_RATE / 1_000;
        if index == self.index && now > 0 {
            return None;
        }
        self.index = index;
        let is_key = now == 0 || self.key_at.is_some_and(|at| now >= at);
        if is_key {
            (self.key_at, self.layer, self.key) = (None, self.wanted, index);
        }
        Some(self.encoded(is_key))
    }

    fn encoded(&self, key: bool) -> Picture {
        let (bitrate, key_bytes) = match (self.sends, self.layer) {
            (Sends::Single, _) if self.is_half => (self.bitrate, 5_000),
            (Sends::Single, _) => (self.bitrate, 15_000),
            (_, Layer::Low) => (160_000, 5_000),
            (_, Layer::Medium) => (450_000, 12_000),
            (_, Layer::High) => (1_700_000, 30_000),
        };
        let place = (self.index - self.key) % 4;
        let (temporal, percent) = match (self.sends, place) {
            (Sends::Single, _) => (0, 100),
            (_, 0) => (0, 160),
            (_, 2) => (1, 80),
            _ => (2, 80),
        };
        // Pictures differ by a fifth from each other.
        let noise = 80 + self.index * 7_919 % 41;
        let bytes = bitrate / 8 / FRAME_RATE * percent / 100 * noise / 100;
        Picture {
            bytes: usize::try_from(if key { key_bytes } else { bytes }).expect("small"),
            key,
            temporal,
            sync: place == 1 || place == 2,
        }
    }
}
