//! What a page reports of its connection.

use serde::{Deserialize, Serialize};

use crate::media_path::{MediaPath, Transport};

/// A page's report, which counts for its participant only.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionReport {
    /// When it arrived, Unix milliseconds.
    pub at: u64,
    /// The path of its media.
    pub path: MediaPath,
    /// The state of its peer connection; none over the tunnel.
    pub ice_state: Option<IceState>,
    /// The kind of the page's candidate.
    pub candidate_type: Option<CandidateType>,
    /// What carries the media.
    pub protocol: Option<Transport>,
    /// Round trip, milliseconds.
    pub rtt_ms: Option<u32>,
    /// Of the packets that it received since its last report, percent.
    pub loss_percent: Option<f64>,
    /// Bits per second since its last report.
    pub send_bitrate: Option<u64>,
    /// Bits per second since its last report.
    pub receive_bitrate: Option<u64>,
    /// The browser was not allowed to reach devices on the visitor's network.
    pub local_network_blocked: bool,
}

impl ConnectionReport {
    /// Reports whether no path works.
    pub(super) fn has_failed(&self) -> bool {
        self.path == MediaPath::None || self.ice_state == Some(IceState::Failed)
    }
}

/// `RTCIceConnectionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IceState {
    /// Nothing has begun.
    New,
    /// Pairs of candidates are tried.
    Checking,
    /// A pair works.
    Connected,
    /// A pair works, and no other is tried.
    Completed,
    /// The pair in use does not answer.
    Disconnected,
    /// No pair works.
    Failed,
    /// It was closed.
    Closed,
}

/// `RTCIceCandidateType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CandidateType {
    /// An address of the device.
    Host,
    /// An address that a STUN server reported.
    Srflx,
    /// An address that the other side saw.
    Prflx,
    /// An address of a TURN server.
    Relay,
}
