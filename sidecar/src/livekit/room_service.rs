//! LiveKit's server API, as far as it is needed: which rooms there are, an end to one, a word to everybody in one.
//!
//! Twirp over JSON, `POST /twirp/livekit.RoomService/…`, each call with a token of its own that grants that call alone
//! and lives 30 s. Field names are the protocol's (`livekit_room.proto`); LiveKit reads and writes them so.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::errors::Error as NoToken;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::config::secrets::Secrets;
use crate::http_client::innermost;
use crate::livekit::access_token::{HOST, PROBE_ROOM, for_admin, for_list, for_rooms};
use sidelink_diagnostics::quoted;

/// A room takes some 700 bytes in the list: five thousand of them.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Enough of a refusal to recognise it by.
const QUOTED: usize = 120;

/// One LiveKit, asked with the stack's key.
#[derive(Clone, Debug)]
pub struct RoomService {
    client: Client,
    /// Without a slash at its end.
    url: Arc<str>,
    secrets: Secrets,
}

/// A room that LiveKit has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its name.
    pub name: String,
    /// Who is in it now; those that nobody sees are not counted.
    pub participants: u32,
}

/// Why LiveKit did not do it. No text of it holds a token.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not answer, or not in the client's time.
    #[error("LiveKit does not answer: {0}")]
    Unreachable(String),
    /// It answers and does not do it.
    #[error("LiveKit refuses: {status} {said}")]
    Refused {
        /// HTTP's status.
        status: StatusCode,
        /// The beginning of what it says.
        said: String,
    },
    /// What it says is no answer of LiveKit's.
    #[error("LiveKit's answer cannot be read: {0}")]
    Unreadable(String),
    /// Its key cannot be used.
    #[error("cannot sign a LiveKit token: {0}")]
    Key(#[from] NoToken),
}

/// Protocol buffers leave out what is zero or empty; other servers of it write camel case.
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
}

#[derive(Deserialize)]
struct Participants {
    #[serde(default)]
    participants: Vec<Participant>,
}

/// Who is in a room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Participant {
    /// Unique in the room.
    pub identity: String,
    /// Unix seconds.
    #[serde(default, alias = "joinedAt", deserialize_with = "whole")]
    pub joined_at: u64,
    /// What its token said.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

impl Participant {
    /// It joined by the control port.
    pub fn is_host(&self) -> bool {
        self.attributes.get(HOST).is_some_and(|mark| mark == "true")
    }
}

/// Protocol buffers write 64-bit numbers as text.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(from)?;
    let number = value
        .as_str()
        .map_or(value.as_u64(), |text| text.parse().ok());
    Ok(number.unwrap_or_default())
}

impl RoomService {
    /// `url`: `http://livekit:7880`. The client's time limit is the limit of each call.
    pub fn new(client: Client, url: &str, secrets: Secrets) -> Self {
        Self {
            client,
            url: url.trim_end_matches('/').into(),
            secrets,
        }
    }

    /// Every open room but the probe's.
    pub async fn list_rooms(&self) -> Result<Vec<Room>, Error> {
        list_rooms(&self.client, &self.url, &self.secrets).await
    }

    /// Returns those of these rooms that are open.
    pub async fn open_of(&self, names: &[&str]) -> Result<Vec<String>, Error> {
        let body = json!({ "names": names });
        let rooms = list(&self.client, &self.url, &self.secrets, &body).await?;
        Ok(rooms.into_iter().map(|room| room.name).collect())
    }

    /// Returns who is in the room now, the latest last; nobody where it is not open.
    pub async fn participants(&self, room: &str) -> Result<Vec<Participant>, Error> {
        let token = for_admin(&self.secrets, room)?;
        let body = json!({ "room": room });
        let said = match self.call("ListParticipants", &token, &body).await {
            Err(Error::Refused { status, .. }) if status == StatusCode::NOT_FOUND => {
                return Ok(Vec::new());
            }
            said => said?,
        };
        let listed: Participants = read(&said)?;
        let mut all = listed.participants;
        all.sort_by_key(|participant| participant.joined_at);
        Ok(all)
    }

    /// Puts a participant out of the room. One that is not there is no error.
    pub async fn remove_participant(&self, room: &str, identity: &str) -> Result<(), Error> {
        let token = for_admin(&self.secrets, room)?;
        let body = json!({ "room": room, "identity": identity });
        match self.call("RemoveParticipant", &token, &body).await {
            Err(Error::Refused { status, .. }) if status == StatusCode::NOT_FOUND => Ok(()),
            done => done.map(drop),
        }
    }

    /// Ends the room: whoever is in it is put out. A room that is not there is no error.
    pub async fn delete_room(&self, room: &str) -> Result<(), Error> {
        let token = for_rooms(&self.secrets)?;
        let body = json!({ "room": room });
        match self.call("DeleteRoom", &token, &body).await {
            Err(Error::Refused { status, .. }) if status == StatusCode::NOT_FOUND => Ok(()),
            done => done.map(drop),
        }
    }

    /// Sends bytes to everybody in the room, reliably; at most some 15 KiB, which is what browsers take at once.
    pub async fn send_data(&self, room: &str, topic: &str, bytes: &[u8]) -> Result<(), Error> {
        let token = for_admin(&self.secrets, room)?;
        let data = BASE64_STANDARD.encode(bytes);
        let body = json!({ "room": room, "data": data, "kind": "RELIABLE", "topic": topic });
        self.call("SendData", &token, &body).await.map(drop)
    }

    async fn call(&self, method: &str, token: &str, body: &Value) -> Result<String, Error> {
        call(&self.client, &self.url, method, token, body).await
    }
}

/// The same for whoever has no [`RoomService`], as a probe.
pub(crate) async fn list_rooms(
    client: &Client,
    url: &str,
    secrets: &Secrets,
) -> Result<Vec<Room>, Error> {
    let rooms = list(client, url, secrets, &json!({})).await?;
    let others = rooms.into_iter().filter(|room| room.name != PROBE_ROOM);
    Ok(others
        .map(|room| Room {
            name: room.name,
            participants: room.num_participants,
        })
        .collect())
}

async fn list(
    client: &Client,
    url: &str,
    secrets: &Secrets,
    body: &Value,
) -> Result<Vec<Listed>, Error> {
    let token = for_list(secrets)?;
    let said = call(client, url, "ListRooms", &token, body).await?;
    Ok(read::<Rooms>(&said)?.rooms)
}

fn read<T: DeserializeOwned>(said: &str) -> Result<T, Error> {
    serde_json::from_str(said).map_err(|error| Error::Unreadable(error.to_string()))
}

async fn call(
    client: &Client,
    url: &str,
    method: &str,
    token: &str,
    body: &Value,
) -> Result<String, Error> {
    let request = client
        .post(format!("{url}/twirp/livekit.RoomService/{method}"))
        .bearer_auth(token)
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let said = text(response).await?;
    if status.is_success() {
        return Ok(said);
    }
    let said = quoted(&said, QUOTED);
    Err(Error::Refused { status, said })
}

async fn text(mut response: Response) -> Result<String, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&error))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            let limit = format!("more than {} MiB", MAX_ANSWER / 1024 / 1024);
            return Err(Error::Unreadable(limit));
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn unreachable(error: &reqwest::Error) -> Error {
    Error::Unreachable(innermost(error))
}
