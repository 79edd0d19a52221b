//! A client of LiveKit's server API: lists and ends rooms, lists and removes participants, sends data to a room.
//!
//! The API is Twirp over JSON, `POST /twirp/livekit.RoomService/…`. Each call has a separate token that grants this call
//! only and expires after 30 s. Field names are the protocol's (`livekit_room.proto`).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::errors::Error as SigningError;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::config::secrets::Secrets;
use crate::http_client::innermost;
use crate::livekit::access_token::{HOST, PROBE_ROOM, PROCESSOR, for_admin, for_list, for_rooms};
use sidelink_diagnostics::quoted;

/// Bytes of an answer: a list of five thousand rooms of some 700 bytes.
const MAX_RESPONSE: usize = 4 * 1024 * 1024;
/// Bytes of a refusal in an error, enough to recognize it by.
const MAX_QUOTED: usize = 120;

/// A client of one LiveKit, with the stack's key.
#[derive(Clone, Debug)]
pub struct RoomService {
    client: Client,
    /// Without a trailing slash.
    url: Arc<str>,
    secrets: Secrets,
}

/// A room that LiveKit has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its name.
    pub name: String,
    /// When it was opened, Unix seconds.
    pub created_at: u64,
    /// Participants now, without hidden ones.
    pub participants: u32,
}

/// Why a call failed. No message has a token.
#[derive(Debug, thiserror::Error)]
pub enum RoomServiceError {
    /// LiveKit does not answer, or not within the client's timeout.
    #[error("LiveKit does not answer: {0}")]
    Unreachable(String),
    /// LiveKit refuses the call.
    #[error("LiveKit refuses: {status} {body}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The beginning of the body.
        body: String,
    },
    /// The answer is not one of LiveKit's.
    #[error("LiveKit's answer cannot be read: {0}")]
    Unreadable(String),
    /// The key cannot be used.
    #[error("cannot sign a LiveKit token: {0}")]
    Key(#[from] SigningError),
}

/// Protocol buffers omit zero and empty values; other servers write camel case.
#[derive(Deserialize)]
struct Rooms {
    #[serde(default)]
    rooms: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    #[serde(default, alias = "numParticipants")]
    num_participants: u32,
    #[serde(default, alias = "creationTime", deserialize_with = "whole")]
    creation_time: u64,
}

#[derive(Deserialize)]
struct Participants {
    #[serde(default)]
    participants: Vec<Participant>,
}

/// A participant of a room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Participant {
    /// The identity, unique in the room.
    pub identity: String,
    /// The name that the others see; may be empty.
    #[serde(default)]
    pub name: String,
    /// How far its connection is.
    #[serde(default)]
    pub state: ParticipantState,
    /// When it joined, Unix seconds.
    #[serde(default, alias = "joinedAt", deserialize_with = "whole")]
    pub joined_at: u64,
    /// What it publishes.
    #[serde(default)]
    pub tracks: Vec<PublishedTrack>,
    /// Attributes of its token.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// The state of a participant (`ParticipantInfo.State`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticipantState {
    /// Its signalling connects.
    #[default]
    Joining,
    /// Its signalling is connected, its media is not.
    Joined,
    /// Its media is connected.
    Active,
    /// It has left.
    Disconnected,
}

/// A published track (`TrackInfo`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublishedTrack {
    /// LiveKit's id.
    pub sid: String,
    /// What it carries.
    #[serde(default, rename = "type")]
    pub kind: TrackKind,
    /// The publisher's name for it; may be empty.
    #[serde(default)]
    pub name: String,
    /// `CAMERA`, `MICROPHONE`, `SCREEN_SHARE`, …
    #[serde(default)]
    pub source: String,
    /// E.g. `video/VP8`.
    #[serde(default, alias = "mimeType")]
    pub mime_type: String,
    /// The publisher sends nothing for now.
    #[serde(default)]
    pub muted: bool,
    /// Of a video, pixels.
    #[serde(default)]
    pub width: u32,
    /// Of a video, pixels.
    #[serde(default)]
    pub height: u32,
}

/// What a track carries (`TrackType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TrackKind {
    /// Sound.
    #[default]
    Audio,
    /// Pictures.
    Video,
    /// Messages.
    Data,
}

impl PublishedTrack {
    /// Reports whether it carries pictures.
    pub fn is_video(&self) -> bool {
        self.kind == TrackKind::Video
    }
}

impl Participant {
    /// Returns one that has left. `joined_at`: Unix seconds.
    pub(crate) fn left(identity: &str, joined_at: u64) -> Self {
        Self {
            identity: identity.to_owned(),
            name: String::new(),
            state: ParticipantState::Disconnected,
            joined_at,
            tracks: Vec::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// Reports whether it joined by the control port.
    pub fn is_host(&self) -> bool {
        self.has_mark(HOST)
    }

    /// Reports whether it processes what others publish.
    pub fn is_processor(&self) -> bool {
        self.has_mark(PROCESSOR)
    }

    fn has_mark(&self, mark: &str) -> bool {
        self.attributes
            .get(mark)
            .is_some_and(|value| value == "true")
    }
}

/// Reads a 64-bit number, which protocol buffers write as text.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(from)?;
    let number = value
        .as_str()
        .map_or(value.as_u64(), |text| text.parse().ok());
    Ok(number.unwrap_or_default())
}

impl RoomService {
    /// Creates a client for `url`, e.g. `http://livekit:7880`. The HTTP client's timeout is that of each call.
    pub fn new(client: Client, url: &str, secrets: Secrets) -> Self {
        Self {
            client,
            url: url.trim_end_matches('/').into(),
            secrets,
        }
    }

