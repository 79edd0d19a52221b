//! The path of a call's media, as pages report it.

use serde::{Deserialize, Serialize};
use sidelink_core::MediaGrade;

/// How a call's media travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaPath {
    /// No video arrived.
    None,
    /// Directly from this machine, on the same network.
    Lan,
    /// Directly from this machine, in another network.
    Direct,
    /// Over the HTTP tunnel.
    Tunnel,
    /// Through a TURN server.
    Turn,
}

/// A transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

impl From<MediaPath> for MediaGrade {
    fn from(media: MediaPath) -> Self {
        match media {
            MediaPath::None => Self::None,
            MediaPath::Lan => Self::Lan,
            MediaPath::Direct => Self::Direct,
            MediaPath::Tunnel => Self::Tunnel,
            MediaPath::Turn => Self::Turn,
        }
    }
}
