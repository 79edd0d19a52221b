//! Why a link cannot be created, resent, listed, joined, reported on or ended.

use std::time::Duration;

use super::path::PathTemplateError;
use crate::connections::NoPlace;
use crate::random::RandomError;
use crate::recent::TooMany;
use crate::storage::redis::Down;
use sidelink_core::{Diagnosis, LayerKind, TunnelKind};

/// Why a use case of links did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The token is unknown, expired or ended.
    #[error("there is no such link")]
    NoSuchLink,
    /// The idempotency key belongs to a request with another body.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The path template cannot be used.
    #[error("the path template cannot be used: {0}")]
    PathTemplate(#[from] PathTemplateError),
    /// The link's room has no place for another client.
    #[error("the room is full")]
    RoomFull,
    /// All connections of the stack are taken.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// The resume secret matches no participant of the link.
    #[error("the caller has not joined by this link")]
    NotJoined,
    /// A rate limit refuses the caller.
    #[error("too many requests; the next one is allowed in {0:?}")]
    TooMany(Duration),
    /// The call cannot begin yet.
    #[error("the call waits for {0:?}")]
    Preparing(CallWait),
    /// The stack needs a change by the operator; the diagnosis, where one is known.
    #[error("links are unavailable until the operator fixes a problem")]
    Failed(Option<Diagnosis>),
    /// Redis does not answer.
    #[error(transparent)]
    Redis(#[from] Down),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// LiveKit's secret cannot be used as a key.
    #[error("cannot sign a LiveKit token: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The link is too long for a QR code.
    #[error("the link does not fit a QR code")]
    QrCode,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallWait {
    /// The part that does not work yet.
    pub part: CallPart,
    /// Time for which it has not worked.
    pub waited: Duration,
}

/// A part of the stack that a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallPart {
    /// The service with LiveKit's role.
    Livekit,
    /// A layer of the public URL, by the current tunnel.
    Layer(LayerKind, Option<TunnelKind>),
    /// A verified public URL.
    PublicUrl,
}

impl From<TooMany> for LinkError {
    fn from(TooMany { retry_after }: TooMany) -> Self {
        Self::TooMany(retry_after)
    }
}
