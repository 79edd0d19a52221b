//! The status document as it goes over the wire.

use serde::{Deserialize, Serialize};
use sidelink_diagnostics::DiagnosisView;

/// What visitors may read: the phase and the layers, without the names of the services that the owner runs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PublicStatusView {
    /// For `?after=`.
    pub sequence: u64,
    /// As in [`StatusView::phase`].
    pub phase: String,
    /// RFC 3339.
    pub since: String,
    /// RFC 3339, of the latest proof.
    pub verified_at: Option<String>,
    /// Seconds since then.
    pub verification_age: Option<u64>,
    /// What the phase waits for.
    pub awaiting: Option<Awaiting>,
    /// In the order of the way.
    pub layers: Vec<PublicLayerView>,
    /// The tunnel is a test machine's stand-in.
    pub stand_in: bool,
    /// As in [`StatusView::mode`].
    pub mode: String,
    /// The tunnel sleeps until a link is wanted.
    pub suspended: bool,
}

/// One layer, as visitors may read it.
#[derive(Debug, Serialize)]
pub(in crate::http) struct PublicLayerView {
    /// As in [`LayerView::layer`].
    pub layer: String,
    /// As in [`LayerView::state`].
    pub state: String,
    /// RFC 3339.
    pub since: String,
}

/// What the gate before the tunnels reads, without a token: whether one may open.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartupView {
    /// For `?after=`.
    pub sequence: u64,
    /// As in [`StatusView::blocked_by`].
    pub blocked_by: Vec<String>,
    /// As in [`StatusView::exhausted`].
    pub exhausted: Vec<String>,
}

/// The document. `Deserialize` is for the commands, which read what this very program writes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// For `?after=`.
    pub sequence: u64,
    /// `preparing`, `ready`, `degraded` or `failed`.
    pub phase: String,
    /// RFC 3339.
    pub since: String,
    /// The verified one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// RFC 3339, of the latest proof.
    pub verified_at: Option<String>,
    /// Seconds since then.
    pub verification_age: Option<u64>,
    /// What the phase waits for.
    pub awaiting: Option<Awaiting>,
    /// Gateway, app and LiveKit where they do not work yet: no tunnel opens before.
    pub blocked_by: Vec<String>,
    /// Those of them that nothing is tried for any more, until somebody does something.
    #[serde(default)]
    pub exhausted: Vec<String>,
    /// In the order of the way.
    pub layers: Vec<LayerView>,
    /// By name.
    pub services: Vec<ServiceStatus>,
    /// Why the latest edit of `config/sidelink.yaml` was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_error: Option<String>,
    /// The tunnel is a test machine's stand-in.
    pub stand_in: bool,
    /// `always` or `on-demand`.
    pub mode: String,
    /// On demand: the tunnel sleeps until somebody wants a link.
    pub suspended: bool,
    /// A word beforehand, e.g. that the link is about to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announcement: Option<DiagnosisView>,
    /// What an operator should know though nothing is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notices: Option<Vec<DiagnosisView>>,
    /// The tunnel that gives the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelStatus>,
    /// What a page in a call reported in the last ten minutes, a phone's before a computer's; null when there is
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<PhoneView>>,
    /// What happened lately, newest first, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<Vec<ActivityView>>,
}

/// The tunnel that gives the link.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TunnelStatus {
    /// Compose's name of its service.
    pub service: String,
    /// `cloudflared-quick`, `cloudflared-named`, `ngrok`, `domain` or `url`.
    pub kind: String,
    /// Its address outlives a restart.
    pub lasting: bool,
    /// Requests and open streams that it carries now, where it says so.
    pub in_flight: Option<u32>,
    /// The most that it carries at once; null where there is no such limit.
    pub limit: Option<u32>,
}

/// How far video reached, as a page in a call saw it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneView {
    /// `turn` (any phone), `lan` (the same network), or `unknown`: none came.
    pub grade: String,
    /// RFC 3339.
    pub at: String,
    /// `phone`, `desktop` or `unknown`.
    pub device: String,
}

/// Something that happened.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// RFC 3339.
    pub at: String,
    /// `service`, `layer`, `phase`, `act` or `tunnel`.
    pub kind: String,
    /// A service's name, `docker` or `link`.
    pub subject: String,
    /// The new state or phase, where it is a change of one.
    pub state: Option<String>,
    /// English.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
}

/// The first layer that is not ok.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Awaiting {
    /// Which.
    pub layer: String,
    /// RFC 3339.
    pub since: String,
    /// Seconds since then.
    pub seconds: u64,
    /// English: `waiting for Cloudflare's edge, 12 s`.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
}

/// One layer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerView {
    /// `docker`, `services`, `gateway`, `tunnel`, `edge`, `dns`, `tls`, `instance`, `app`, `livekit`, `websocket` or `exposure`.
    pub layer: String,
    /// `ok`, `waiting`, `limited` (works, but not for everybody) or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Services by name.
    pub waits_for: Vec<String>,
    /// What was seen from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// Where it is not ok.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DiagnosisView>,
}

/// One service.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// Compose's name.
    pub name: String,
    /// `ok`, `waiting` or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Whether it can change the phase.
    pub required: bool,
    /// `livekit`, `redis`, `icecast`, `app`, `gateway`, `tunnel` or `other`.
    pub role: String,
    /// How often Docker has restarted it.
    pub restarts: i64,
    /// What was done to bring it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healing: Option<HealingView>,
    /// Of a tunnel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelName>,
    /// Where it is not ok.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DiagnosisView>,
}

/// What was done to bring a service back, since it last ran for two minutes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealingView {
    /// Starts and restarts in a row.
    pub actions: u32,
    /// Nothing more is tried until somebody starts it.
    pub exhausted: bool,
    /// RFC 3339: when the next one comes.
    pub next_at: Option<String>,
}

/// What a tunnel says of itself.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TunnelName {
    /// As in [`TunnelStatus::kind`].
    pub kind: String,
    /// Its public name, verified or not.
    pub hostname: Option<String>,
    /// The link comes from this one.
    pub current: bool,
}
