//! What travels on the page's WebSocket: binary frames and JSON messages. See `docs/media-protocol.md`.

pub(crate) mod frame;
pub(crate) mod message;

/// WebSocket's codes with which the bridge closes.
pub(crate) mod close {
    /// The call is over.
    pub(crate) const NORMAL: u16 = 1000;
    /// The page broke a rule of the protocol.
    pub(crate) const POLICY: u16 = 1008;
    /// No place is free.
    pub(crate) const TRY_AGAIN_LATER: u16 = 1013;
}

/// The WebSocket's subprotocol.
pub(crate) const SUBPROTOCOL: &str = "sidelink-media.1";
/// Size of a text message, bytes: 15,000 bytes of data are 20,000 in base64.
pub(crate) const MAX_TEXT: usize = 24 * 1024;
