//! What everybody who asks is answered from: one value, derived from the model.

use std::sync::Arc;
use std::time::Duration;

use crate::Mode;
use crate::State;
use crate::activity::Activity;
use crate::diagnosis::Diagnosis;
use crate::layer::{Layer, LayerKind};
use crate::media_reports::{MediaGrade, PhoneReport};
use crate::public_url::DailyQuota;
use crate::role::{Role, TunnelKind};
use crate::template::Template;
use crate::verification::Attempt;

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Something is awaited; no link yet.
    Preparing,
    /// Every layer is ok.
    Ready,
    /// The link was verified, and something broke since or it does not work for everybody.
    Degraded,
    /// Nothing will be tried again until something changes.
    Failed,
}

impl Phase {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

/// One service as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// Compose's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Whether it can change the phase.
    pub required: bool,
    /// Its state, with the reason where it is not ok.
    pub state: State,
    /// Unix milliseconds: since when the state's word has been so.
    pub since: u64,
    /// How often Docker has restarted it.
    pub restarts: i64,
    /// What was done to bring it back.
    pub healing: Option<Healing>,
    /// Of a tunnel.
    pub tunnel: Option<TunnelView>,
}

/// What was done to bring a service back, since it last ran for two minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Healing {
    /// Starts and restarts in a row.
    pub actions: u32,
    /// Nothing more will be tried until somebody starts it.
    pub exhausted: bool,
    /// Unix milliseconds, to the second: when the next one comes.
    pub next_at: Option<u64>,
}

/// What a tunnel says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunnelView {
    /// Who gives the name.
    pub kind: TunnelKind,
    /// The public name, once it has one; not verified.
    pub hostname: Option<String>,
    /// Requests and open streams that it carries now, where it says so.
    pub in_flight: Option<u32>,
    /// The link comes from this one.
    pub current: bool,
}

/// What is true now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Grows with every published change.
    pub sequence: u64,
    /// Of the runtime configuration: `max(last + 1, Unix milliseconds)` at every change of it.
    pub revision: u64,
    /// This installation's id.
    pub instance: Arc<str>,
    /// The verdict.
    pub phase: Phase,
    /// Unix milliseconds.
    pub phase_since: u64,
    /// The verified hostname, also while degraded; `None` when it is gone.
    pub public_host: Option<String>,
    /// Unix milliseconds of the latest proof.
    pub verified_at: Option<u64>,
    /// Unix milliseconds: from then on that proof counts no more. `None` where its provider counts requests.
    pub expires_at: Option<u64>,
    /// Its provider counts requests, and the day's verifications are used up: the latest one has to do until then,
    /// Unix milliseconds.
    pub quota_spent_until: Option<u64>,
    /// What was sent of that quota.
    pub sent_today: DailyQuota,
    /// The latest attempt at a verification, whatever came of it, once one has succeeded.
    pub attempt: Option<Attempt>,
    /// When the next one is sent, by the monotonic clock; `None`: one is under way, or none is due.
    pub next_attempt: Option<Duration>,
    /// In the order of the way.
    pub layers: Vec<Layer>,
    /// By name.
    pub services: Vec<ServiceView>,
    /// Gateway, app and LiveKit that do not work here yet; empty: a tunnel may open.
    pub blocked_by: Vec<String>,
    /// What `env` of the runtime configuration is made from.
    pub template: Option<Arc<Template>>,
    /// Why the latest edit of `config/sidelink.yaml` was not taken.
    pub template_error: Option<String>,
    /// The tunnel is a test machine's stand-in.
    pub stand_in: bool,
    /// When the tunnel is open.
    pub mode: Mode,
    /// On demand: the tunnel sleeps until somebody wants a link.
    pub suspended: bool,
    /// A word beforehand: the link is about to change.
    pub announcement: Option<Diagnosis>,
    /// What was met in passing and does not break the public URL.
    pub notices: Vec<Diagnosis>,
    /// How far video was seen to reach in the last ten minutes, at best.
    pub media: MediaGrade,
    /// Who saw it last, in that time.
    pub phone: Option<PhoneReport>,
    /// What happened lately.
    pub activity: Activity,
}

