//! The settings.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What the publisher needs to know. `sidelink publisher` reads it from the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// LiveKit's host and port of HTTP, e.g. `livekit:7880`.
    pub livekit: String,
    /// LiveKit's host and UDP port, e.g. `livekit:7882`.
    pub media: String,
    /// The folder of the videos, which is only read.
    pub videos: PathBuf,
    /// The folder of converted videos.
    pub cache: PathBuf,
    /// Bytes that the converted videos may take. The oldest are removed first.
    pub cache_limit: u64,
    /// Videos that play at once.
    pub plays: usize,
}
