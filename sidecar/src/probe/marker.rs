//! Our marker: the gateway's own header, by which this stack is told from everybody else.

use reqwest::header::HeaderMap;

/// On every answer of the gateway, its errors included.
const MARKER: &str = "x-sidelink-instance";
/// On pages that stand in for a service that is not up: they carry the marker and prove nothing.
const PREPARING: &str = "x-sidelink-preparing";
/// The same, where what was passed on was taken and not answered.
const TROUBLE: &str = "x-sidelink-trouble";
/// The whole way, through gateway and sidecar, with a small answer.
pub(crate) const PATH: &str = "/sidelink/healthz";

/// Whose answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// This stack's.
    Ours,
    /// This stack's gateway, in place of something that is not up.
    Preparing,
    /// Another Sidelink's.
    Another,
    /// Nobody's that we know.
    Nothing,
}

/// Reads the marker.
pub(crate) fn observed(headers: &HeaderMap, instance: &str) -> Seen {
    match headers.get(MARKER) {
        Some(ours) if ours == instance && stands_in(headers) => Seen::Preparing,
        Some(ours) if ours == instance => Seen::Ours,
        Some(_) => Seen::Another,
        None => Seen::Nothing,
    }
}

fn stands_in(headers: &HeaderMap) -> bool {
    headers.contains_key(PREPARING) || headers.contains_key(TROUBLE)
}
