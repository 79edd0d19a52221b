//! The messages of the page, and their limits.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::wire::MAX_TEXT;

/// Size of a `data` payload, bytes.
pub(crate) const MAX_DATA: usize = 15_000;
/// Size of a `data` topic, bytes.
const MAX_TOPIC: usize = 256;
/// Size of a token, bytes: LiveKit's tokens with metadata stay below.
const MAX_TOKEN: usize = 8 * 1024;
/// Width and height of a video, pixels.
const MAX_SIDE: u32 = 4096;
/// A resume secret has 32 digits.
const MAX_RESUME: usize = 64;

/// A video codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoCodec {
    /// VP8.
    Vp8,
    /// H.264, with start codes (Annex B).
    H264,
}

/// The first message of a page that joins.
#[derive(Clone, PartialEq, Deserialize)]
pub(crate) struct Hello {
    pub(crate) token: String,
    #[serde(default)]
    pub(crate) audio: bool,
    #[serde(default)]
    pub(crate) video: Option<Video>,
    /// Codecs that the page decodes. Names that the bridge does not know are ignored.
    #[serde(default)]
    pub(crate) decode: Vec<String>,
    #[serde(default)]
    pub(crate) resume: Option<String>,
}

/// What the page's camera or screen sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Video {
    pub(crate) codec: VideoCodec,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// An acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Ack {
    /// Bytes of all binary messages received on this socket.
    pub(crate) bytes: u64,
    /// When the last of them arrived, milliseconds of the page's clock.
    #[serde(default)]
    pub(crate) at: Option<u64>,
}

/// Which of the page's tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Media {
    Audio,
    Video,
}

/// A message of the page.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum FromPage {
    Hello(Hello),
    Diagnose { token: String },
    Ack(Ack),
    Keyframe { track: u16 },
    Mute { kind: Media, muted: bool },
    View(View),
    Data(Data),
    Bye,
}

/// The size of a track's element on the screen, device pixels.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct View {
    pub(crate) track: u16,
    /// Scaled elements have fractions.
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) visible: bool,
}

/// A message to the other participants.
#[derive(Clone, PartialEq, Deserialize)]
pub(crate) struct Data {
    #[serde(default)]
    pub(crate) topic: String,
    /// Base64.
    pub(crate) payload: String,
    #[serde(default = "reliable")]
    pub(crate) reliable: bool,
}

fn reliable() -> bool {
    true
}

/// What is wrong with a text message. The text is the reason with which the socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MessageError {
    #[error("a message is longer than 24 KiB")]
    Long,
    #[error("a message is not JSON of a known type")]
    Unknown,
    #[error("hello has a field that is too long or out of range")]
    Hello,
    #[error("data is longer than 15,000 bytes, its topic than 256, or its payload is not base64")]
    Data,
}

impl FromPage {
    /// Reads a text message.
    pub(crate) fn parse(text: &str) -> Result<Self, MessageError> {
        if text.len() > MAX_TEXT {
            return Err(MessageError::Long);
        }
        let message: Self = serde_json::from_str(text).map_err(|_| MessageError::Unknown)?;
        match &message {
            Self::Hello(hello) if !hello.is_valid() => Err(MessageError::Hello),
            Self::Diagnose { token } if token.len() > MAX_TOKEN => Err(MessageError::Hello),
            _ => Ok(message),
        }
    }
}

impl Hello {
    fn is_valid(&self) -> bool {
        let side = |side: u32| (1..=MAX_SIDE).contains(&side);
        self.token.len() <= MAX_TOKEN
            && self
                .resume
                .as_ref()
                .is_none_or(|secret| secret.len() <= MAX_RESUME)
            && self
                .video
                .is_none_or(|video| side(video.width) && side(video.height))
    }

    /// Reports whether the page decodes the codec.
    pub(crate) fn decodes(&self, codec: VideoCodec) -> bool {
        let name = match codec {
            VideoCodec::Vp8 => "vp8",
            VideoCodec::H264 => "h264",
        };
        self.decode.iter().any(|known| known == name)
    }

    /// Reports whether the page shows others' videos.
    pub(crate) fn decodes_video(&self) -> bool {
        self.decodes(VideoCodec::Vp8) || self.decodes(VideoCodec::H264)
    }

    /// Reports whether the codec is negotiated with LiveKit: the page sends or decodes it.
    pub(crate) fn uses(&self, codec: VideoCodec) -> bool {
        self.decodes(codec) || self.video.is_some_and(|video| video.codec == codec)
    }
}

impl Data {
    /// Returns the decoded payload.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, MessageError> {
        if self.topic.len() > MAX_TOPIC {
            return Err(MessageError::Data);
        }
        let bytes = STANDARD
            .decode(&self.payload)
            .map_err(|_| MessageError::Data)?;
        if bytes.len() > MAX_DATA {
            return Err(MessageError::Data);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
