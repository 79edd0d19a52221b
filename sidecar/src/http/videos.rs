//! Videos of a folder, which the publisher plays into rooms: on the control port; counts only in public.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::body::{Body, Fields};
use super::error::Error;
use super::{App, uncached};
use crate::connections::Applicant;
use crate::livekit::access_token::{LINK_ROOM, for_publisher, is_reserved, unique};
use crate::publisher::{NoAnswer, Publisher};

/// Length of a room's name, characters, as for a LiveKit token.
const MAX_ROOM: usize = 128;

type Name = Result<Path<String>, PathRejection>;

#[derive(Serialize)]
struct Counts {
    available_videos: usize,
    playing: usize,
}

/// `GET` in public
pub(super) async fn counted(State(app): State<App>) -> Result<Response, Error> {
    let counts = publisher(&app)?
        .counts()
        .await
        .ok_or(Error::PUBLISHER_DOWN)?;
    Ok(uncached(Counts {
        available_videos: counts.available_videos,
        playing: counts.playing,
    }))
}

/// `GET` on the control port
pub(super) async fn list(State(app): State<App>) -> Result<Response, Error> {
    Ok(passed_on(publisher(&app)?.list().await?))
}

/// `POST …/play`: lets the publisher join the room.
pub(super) async fn play(
    State(app): State<App>,
    name: Name,
    body: Body,
) -> Result<Response, Error> {
    let name = video(name)?;
    let mut fields = Fields::of(body)?;
    let room = fields.text("room", MAX_ROOM)?;
    let is_looped = fields.optional("loop", "true or false")?.unwrap_or(false);
    let may_convert = fields
        .optional("convert", "true or false")?
        .unwrap_or(false);
    fields.end()?;
    let publisher = publisher(&app)?;
    check_room(&app, &room).await?;
    let client_id = unique("video")?;
    let applicant = Applicant {
        identity: &client_id,
        room: &room,
        max_of_room: None,
    };
    app.connection_limit.admit(applicant).await?;
    let token = for_publisher(&app.secrets, &room, &client_id, &name)?;
    let request = json!({
        "room": room, "client_id": client_id, "token": token, "loop": is_looped, "convert": may_convert,
    });
    Ok(passed_on(publisher.command(&name, "play", &request).await?))
}

/// `POST …/stop`
pub(super) async fn stop(
    State(app): State<App>,
    name: Name,
    body: Body,
) -> Result<Response, Error> {
    let name = video(name)?;
    let mut fields = Fields::of(body)?;
    let room = fields.text("room", MAX_ROOM)?;
    fields.end()?;
    let answer = publisher(&app)?
        .command(&name, "stop", &json!({ "room": room }))
        .await?;
    Ok(passed_on(answer))
}

/// A link's room is one of a call that is open: its name alone must not make a room without an end.
async fn check_room(app: &App, room: &str) -> Result<(), Error> {
    if !is_reserved(room) {
        return Ok(());
    }
    if !room.starts_with(LINK_ROOM) {
        return Err(Error::BAD_NAME);
    }
    let stats = app.connections.stats(app.engine.unix_ms()).await;
    let stats = stats.map_err(|_| Error::NO_LIVEKIT)?;
    let is_open = stats.rooms.iter().any(|open| open.name == room);
    is_open.then_some(()).ok_or(Error::NO_CALL)
}

fn publisher(app: &App) -> Result<&Publisher, Error> {
    app.publisher.as_deref().ok_or(Error::NO_PUBLISHER)
}

fn video(name: Name) -> Result<String, Error> {
    name.map(|Path(name)| name).map_err(|_| Error::NO_VIDEO)
}

/// The publisher's errors have the form of ours.
fn passed_on((status, answer): (StatusCode, Value)) -> Response {
    if answer.is_null() {
        return status.into_response();
    }
    (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

impl From<NoAnswer> for Error {
    fn from(NoAnswer: NoAnswer) -> Self {
        Self::PUBLISHER_DOWN
    }
}
