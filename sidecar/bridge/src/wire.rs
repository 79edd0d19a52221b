//! What travels on the page's WebSocket: binary frames and JSON messages. See `docs/media-protocol.md`.

pub(crate) mod frame;
pub(crate) mod message;

/// The WebSocket's subprotocol.
pub(crate) const SUBPROTOCOL: &str = "sidelink-media.1";
/// Size of a text message, bytes: 15,000 bytes of data are 20,000 in base64.
pub(crate) const MAX_TEXT: usize = 24 * 1024;
