//! The settings.

use std::net::SocketAddr;

/// What the bridge needs to know. `sidelink bridge` reads it from the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// LiveKit's host and port of HTTP, e.g. `livekit:7880`.
    pub livekit: String,
    /// LiveKit's host and UDP port, e.g. `livekit:7882`.
    pub media: String,
    /// Phones at once.
    pub phones: usize,
    /// Phones of one visitor's address at once.
    pub phones_per_address: usize,
    /// Bits per second of a phone's video.
    pub bitrate: u32,
    /// Bytes a month that the tunnel carries, where its provider limits them. The bridge only passes it on.
    pub quota: Option<u64>,
}
