//! The instance header, by which the answers of this stack's gateway are recognized.

use reqwest::header::HeaderMap;

/// Header with the instance's id, on every answer of the gateway, errors included.
const INSTANCE: &str = "x-sidelink-instance";
/// Header of the pages that the gateway shows while a service is not up.
const PREPARING: &str = "x-sidelink-preparing";
/// Header of the gateway's answers in place of a service that accepted a request and did not answer it.
const TROUBLE: &str = "x-sidelink-trouble";
/// Path with a small answer, served by the sidecar through the gateway.
pub(crate) const HEALTHZ_PATH: &str = "/sidelink/healthz";

/// Which server sent an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Responder {
    /// This stack.
    ThisStack,
    /// This stack's gateway, in place of a service that is not up.
    StandIn,
    /// Another Sidelink.
    OtherSidelink,
    /// A server without the header.
    Unknown,
}

/// Returns which server sent an answer with these headers.
pub(crate) fn responder(headers: &HeaderMap, instance: &str) -> Responder {
    match headers.get(INSTANCE) {
        Some(id) if id == instance && is_stand_in(headers) => Responder::StandIn,
        Some(id) if id == instance => Responder::ThisStack,
        Some(_) => Responder::OtherSidelink,
        None => Responder::Unknown,
    }
}

fn is_stand_in(headers: &HeaderMap) -> bool {
    headers.contains_key(PREPARING) || headers.contains_key(TROUBLE)
}