impl Snapshot {
    /// Before anything is known.
    pub fn unknown(instance: Arc<str>) -> Self {
        Self {
            sequence: 0,
            revision: 0,
            instance,
            phase: Phase::Preparing,
            phase_since: 0,
            public_host: None,
            verified_at: None,
            expires_at: None,
            quota_spent_until: None,
            sent_today: DailyQuota::default(),
            attempt: None,
            next_attempt: None,
            layers: Vec::new(),
            services: Vec::new(),
            blocked_by: vec!["gateway".to_owned()],
            template: None,
            template_error: None,
            stand_in: false,
            mode: Mode::Always,
            suspended: false,
            announcement: None,
            notices: Vec::new(),
            media: MediaGrade::Unknown,
            phone: None,
            activity: Activity::default(),
        }
    }

    /// The kind of the tunnel that gives the public URL.
    pub fn tunnel_kind(&self) -> Option<TunnelKind> {
        let mut tunnels = self.services.iter().filter_map(|view| view.tunnel.as_ref());
        Some(tunnels.find(|tunnel| tunnel.current)?.kind)
    }

    /// The headline: the first layer that is not ok, or else the first that is so for some only.
    pub fn headline(&self) -> Option<&Layer> {
        headline(self.layers.iter())
    }

    /// The same of the layers that are seen from outside.
    pub fn headline_outside(&self) -> Option<&Layer> {
        let outside = |layer: &&Layer| LayerKind::OF_PUBLIC_URL.contains(&layer.kind);
        headline(self.layers.iter().filter(outside))
    }

    /// The link's hostname, while it is seen to work from outside, though perhaps not for everybody: it may
    /// be handed out, also where a part that the page can do without is broken.
    pub fn usable_host(&self) -> Option<&str> {
        let works = self.headline_outside().is_none_or(Layer::is_limited);
        self.public_host.as_deref().filter(|_| works)
    }

    /// Everything works, though perhaps not for everybody: nothing more is awaited before the link is shown.
    pub fn is_shown(&self) -> bool {
        self.phase == Phase::Ready || self.headline().is_some_and(Layer::is_limited)
    }

    /// When the day's quota of verifications is spent: until when, Unix milliseconds.
    pub fn quota_spent(&self, now: u64) -> Option<u64> {
        self.quota_spent_until.filter(|&until| now < until)
    }

    /// Why the phase is not `ready`.
    pub fn why(&self) -> Option<Diagnosis> {
        match (&self.template_error, self.phase) {
            (Some(error), Phase::Failed) => Some(Diagnosis::BadConfig {
                detail: error.clone(),
            }),
            _ => self.headline()?.state.reason().cloned(),
        }
    }

    /// Whose log and state say more of a layer, by Compose's name.
    pub fn service_of(&self, layer: &Layer) -> &str {
        let restarts = layer.state.reason().is_some_and(Diagnosis::wants_restart);
        let role = match layer.kind {
            _ if restarts => Role::Tunnel,
            LayerKind::Docker => return "docker-proxy",
            LayerKind::Services => return "sidecar",
            LayerKind::Gateway | LayerKind::Instance => Role::Gateway,
            LayerKind::App => Role::App,
            LayerKind::Livekit | LayerKind::WebSocket | LayerKind::Exposure => Role::Livekit,
            LayerKind::Tunnel | LayerKind::Edge | LayerKind::Dns | LayerKind::Tls => Role::Tunnel,
        };
        let current = |s: &&ServiceView| s.tunnel.as_ref().is_none_or(|tunnel| tunnel.current);
        let mut services = self.services.iter().filter(|s| s.role == role);
        let found = services.clone().find(current).or_else(|| services.next());
        found.map_or("sidecar", |service| &service.name)
    }

    /// All that a page is told: a change of any of it is a new revision.
    pub(crate) fn told(
        &self,
    ) -> (
        Phase,
        Option<&str>,
        Option<u64>,
        MediaGrade,
        Option<&Template>,
    ) {
        (
            self.phase,
            self.public_host.as_deref(),
            self.verified_at,
            self.media,
            self.template.as_deref(),
        )
    }
}

fn headline<'a>(layers: impl Iterator<Item = &'a Layer> + Clone) -> Option<&'a Layer> {
    let mut not_ok = layers.filter(|layer| !layer.state.is_ok());
    let worse = not_ok.clone().find(|layer| !layer.is_limited());
    worse.or_else(|| not_ok.next())
}
