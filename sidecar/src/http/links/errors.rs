//! Errors of the links' use cases as HTTP responses.

use super::Error;
use super::awaited::RETRY_AFTER;
use crate::links::error::{CallPart, CallWait};
use crate::links::{DEFAULT_PATH_TEMPLATE, LinkError, PathTemplateError};
use sidelink_diagnostics::{Lang, awaited};

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NoSuchLink => Self::NO_SUCH_LINK,
            LinkError::KeyReused => Self::OTHER_BODY,
            LinkError::PathTemplate(error) => error.into(),
            LinkError::RoomFull => Self::ROOM_FULL,
            LinkError::NoPlace(none) => none.into(),
            LinkError::NotJoined => Self::NOT_JOINED,
            LinkError::TooMany(wait) => Self::TOO_MANY.retry_after(wait),
            LinkError::Preparing(wait) => preparing(wait),
            LinkError::Failed(diagnosis) => Self::failed(diagnosis.as_ref()),
            LinkError::Redis(down) => down.into(),
            LinkError::Random(error) => error.into(),
            LinkError::Signing(error) => error.into(),
            LinkError::QrCode => Self::INTERNAL,
        }
    }
}

impl From<PathTemplateError> for Error {
    fn from(error: PathTemplateError) -> Self {
        let message_pt = format!("pathTemplate não pode ser usado: {}.", error.message_pt());
        let fix = format!(
            "pathTemplate begins with exactly one / and holds ${{token}}; ${{professionalId}}, ${{clientId}} and ${{consultationType}} may be in it: {DEFAULT_PATH_TEMPLATE}"
        );
        Self::BAD_FIELD.with_text(
            format!("pathTemplate cannot be used: {error}."),
            message_pt,
            fix,
        )
    }
}

fn preparing(CallWait { part, waited }: CallWait) -> Error {
    let [what, what_pt] = match part {
        CallPart::Livekit => ["LiveKit", "o LiveKit"],
        CallPart::Layer(layer, tunnel) => {
            [Lang::En, Lang::Pt].map(|lang| awaited(layer, tunnel, lang))
        }
        CallPart::PublicUrl => ["the public URL", "a URL pública"],
    };
    let seconds = waited.as_secs();
    Error::PREPARING
        .with_text(
            format!("The call is being prepared: waiting for {what}, {seconds} s."),
            format!("A chamada está sendo preparada: aguardando {what_pt}, {seconds} s."),
            "Try again after the seconds in Retry-After.".to_owned(),
        )
        .retry_after(RETRY_AFTER)
}
