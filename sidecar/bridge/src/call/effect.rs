//! What a call wants done, and what it hears.

use std::time::Instant;

use str0m::media::Mid;

use crate::signal::Sections;
use crate::signal::proto::Request;
use crate::wire::frame::Kind;
use crate::wire::message::ToPage;

/// Something that a call wants done, in this order.
#[derive(Debug)]
pub(crate) enum Effect {
    /// A text message to the page.
    Notify(ToPage),
    /// The page's socket is closed. Code and reason are WebSocket's.
    ClosePage { code: u16, reason: String },
    /// A message to LiveKit.
    Signal(Request),
    /// A frame of the page to LiveKit.
    Write(UpFrame),
    /// A participant's video has to take no more bits per second, if it is a phone of this bridge.
    LimitSender { sender: String, bitrate: u32 },
    /// A request for a key frame of another participant's video.
    Keyframe(Mid),
    /// A data packet to LiveKit.
    Data { reliable: bool, packet: Vec<u8> },
    /// An offer with more sections, and without those whose track has ended.
    Offer { more: Sections, ended: Vec<Mid> },
    /// LiveKit's answer to the last offer.
    Answer(String),
    /// The call is over.
    End,
}

/// A frame of the page, ready to be packetised.
#[derive(Debug)]
pub(crate) struct UpFrame {
    pub(crate) kind: Kind,
    /// The audio level, −dBov.
    pub(crate) level: u8,
    /// Media time, microseconds.
    pub(crate) media: u64,
    pub(crate) wallclock: Instant,
    pub(crate) payload: Vec<u8>,
}

/// What the peer connection reports.
#[derive(Debug)]
pub(crate) enum PeerEvent {
    Connected,
    Disconnected,
    Frame(PeerFrame),
    /// LiveKit needs a key frame of the page's video.
    KeyframeWanted,
    Data(Vec<u8>),
}

/// A frame of another participant.
#[derive(Debug)]
pub(crate) struct PeerFrame {
    pub(crate) mid: Mid,
    pub(crate) codec: crate::wire::message::Codec,
    pub(crate) key: bool,
    /// False after a gap.
    pub(crate) contiguous: bool,
    pub(crate) layer: u8,
    pub(crate) sync: bool,
    /// RTP time, microseconds.
    pub(crate) rtp: u64,
    pub(crate) payload: std::sync::Arc<[u8]>,
}
