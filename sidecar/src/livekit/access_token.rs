//! Access tokens for LiveKit: one room, one identity, a short lifetime.

use std::collections::BTreeMap;

use jsonwebtoken::errors::Error;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::secrets::Secrets;
use crate::random::{RandomError, hex};
use crate::runtime::clock::unix_ms;

/// Lifetime of a person's token: long enough to join, and to rejoin after a lost connection. LiveKit renews it for
/// participants.
pub const LIFE_SECONDS: u64 = 600;

/// Difference of two machines' clocks, as jsonwebtoken allows it by default.
const CLOCK_LEEWAY_SECONDS: u64 = 60;
/// A participant reports its connection for this long after its token has expired.
const LONGEST_CALL_SECONDS: u64 = 24 * 3600;
/// Lifetime of a video's token: converting a long one comes before it is used. LiveKit renews it in the room.
const VIDEO_LIFE_SECONDS: u64 = 12 * 3600;
/// Lifetime of a token for one request of ours.
const PROBE_LIFE_SECONDS: u64 = 30;
/// Prefix of rooms that only the sidecar gives access to, in any spelling.
const RESERVED_PREFIX: &str = "sidelink-";
/// Prefix of a link's room; [`is_reserved`] covers it.
pub(crate) const LINK_ROOM: &str = "sidelink-room-";
/// The probe's room, which no person joins.
pub(crate) const PROBE_ROOM: &str = "sidelink-probe";
/// Bytes: `max_participant_identity_length` of `livekit.yaml`.
const MAX_IDENTITY: usize = 128;
/// Random bytes at the end of a unique identity.
const SUFFIX_BYTES: usize = 4;

const PROBE_GRANT: Grant<'_> = Grant {
    room: PROBE_ROOM,
    identity: PROBE_ROOM,
    name: None,
    max_participants: None,
    mark: None,
};

/// The participant's attribute for a person who joined by the control port; its value is `true`.
pub const HOST: &str = "sidelink.host";
/// The same for a participant that processes what others publish.
pub const PROCESSOR: &str = "sidelink.processor";

/// What a token permits.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The only room.
    pub room: &'a str,
    /// The identity, unique in the room: a second participant with it disconnects the first.
    pub identity: &'a str,
    /// The name that the other participants see.
    pub name: Option<&'a str>,
    /// The room's limit of participants, where this token creates the room.
    pub max_participants: Option<u32>,
    /// An attribute that no participant can set: [`HOST`] or [`PROCESSOR`].
    pub mark: Option<&'static str>,
}

/// The room's configuration, which the first participant's token sets (`auth/grants.go` of livekit/protocol).
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, &'static str>,
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

/// Reports whether only the sidecar gives tokens for this room: the probe's, and those of links.
pub fn is_reserved(room: &str) -> bool {
    let start = room.trim_start().get(..RESERVED_PREFIX.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX))
}

/// Returns the identity with a random end, because LiveKit disconnects the first of two with the same one.
pub fn unique(identity: &str) -> Result<String, RandomError> {
    let max = MAX_IDENTITY - 1 - 2 * SUFFIX_BYTES;
    let end = identity.floor_char_boundary(max.min(identity.len()));
    Ok(format!("{}-{}", &identity[..end], hex(SUFFIX_BYTES)?))
}

/// Signs a token that lists rooms.
pub fn for_list(secrets: &Secrets) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::List { room_list: true };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Signs a token that ends rooms, which LiveKit grants together with creating them.
pub fn for_rooms(secrets: &Secrets) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::Create { room_create: true };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Signs a token that sends data to a room and manages its participants, without joining it.
pub fn for_admin(secrets: &Secrets, room: &str) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = Video::Admin {
        room_admin: true,
        room,
    };
    encoded(keys, PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Signs a token for the probe's room: hidden, without publishing or subscribing.
pub fn for_probe(secrets: &Secrets) -> Result<String, Error> {
    under_key(&secrets.livekit_key, &secrets.livekit_secret)
}

/// Signs a token by which a page tries a better media path: a hidden participant in the probe's room, so the call's
/// room never lists or counts it. It is valid as long as a person's.
pub fn for_media_probe(secrets: &Secrets, identity: &str) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let grant = Grant {
        identity,
        ..PROBE_GRANT
    };
    encoded(keys, grant, room(PROBE_ROOM, false), LIFE_SECONDS)
}

/// Signs the probe's token with another key. The exposure check uses the keys of LiveKit's documentation.
pub fn under_key(key: &str, secret: &str) -> Result<String, Error> {
    let video = room(PROBE_ROOM, false);
    encoded((key, secret), PROBE_GRANT, video, PROBE_LIFE_SECONDS)
}

/// Signs a person's token, which is valid for [`LIFE_SECONDS`].
pub fn sign(secrets: &Secrets, grant: &Grant<'_>) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let video = room(grant.room, true);
    encoded(keys, *grant, video, LIFE_SECONDS)
}

/// Signs a token for a video's participant, which only publishes. It is valid for twelve hours.
pub fn for_publisher(
    secrets: &Secrets,
    room: &str,
    identity: &str,
    name: &str,
) -> Result<String, Error> {
    let keys = (&*secrets.livekit_key, &*secrets.livekit_secret);
    let grant = Grant {
        room,
        identity,
        name: Some(name),
        ..PROBE_GRANT
    };
    let video = Video::Room {
        room,
        room_join: true,
        can_publish: true,
        can_subscribe: false,
        can_publish_data: false,
        hidden: false,
    };
    encoded(keys, grant, video, VIDEO_LIFE_SECONDS)
}

