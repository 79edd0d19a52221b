//! The messages to the page.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// A message to the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ToPage {
    Joined {
        identity: String,
        name: String,
        resume: String,
        resumed: bool,
    },
    Participant {
        identity: String,
        name: String,
        attributes: BTreeMap<String, String>,
    },
    Left {
        identity: String,
    },
    Track {
        id: u16,
        identity: String,
        kind: TrackKind,
        muted: bool,
    },
    Codec {
        track: u16,
        codec: Codec,
    },
    Ended {
        track: u16,
    },
    Muted {
        track: u16,
        muted: bool,
    },
    Keyframe,
    Ack {
        bytes: u64,
    },
    Limit {
        bitrate: u32,
    },
    Speakers {
        identities: Vec<String>,
    },
    Data {
        identity: Option<String>,
        topic: String,
        payload: String,
    },
    Diagnosed {
        ok: bool,
        reason: String,
    },
    Leave {
        reason: LeaveReason,
        again: bool,
    },
}

/// The source of a track in `track` messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TrackKind {
    Audio,
    Camera,
    Screen,
}

/// The codec of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Codec {
    Opus,
    Vp8,
    H264,
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LeaveReason {
    /// The same identity joined elsewhere.
    Replaced,
    Removed,
    RoomClosed,
    /// LiveKit refuses the token.
    Expired,
    ServerUnreachable,
    /// The media path to LiveKit was lost.
    Failed,
    /// The bridge or LiveKit ends.
    Restart,
}

impl ToPage {
    /// Creates a `data` message. An empty identity is the server.
    pub(crate) fn data(identity: String, topic: String, payload: &[u8]) -> Self {
        Self::Data {
            identity: Some(identity).filter(|identity| !identity.is_empty()),
            topic,
            payload: STANDARD.encode(payload),
        }
    }

    /// Returns the message's text.
    pub(crate) fn text(&self) -> String {
        // Maps with text keys only: nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_to_the_page_have_the_protocols_names() {
        let leave = ToPage::Leave {
            reason: LeaveReason::RoomClosed,
            again: false,
        };
        assert_eq!(
            leave.text(),
            r#"{"type":"leave","reason":"room_closed","again":false}"#
        );
        let track = ToPage::Track {
            id: 3,
            identity: "a".into(),
            kind: TrackKind::Camera,
            muted: false,
        };
        assert_eq!(
            track.text(),
            r#"{"type":"track","id":3,"identity":"a","kind":"camera","muted":false}"#
        );
        assert_eq!(ToPage::Keyframe.text(), r#"{"type":"keyframe"}"#);
        assert_eq!(
            ToPage::data(String::new(), "t".into(), b"hi").text(),
            r#"{"type":"data","identity":null,"topic":"t","payload":"aGk="}"#
        );
    }
}
