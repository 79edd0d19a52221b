//! Access tokens for LiveKit: one room, one identity, a short life.

use jsonwebtoken::errors::Error;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde::Serialize;

use crate::clock::unix_ms;
use crate::secrets::Secrets;

/// What a person's token lives: long enough to join and to rejoin after a broken line; LiveKit renews
/// it for whoever is in the room.
pub const LIFE_SECONDS: u64 = 600;

/// What a probe's token lives: one question.
const PROBE_LIFE_SECONDS: u64 = 30;
/// Where no person ever is.
pub(crate) const PROBE_ROOM: &str = "sidelink-probe";

const PROBE_GRANT: Grant<'_> = Grant {
    room: PROBE_ROOM,
    identity: PROBE_ROOM,
    name: None,
    max_participants: None,
};

/// Whom the token lets in, and where.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The only room that it opens.
    pub room: &'a str,
    /// Unique in the room: the same identity twice throws the first one out.
    pub identity: &'a str,
    /// What the others read.
    pub name: Option<&'a str>,
    /// Where it makes the room, LiveKit lets no more in at a time.
    pub max_participants: Option<u32>,
}

/// What the room is like, for whoever comes first (`auth/grants.go` of livekit/protocol).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomConfig {
    max_participants: u32,
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
    #[serde(rename = "roomConfig", skip_serializing_if = "Option::is_none")]
    room_config: Option<RoomConfig>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Video<'a> {
    Room {
        room: &'a str,
        room_join: bool,
        can_publish: bool,
        can_subscribe: bool,
        can_publish_data: bool,
        hidden: bool,
    },
    List {
        room_list: bool,
    },
    Create {
        room_create: bool,
    },
    Admin {
        room_admin: bool,
        room: &'a str,
    },
}

/// Lists the rooms and opens none.
pub fn for_list(secrets: &Secrets) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::List { room_list: true };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Ends rooms, which LiveKit grants together with making them.
pub fn for_rooms(secrets: &Secrets) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::Create { room_create: true };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Speaks to everybody in this room, without being in it.
pub fn for_admin(secrets: &Secrets, room: &str) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::Admin {
        room_admin: true,
        room,
    };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Opens the room of probes: unseen, and neither heard nor hearing.
pub fn for_probe(secrets: &Secrets) -> Result<String, Error> {
    under_key(&secrets.livekit_key, &secrets.livekit_secret)
}

/// The same under a key of somebody's choice: one that LiveKit's documentation prints must open nothing.
pub fn under_key(key: &str, secret: &str) -> Result<String, Error> {
    let video = room(PROBE_ROOM, false);
    encoded((key, secret), PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Opens the room for a person, for [`LIFE_SECONDS`] from now.
pub fn sign(secrets: &Secrets, grant: &Grant<'_>) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = room(grant.room, true);
    encoded(keys, *grant, video, LIFE_SECONDS)
}

fn room(room: &str, person: bool) -> Video<'_> {
    Video::Room {
        room,
        room_join: true,
        can_publish: person,
        can_subscribe: person,
        can_publish_data: person,
        hidden: !person,
    }
}

/// HS256; good from 10 s ago, for a clock that runs behind.
fn encoded(
    (key, secret): (&str, &str),
    grant: Grant<'_>,
    video: Video<'_>,
    life_seconds: u64,
) -> Result<String, Error> {
    let now = unix_ms() / 1000;
    let claims = Claims {
        iss: key,
        sub: grant.identity,
        nbf: now.saturating_sub(10),
        exp: now + life_seconds,
        name: grant.name,
        video,
        room_config: grant
            .max_participants
            .map(|max_participants| RoomConfig { max_participants }),
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::default(), &claims, &key)
}
