//! Error responses, in the form of the sidecar's, which passes them on.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::inspection::Unplayable;
use crate::name::VideoName;

/// Why a request cannot be done.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the token is wrong")]
    Token,
    #[error("the body cannot be read")]
    Body,
    #[error("there is no such video")]
    NoVideo,
    #[error("the file cannot be read as a video: {0}")]
    Unreadable(String),
    #[error("{0} cannot be played as it is")]
    Unplayable(VideoName, Unplayable),
    #[error("{0} videos play already")]
    TooMany(usize),
    #[error("{0}")]
    Ffmpeg(String),
}

/// The codes of the errors that the sidecar passes on and does not have itself.
pub const ERROR_CODES: &[&str] = &[
    "video_unreadable",
    "video_unplayable",
    "too_many_videos",
    "ffmpeg_failed",
];

/// The documentation of the routes.
const DOCS: &str = "docs/videos.md";

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Body => StatusCode::BAD_REQUEST,
            Self::NoVideo => StatusCode::NOT_FOUND,
            Self::Unreadable(_) | Self::Unplayable(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ffmpeg(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Token => "no_token",
            Self::Body => "bad_body",
            Self::NoVideo => "no_video",
            Self::Unreadable(_) => "video_unreadable",
            Self::Unplayable(..) => "video_unplayable",
            Self::TooMany(_) => "too_many_videos",
            Self::Ffmpeg(_) => "ffmpeg_failed",
        }
    }

    /// Returns the message, the message in Portuguese, and the fix.
    fn texts(&self) -> [String; 3] {
        match self {
            Self::Token | Self::Body => [
                format!("{self}."),
                "O pedido não veio do sidecar.".to_owned(),
                "Use the routes of the control port.".to_owned(),
            ],
            Self::NoVideo => [
                "There is no such video.".to_owned(),
                "Este vídeo não existe.".to_owned(),
                "GET /available-videos lists the names. Put files into the folder ./videos, not into folders below it.".to_owned(),
            ],
            Self::Unreadable(why) => [
                format!("The file cannot be read as a video: {why}."),
                format!("O arquivo não pode ser lido como vídeo: {why}."),
                "Play it on this machine: if that works, convert it to MP4; otherwise copy it again.".to_owned(),
            ],
            Self::Unplayable(name, why) => {
                let [text, text_pt] = why.texts();
                [
                    format!("Browsers cannot play this file as it is: {text}."),
                    format!("Navegadores não reproduzem este arquivo como está: {text_pt}."),
                    format!(
                        "Send \"convert\": true to convert it once, or run {}",
                        crate::ffmpeg::conversion_command(name)
                    ),
                ]
            }
            Self::TooMany(most) => [
                format!("{most} videos play already."),
                format!("{most} vídeos já estão em reprodução."),
                "Stop one of them, or set SIDELINK_VIDEO_PLAYS.".to_owned(),
            ],
            Self::Ffmpeg(why) => [
                format!("ffmpeg failed: {why}."),
                format!("O ffmpeg falhou: {why}."),
                "See `docker compose logs publisher`.".to_owned(),
            ],
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let [message, message_pt, fix] = self.texts();
        let error = json!({
            "code": self.code(), "message": message, "messagePt": message_pt, "fix": fix, "docs": DOCS,
        });
        (self.status(), Json(json!({ "error": error }))).into_response()
    }
}
