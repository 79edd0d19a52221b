//! The status documents on the wire.

use serde::{Deserialize, Serialize};
use sidelink_diagnostics::DiagnosisView;

/// The public status: the phase and the layers, without the names of services.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PublicStatusView {
    /// For `?after=`.
    pub sequence: u64,
    /// As in [`StatusView::phase`].
    pub phase: String,
    /// RFC 3339.
    pub since: String,
    /// Time of the latest verification, RFC 3339.
    pub verified_at: Option<String>,
    /// Seconds since then.
    pub verification_age: Option<u64>,
    /// What the phase waits for.
    pub awaiting: Option<Awaiting>,
    /// In the order of the connection.
    pub layers: Vec<PublicLayerView>,
    /// Whether the tunnel is a test machine's stand-in.
    pub stand_in: bool,
    /// As in [`StatusView::mode`].
    pub mode: String,
    /// Whether the tunnel is suspended until a link is requested.
    pub suspended: bool,
}

/// One layer of the public status.
#[derive(Debug, Serialize)]
pub(in crate::http) struct PublicLayerView {
    /// As in [`LayerView::layer`].
    pub layer: String,
    /// As in [`LayerView::state`].
    pub state: String,
    /// RFC 3339.
    pub since: String,
}

/// What the service `gate` reads, without a token: whether a tunnel may open.
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

/// The full status. `Deserialize` is for the commands, which read what the same program writes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// For `?after=`.
    pub sequence: u64,
    /// `preparing`, `ready`, `degraded` or `failed`.
    pub phase: String,
    /// RFC 3339.
    pub since: String,
    /// The verified public URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Time of the latest verification, RFC 3339.
    pub verified_at: Option<String>,
    /// Seconds since then.
    pub verification_age: Option<u64>,
    /// What the phase waits for.
    pub awaiting: Option<Awaiting>,
    /// Those of gateway, app and LiveKit that do not work yet. No tunnel opens before they do.
    pub blocked_by: Vec<String>,
    /// Those of them that the sidecar retries no more until the operator acts.
    #[serde(default)]
    pub exhausted: Vec<String>,
    /// In the order of the connection.
    pub layers: Vec<LayerView>,
    /// By name.
    pub services: Vec<ServiceStatus>,
    /// Why the latest edit of `config/sidelink.yaml` was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_error: Option<String>,
    /// Whether the tunnel is a test machine's stand-in.
    pub stand_in: bool,
    /// `always` or `on-demand`.
    pub mode: String,
    /// Whether the on-demand tunnel is suspended until a link is requested.
    pub suspended: bool,
    /// A change to come, such as another public URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announcement: Option<DiagnosisView>,
    /// Notices for the operator while nothing is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notices: Option<Vec<DiagnosisView>>,
    /// The tunnel of the public URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelStatus>,
    /// The latest report of a page in a call in the last ten minutes, a phone's before a computer's; null without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<PhoneView>>,
    /// Recent activity, newest first, at most 100 events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<Vec<ActivityView>>,
}

/// The tunnel of the public URL.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TunnelStatus {
    /// The name of its service in Compose.
    pub service: String,
    /// `cloudflared-quick`, `cloudflared-named`, `ngrok`, `domain` or `url`.
    pub kind: String,
    /// Whether its hostname survives a restart.
    pub lasting: bool,
    /// Requests and open streams now, where the tunnel reports them.
    pub in_flight: Option<u32>,
    /// Limit of requests and open streams; null without one.
    pub limit: Option<u32>,
}

/// How far the video of a page in a call reached.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneView {
    /// `turn` (any phone), `lan` (the same network) or `unknown` (no video arrived).
    pub grade: String,
    /// RFC 3339.
    pub at: String,
    /// `phone`, `desktop` or `unknown`.
    pub device: String,
}

/// An event of the recent activity.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// RFC 3339.
    pub at: String,
    /// `service`, `layer`, `phase`, `act` or `tunnel`.
    pub kind: String,
    /// A service's name, `docker` or `link`.
    pub subject: String,
    /// The new state or phase, if the event is a change of one.
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
    /// As in [`LayerView::layer`].
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
    /// `ok`, `waiting`, `limited` (works for some visitors only) or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Services by name.
    pub waits_for: Vec<String>,
    /// What was observed from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// The diagnosis, unless the state is `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DiagnosisView>,
}

/// One service.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// The name in Compose.
    pub name: String,
    /// `ok`, `waiting` or `broken`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// Whether it can change the phase.
    pub required: bool,
    /// `livekit`, `redis`, `icecast`, `app`, `gateway`, `tunnel` or `other`.
    pub role: String,
    /// Restarts by Docker.
    pub restarts: i64,
    /// The sidecar's attempts to heal it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healing: Option<HealingView>,
    /// Of a tunnel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelName>,
    /// The diagnosis, unless the state is `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DiagnosisView>,
}

/// The sidecar's attempts to heal a service since it last ran for two minutes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealingView {
    /// Starts and restarts in a row.
    pub actions: u32,
    /// Whether the restart budget is spent: a manual start is needed.
    pub exhausted: bool,
    /// Time of the next attempt, RFC 3339.
    pub next_at: Option<String>,
}

/// A tunnel and its hostname.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TunnelName {
    /// As in [`TunnelStatus::kind`].
    pub kind: String,
    /// Its public hostname, verified or not.
    pub hostname: Option<String>,
    /// Whether the public URL comes from this tunnel.
    pub current: bool,
}
