//! What the stack's own services answer when they do not do as they are asked.

use http::StatusCode;

use super::log::{Sign, find};
use crate::redaction::quote;
use sidelink_core::Diagnosis;

/// Of `/rtc/validate` with 401. The words are golang-jwt's since LiveKit 1.13, go-jose's before.
const OF_LIVEKIT: &[Sign] = &[
    Sign::plain(&["invalid API key"], "livekit_wrong_key"),
    Sign::plain(&["token is expired"], "livekit_clock_ahead"),
    Sign::plain(&["not valid yet"], "livekit_clock_behind"),
    Sign::plain(&["used before issued"], "livekit_clock_behind"),
    Sign::plain(&["issued in the future"], "livekit_clock_behind"),
    Sign::plain(&["signature is invalid"], "livekit_wrong_secret"),
    Sign::plain(
        &["error in cryptographic primitive"],
        "livekit_wrong_secret",
    ),
    Sign::quoted(&["invalid authorization"], "livekit_token_refused"),
    Sign::quoted(&["invalid token"], "livekit_token_refused"),
    Sign::quoted(&["no permissions"], "livekit_token_refused"),
    Sign::quoted(&["permissions denied"], "livekit_token_refused"),
];

/// Redis begins each error with a word of its own.
const OF_REDIS: &[Sign] = &[
    Sign::plain(&["WRONGPASS"], "redis_wrong_password"),
    // What the client says in place of Redis's own words.
    Sign::plain(&["authentication failed"], "redis_wrong_password"),
    Sign::plain(&["NOAUTH"], "redis_no_password"),
    Sign::plain(&["MISCONF"], "redis_cannot_write"),
    Sign::plain(&["LOADING"], "redis_loading"),
    Sign::plain(&["OOM"], "redis_out_of_memory"),
    Sign::plain(&["READONLY"], "redis_read_only"),
    Sign::plain(&["NOPERM"], "redis_no_permission"),
];

/// LiveKit's answer to a question with our token, or to `/`; `None` where it is none that LiveKit gives.
pub fn of_livekit(status: StatusCode, body: &str) -> Option<Diagnosis> {
    match status.as_u16() {
        406 if body.starts_with("Not Ready") => Some(Diagnosis::known("livekit_not_ready", "")),
        503 if body.contains("exceeded its configured limit") => {
            Some(Diagnosis::known("livekit_limit", ""))
        }
        401 => find(OF_LIVEKIT, &[body]),
        _ => None,
    }
}

/// An open port that does not answer as LiveKit.
pub fn not_livekit(status: StatusCode, body: &str) -> Diagnosis {
    let said = format!("{} {}", status.as_u16(), crate::shorten(body, 40));
    Diagnosis::known("not_livekit", quote(&said).trim_end())
}

/// Redis's answer to a command.
pub fn of_redis(said: &str) -> Option<Diagnosis> {
    find(OF_REDIS, &[said])
}

/// Icecast's answer to the administrator's question.
pub fn of_icecast(status: StatusCode) -> Option<Diagnosis> {
    (status == StatusCode::UNAUTHORIZED).then(|| Diagnosis::known("icecast_wrong_password", ""))
}

/// A mount with as many listeners as it may have.
pub fn full(listeners: u32) -> Diagnosis {
    Diagnosis::known("icecast_full", &listeners.to_string())
}

/// A mount without anybody who sends to it.
pub fn no_source(mount: &str) -> Diagnosis {
    Diagnosis::known("icecast_no_source", mount)
}