/// Returns the identity of a valid token of this stack.
pub fn identity_of(secrets: &Secrets, token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }
    let claims: Claims = claims_of(secrets, token, CLOCK_LEEWAY_SECONDS)?;
    Some(claims.sub)
}

/// A participant, from its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenParticipant {
    /// The only room of the token.
    pub room: String,
    /// The identity.
    pub identity: String,
}

/// Returns the participant of a token of this stack that is valid, or was within the last day: a call lasts longer
/// than the token by which it was joined.
pub fn participant_of(secrets: &Secrets, token: &str) -> Option<TokenParticipant> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
        video: Grant,
    }
    #[derive(Deserialize)]
    struct Grant {
        room: String,
    }
    let claims: Claims = claims_of(secrets, token, LONGEST_CALL_SECONDS)?;
    Some(TokenParticipant {
        room: claims.video.room,
        identity: claims.sub,
    })
}

/// Returns the claims of a token of this stack that has not expired for longer than `leeway`, seconds.
fn claims_of<T: DeserializeOwned>(secrets: &Secrets, token: &str, leeway: u64) -> Option<T> {
    let key = DecodingKey::from_secret(secrets.livekit_secret.as_bytes());
    let mut validation = Validation::default(); // HS256, and `exp` is required
    validation.leeway = leeway;
    validation.set_issuer(&[&*secrets.livekit_key]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    Some(decode(token, &key, &validation).ok()?.claims)
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

/// Encodes with HS256. The token is valid from 10 s ago, for a clock that is slow.
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
        attributes: grant.mark.map(|mark| (mark, "true")).into_iter().collect(),
        room_config: grant
            .max_participants
            .map(|max_participants| RoomConfig { max_participants }),
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::default(), &claims, &key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_of_links_and_probes_are_reserved_in_any_spelling() {
        for room in [
            PROBE_ROOM,
            "sidelink-room-0123456789abcdef",
            "Sidelink-Room-0",
            " sidelink-room-0",
        ] {
            assert!(is_reserved(room), "{room}");
        }
        for room in ["lobby", "sidelink", "my-sidelink-room", "sidélink-r", "é"] {
            assert!(!is_reserved(room), "{room}");
        }
        assert!(is_reserved(LINK_ROOM));
    }

    #[test]
    fn only_a_valid_token_of_this_stack_has_an_identity() {
        let secrets = Secrets::of_a_test();
        let grant = Grant {
            room: "r",
            identity: "ana",
            ..PROBE_GRANT
        };
        let token = sign(&secrets, &grant).expect("signs");
        assert_eq!(identity_of(&secrets, &token).as_deref(), Some("ana"));
        let keys = (&*secrets.livekit_key, "another secret of the same length");
        let forged = encoded(keys, grant, room("r", true), 60).expect("signs");
        let keys = ("other", &*secrets.livekit_secret);
        let foreign = encoded(keys, grant, room("r", true), 60).expect("signs");
        for token in [&*forged, &*foreign, "a.b.c", ""] {
            assert_eq!(identity_of(&secrets, token), None, "{token}");
        }
    }

    #[test]
    fn a_token_names_its_participant_for_a_day_after_it_expired() {
        let secrets = Secrets::of_a_test();
        let grant = Grant {
            room: "r",
            identity: "ana",
            ..PROBE_GRANT
        };
        let participant = TokenParticipant {
            room: "r".to_owned(),
            identity: "ana".to_owned(),
        };
        let token = sign(&secrets, &grant).expect("signs");
        assert_eq!(participant_of(&secrets, &token), Some(participant));
        let keys = (&*secrets.livekit_key, "another secret of the same length");
        let forged = encoded(keys, grant, room("r", true), 60).expect("signs");
        let list = for_list(&secrets).expect("signs");
        for token in [&*forged, &*list, "a.b.c", ""] {
            assert_eq!(participant_of(&secrets, token), None, "{token}");
        }
    }

    #[test]
    fn a_token_has_the_one_mark_that_its_grant_names() {
        let secrets = Secrets::of_a_test();
        let attributes = |mark| {
            let grant = Grant {
                mark,
                ..PROBE_GRANT
            };
            let token = sign(&secrets, &grant).expect("signs");
            let claims: Option<serde_json::Value> = claims_of(&secrets, &token, 0);
            claims.expect("is valid")["attributes"].clone()
        };
        assert_eq!(attributes(None), serde_json::Value::Null);
        for mark in [HOST, PROCESSOR] {
            assert_eq!(attributes(Some(mark)), serde_json::json!({ mark: "true" }));
        }
    }

    #[test]
    fn unique_identities_differ_and_fit_livekit() {
        let [first, second] = [(); 2].map(|()| unique("ana").expect("random"));
        assert_ne!(first, second);
        assert!(first.starts_with("ana-") && first.len() == 12, "{first}");
        let long = unique(&"é".repeat(128)).expect("random");
        assert!(long.len() <= MAX_IDENTITY, "{}", long.len());
    }
}
