//! `sidelink bridge`: a call for a phone that no UDP reaches, over one WebSocket through the HTTP tunnel.
//!
//! The page encodes and decodes. The bridge joins LiveKit with the visitor's own token, packetises, and controls the
//! flow. It holds no secret of LiveKit's. `docs/media-protocol.md` describes what travels on the WebSocket.
//!
//! [`Publications`] are participants that only send, without a page: `sidelink publisher` plays files by them.
//!
//! `wire`, `flow`, `layers`, `signal`, `call` and `rtc` have no sockets and no clock: the time is passed in. `shell` has
//! both.

mod call;
mod flow;
mod layers;
mod rtc;
mod settings;
mod shell;
mod signal;
#[cfg(test)]
mod testing;
mod wire;

pub use settings::Settings;
pub use shell::publication::{
    MediaFrame, Publication, PublicationError, Publications, PublishedTracks, PublishedVideo,
};
pub use shell::server::{Bridge, NoRandomNumbers};
pub use wire::message::VideoCodec;