    /// Returns every open room but the probe's.
    pub async fn list_rooms(&self) -> Result<Vec<Room>, RoomServiceError> {
        list_rooms(&self.client, &self.url, &self.secrets).await
    }

    /// Returns those of these rooms that are open.
    pub async fn open_of(&self, names: &[&str]) -> Result<Vec<String>, RoomServiceError> {
        let body = json!({ "names": names });
        let rooms = list(&self.client, &self.url, &self.secrets, &body).await?;
        Ok(rooms.into_iter().map(|room| room.name).collect())
    }

    /// Returns the participants in order of joining; none where the room is not open.
    pub async fn participants(&self, room: &str) -> Result<Vec<Participant>, RoomServiceError> {
        let token = for_admin(&self.secrets, room)?;
        let body = json!({ "room": room });
        let body = match self.call("ListParticipants", &token, &body).await {
            Err(RoomServiceError::Refused { status, .. }) if status == StatusCode::NOT_FOUND => {
                return Ok(Vec::new());
            }
            body => body?,
        };
        let listed: Participants = read(&body)?;
        let mut all = listed.participants;
        all.sort_by_key(|participant| participant.joined_at);
        Ok(all)
    }

    /// Removes a participant. Succeeds too when the participant is not in the room.
    pub async fn remove_participant(
        &self,
        room: &str,
        identity: &str,
    ) -> Result<(), RoomServiceError> {
        let token = for_admin(&self.secrets, room)?;
        let body = json!({ "room": room, "identity": identity });
        match self.call("RemoveParticipant", &token, &body).await {
            Err(RoomServiceError::Refused { status, .. }) if status == StatusCode::NOT_FOUND => {
                Ok(())
            }
            done => done.map(drop),
        }
    }

    /// Sets one attribute of a participant, which its page and the others receive over signalling.
    pub async fn set_attribute(
        &self,
        room: &str,
        identity: &str,
        (name, value): (&str, &str),
    ) -> Result<(), RoomServiceError> {
        let token = for_admin(&self.secrets, room)?;
        let body = json!({ "room": room, "identity": identity, "attributes": { name: value } });
        self.call("UpdateParticipant", &token, &body)
            .await
            .map(drop)
    }

    /// Ends the room and removes its participants. Succeeds too when the room is not open.
    pub async fn delete_room(&self, room: &str) -> Result<(), RoomServiceError> {
        let token = for_rooms(&self.secrets)?;
        let body = json!({ "room": room });
        match self.call("DeleteRoom", &token, &body).await {
            Err(RoomServiceError::Refused { status, .. }) if status == StatusCode::NOT_FOUND => {
                Ok(())
            }
            done => done.map(drop),
        }
    }

    /// Sends bytes to all participants, reliably. Browsers accept some 15 KiB at once.
    pub async fn send_data(
        &self,
        room: &str,
        topic: &str,
        bytes: &[u8],
    ) -> Result<(), RoomServiceError> {
        let token = for_admin(&self.secrets, room)?;
        let data = BASE64_STANDARD.encode(bytes);
        let body = json!({ "room": room, "data": data, "kind": "RELIABLE", "topic": topic });
        self.call("SendData", &token, &body).await.map(drop)
    }

    async fn call(
        &self,
        method: &str,
        token: &str,
        body: &Value,
    ) -> Result<String, RoomServiceError> {
        call(&self.client, &self.url, method, token, body).await
    }
}

/// Returns every open room but the probe's, for a probe.
pub(crate) async fn list_rooms(
    client: &Client,
    url: &str,
    secrets: &Secrets,
) -> Result<Vec<Room>, RoomServiceError> {
    let rooms = list(client, url, secrets, &json!({})).await?;
    let others = rooms.into_iter().filter(|room| room.name != PROBE_ROOM);
    Ok(others
        .map(|room| Room {
            name: room.name,
            created_at: room.creation_time,
            participants: room.num_participants,
        })
        .collect())
}

async fn list(
    client: &Client,
    url: &str,
    secrets: &Secrets,
    body: &Value,
) -> Result<Vec<Listed>, RoomServiceError> {
    let token = for_list(secrets)?;
    let body = call(client, url, "ListRooms", &token, body).await?;
    Ok(read::<Rooms>(&body)?.rooms)
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, RoomServiceError> {
    serde_json::from_str(body).map_err(|error| RoomServiceError::Unreadable(error.to_string()))
}

async fn call(
    client: &Client,
    url: &str,
    method: &str,
    token: &str,
    body: &Value,
) -> Result<String, RoomServiceError> {
    let request = client
        .post(format!("{url}/twirp/livekit.RoomService/{method}"))
        .bearer_auth(token)
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let body = text(response).await?;
    if status.is_success() {
        return Ok(body);
    }
    let body = quoted(&body, MAX_QUOTED);
    Err(RoomServiceError::Refused { status, body })
}

async fn text(mut response: Response) -> Result<String, RoomServiceError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&error))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_RESPONSE {
            let limit = format!("more than {} MiB", MAX_RESPONSE / 1024 / 1024);
            return Err(RoomServiceError::Unreadable(limit));
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn unreachable(error: &reqwest::Error) -> RoomServiceError {
    RoomServiceError::Unreachable(innermost(error))
}
