//! Access tokens for LiveKit: one room, one identity, a short life.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde::Serialize;

use crate::clock::unix_ms;
use crate::secrets::Secrets;

/// What a person's token lives: long enough to join and to rejoin after a broken line; LiveKit renews
/// it for whoever is in the room.
pub const LIFE_SECONDS: u64 = 600;

/// Whom the token lets in, and where.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The only room that it opens.
    pub room: &'a str,
    /// Unique in the room: the same identity twice throws the first one out.
    pub identity: &'a str,
    /// What the others read.
    pub name: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    nbf: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    video: Video<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Video<'a> {
    room: &'a str,
    room_join: bool,
    can_publish: bool,
    can_subscribe: bool,
    can_publish_data: bool,
}

/// HS256, good for `life_seconds` from now; from 10 s ago, for a clock that runs behind.
pub fn sign(
    secrets: &Secrets,
    grant: &Grant<'_>,
    life_seconds: u64,
) -> Result<String, jsonwebtoken::errors::Error> {
    let now = unix_ms() / 1000;
    let claims = Claims {
        iss: &secrets.livekit_key,
        sub: grant.identity,
        nbf: now.saturating_sub(10),
        exp: now + life_seconds,
        name: grant.name,
        video: Video {
            room: grant.room,
            room_join: true,
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
        },
    };
    encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(secrets.livekit_secret.as_bytes()),
    )
}
