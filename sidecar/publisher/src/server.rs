//! The HTTP service, for the sidecar only.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sidelink_bridge::{NoRandomNumbers, Publications};
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::ffmpeg::conversion_command;
use crate::library::{Library, Listed};
use crate::name::VideoName;
use crate::plays::{Play, PlayRequest, PlayState, Plays};
use crate::settings::Settings;

/// The publisher: an HTTP service, and the videos that play.
#[derive(Debug)]
pub struct Publisher {
    library: Arc<Library>,
    plays: Arc<Plays>,
    token: Arc<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlayBody {
    room: String,
    client_id: String,
    token: String,
    r#loop: bool,
    convert: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StopBody {
    room: String,
}

#[derive(Serialize)]
struct Videos {
    available_videos: usize,
    playing: usize,
    videos: Vec<Video>,
}

#[derive(Serialize)]
struct Video {
    name: String,
    duration_seconds: Option<f64>,
    width: Option<u32>,
    height: Option<u32>,
    bitrate: Option<u32>,
    video_codec: Option<String>,
    audio_codec: Option<String>,
    /// Whether it plays at once.
    playable: bool,
    /// Whether the converted file plays.
    converted: bool,
    /// Why it does not play as it is.
    reason: Option<String>,
    reason_pt: Option<String>,
    convert_command: Option<String>,
    plays: Vec<Play>,
}

#[derive(Clone)]
struct Service {
    library: Arc<Library>,
    plays: Arc<Plays>,
}

impl Publisher {
    /// Creates a publisher that plays nothing. `token` is the sidecar's.
    ///
    /// # Errors
    ///
    /// Returns that its certificate could not be generated.
    pub fn new(settings: Settings, token: Arc<str>) -> Result<Self, NoRandomNumbers> {
        let publications = Publications::new(settings.livekit, settings.media)?;
        let library = Library::new(settings.videos, settings.cache, settings.cache_limit);
        let library = Arc::new(library);
        let plays = Plays::new(Arc::clone(&library), publications, settings.plays);
        Ok(Self {
            library,
            plays,
            token,
        })
    }

    /// Removes what an interrupted conversion left.
    ///
    /// # Errors
    ///
    /// Returns why the cache cannot be used.
    pub async fn prepare(&self) -> std::io::Result<()> {
        self.library.clean().await
    }

    /// Returns the service.
    pub fn router(&self) -> Router {
        let service = Service {
            library: Arc::clone(&self.library),
            plays: Arc::clone(&self.plays),
        };
        let token = Arc::clone(&self.token);
        Router::new()
            .route("/videos", get(list))
            .route("/videos/{name}/play", post(play))
            .route("/videos/{name}/stop", post(stop))
            .layer(middleware::from_fn_with_state(token, check_token))
            .route("/", get(|| async { "OK" }))
            .with_state(service)
    }

    /// Stops all videos. Returns once they have left their rooms, after at most 3 s.
    pub async fn end(self) {
        self.plays.end().await;
    }
}

async fn check_token(State(token): State<Arc<str>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let is_right = given.is_some_and(|given| given.ct_eq(token.as_bytes()).into());
    if is_right {
        next.run(request).await
    } else {
        Error::Token.into_response()
    }
}

async fn list(State(service): State<Service>) -> Result<Response, Error> {
    let listed = service.library.list().await;
    let listed =
        listed.map_err(|error| Error::Unreadable(format!("the folder of videos: {error}")))?;
    let videos: Vec<Video> = listed
        .into_iter()
        .map(|listed| {
            let plays = service.plays.of(&listed.name);
            video(listed, plays)
        })
        .collect();
    let is_playing = |play: &&Play| play.state == PlayState::Playing;
    let playing = videos
        .iter()
        .flat_map(|video| &video.plays)
        .filter(is_playing);
    Ok(Json(Videos {
        available_videos: videos.len(),
        playing: playing.count(),
        videos,
    })
    .into_response())
}

async fn play(
    State(service): State<Service>,
    Path(name): Path<String>,
    body: Result<Json<PlayBody>, JsonRejection>,
) -> Result<Response, Error> {
    let name = VideoName::parse(&name).ok_or(Error::NoVideo)?;
    let Json(PlayBody {
        room,
        client_id,
        token,
        r#loop,
        convert,
    }) = body.map_err(|_| Error::Body)?;
    let request = PlayRequest {
        name,
        room,
        client_id,
        token,
        is_looped: r#loop,
        may_convert: convert,
    };
    let play = service.plays.start(request).await?;
    let is_converting = matches!(play.state, PlayState::Converting { .. });
    let status = if is_converting {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(play)).into_response())
}

async fn stop(
    State(service): State<Service>,
    Path(name): Path<String>,
    body: Result<Json<StopBody>, JsonRejection>,
) -> Result<Response, Error> {
    let name = VideoName::parse(&name).ok_or(Error::NoVideo)?;
    let Json(StopBody { room }) = body.map_err(|_| Error::Body)?;
    service.plays.stop(&name, &room).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn video(
    Listed {
        name,
        inspection,
        is_converted,
    }: Listed,
    plays: Vec<Play>,
) -> Video {
    let unreadable = inspection
        .as_ref()
        .err()
        .map(|error| [error.to_string(), error.to_string()]);
    let inspection = inspection.ok();
    let unplayable = inspection
        .as_ref()
        .and_then(|found| found.playable.as_ref().err());
    let reasons = unplayable.map(|why| why.texts());
    let convert_command = reasons.is_some().then(|| conversion_command(&name));
    let [reason, reason_pt] = match reasons.or(unreadable) {
        Some([reason, reason_pt]) => [Some(reason), Some(reason_pt)],
        None => [None, None],
    };
    let found = inspection.as_ref();
    Video {
        duration_seconds: found.and_then(|found| found.duration),
        width: found.map(|found| found.width),
        height: found.map(|found| found.height),
        bitrate: found.and_then(|found| found.bitrate),
        video_codec: found.map(|found| found.video_codec.clone()),
        audio_codec: found.and_then(|found| found.audio_codec.clone()),
        playable: is_converted || reason.is_none(),
        converted: is_converted,
        reason,
        reason_pt,
        convert_command,
        name: name.to_string(),
        plays,
    }
}
