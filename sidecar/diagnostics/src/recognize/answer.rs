//! Error answers of the stack's services.

use http::StatusCode;

use super::log::{Signature, find};
use crate::redaction::quote;
use sidelink_core::Diagnosis;

/// Answers of `/rtc/validate` with 401. The texts are golang-jwt's since LiveKit 1.13, go-jose's before.
const OF_LIVEKIT: &[Signature] = &[
    Signature::plain(&["invalid API key"], "livekit_wrong_key"),
    Signature::plain(&["token is expired"], "livekit_clock_ahead"),
    Signature::plain(&["not valid yet"], "livekit_clock_behind"),
    Signature::plain(&["used before issued"], "livekit_clock_behind"),
    Signature::plain(&["issued in the future"], "livekit_clock_behind"),
    Signature::plain(&["signature is invalid"], "livekit_wrong_secret"),
    Signature::plain(
        &["error in cryptographic primitive"],
        "livekit_wrong_secret",
    ),
    Signature::quoted(&["invalid authorization"], "livekit_token_refused"),
    Signature::quoted(&["invalid token"], "livekit_token_refused"),
    Signature::quoted(&["no permissions"], "livekit_token_refused"),
    Signature::quoted(&["permissions denied"], "livekit_token_refused"),
];

/// Redis's error prefixes.
const OF_REDIS: &[Signature] = &[
    Signature::plain(&["WRONGPASS"], "redis_wrong_password"),
    // The client's text in place of Redis's.
    Signature::plain(&["authentication failed"], "redis_wrong_password"),
    Signature::plain(&["NOAUTH"], "redis_no_password"),
    Signature::plain(&["MISCONF"], "redis_cannot_write"),
    Signature::plain(&["LOADING"], "redis_loading"),
    Signature::plain(&["OOM"], "redis_out_of_memory"),
    Signature::plain(&["READONLY"], "redis_read_only"),
    Signature::plain(&["NOPERM"], "redis_no_permission"),
];

/// Recognizes LiveKit's answer to Sidelink's token, or to `/`.
pub fn of_livekit(status: StatusCode, body: &str) -> Option<Diagnosis> {
    match status.as_u16() {
        406 if body.starts_with("Not Ready") => Some(Diagnosis::of_code("livekit_not_ready", "")),
        503 if body.contains("exceeded its configured limit") => {
            Some(Diagnosis::of_code("livekit_limit", ""))
        }
        401 => find(OF_LIVEKIT, &[body]),
        _ => None,
    }
}

/// Returns the diagnosis of an answer that is not LiveKit's.
pub fn not_livekit(status: StatusCode, body: &str) -> Diagnosis {
    let answer = format!("{} {}", status.as_u16(), crate::shorten(body, 40));
    Diagnosis::of_code("not_livekit", quote(&answer).trim_end())
}

/// Recognizes Redis's answer to a command.
pub fn of_redis(answer: &str) -> Option<Diagnosis> {
    find(OF_REDIS, &[answer])
}

/// Recognizes Icecast's answer to the administrator's request.
pub fn of_icecast(status: StatusCode) -> Option<Diagnosis> {
    (status == StatusCode::UNAUTHORIZED).then(|| Diagnosis::of_code("icecast_wrong_password", ""))
}

/// Returns the diagnosis of a mount with its maximum of listeners.
pub fn full(listeners: u32) -> Diagnosis {
    Diagnosis::of_code("icecast_full", &listeners.to_string())
}

/// Returns the diagnosis of a mount without a source.
pub fn no_source(mount: &str) -> Diagnosis {
    Diagnosis::of_code("icecast_no_source", mount)
}
