//! The snapshot, from which all requests are answered; derived from the model.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use crate::Mode;
use crate::State;
use crate::activity::Activity;
use crate::diagnosis::Diagnosis;
use crate::layer::{Layer, LayerKind};
use crate::media_reports::{MediaGrade, PhoneReport};
use crate::media_traffic::MonthlyTraffic;
use crate::public_url::DailyQuota;
use crate::role::{Role, TunnelKind};
use crate::template::Template;
use crate::turn::TurnTrial;
use crate::verification::Attempt;

/// The state of the whole stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Something is awaited; there is no verified public URL yet.
    Preparing,
    /// Every layer is ok.
    Ready,
    /// The public URL was verified, but something broke since, or it does not work for every visitor.
    Degraded,
    /// Nothing is tried again until the operator changes something.
    Failed,
}

impl Phase {
    /// Returns the phase as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
        }
    }
}

/// A service as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// Compose's name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Whether it can change the phase.
    pub required: bool,
    /// Its state, with the diagnosis where it is not ok.
    pub state: State,
    /// When the state last changed, Unix milliseconds.
    pub since: u64,
    /// How often Docker has restarted it.
    pub restarts: i64,
    /// Starts and restarts by Sidelink.
    pub healing: Option<Healing>,
    /// Details of a tunnel.
    pub tunnel: Option<TunnelView>,
}

/// Starts and restarts of a service by Sidelink, since it last ran for two minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Healing {
    /// Number of starts and restarts in a row.
    pub actions: u32,
    /// The restart budget is used up: no more attempts until it is started manually.
    pub exhausted: bool,
    /// When the next one comes, Unix milliseconds, to the second.
    pub next_at: Option<u64>,
}

/// A tunnel as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunnelView {
    /// Its kind.
    pub kind: TunnelKind,
    /// The public hostname, once it has one; not verified.
    pub hostname: Option<String>,
    /// Requests and open streams in flight, where it reports them.
    pub in_flight: Option<u32>,
    /// It gives the public URL.
    pub current: bool,
}

/// The present state of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Grows with every published change.
    pub sequence: u64,
    /// Revision of the runtime config: `max(last + 1, Unix milliseconds)` at every change of it.
    pub revision: u64,
    /// This installation's id.
    pub instance: Arc<str>,
    /// The phase.
    pub phase: Phase,
    /// When the phase began, Unix milliseconds.
    pub phase_since: u64,
    /// The verified hostname, also while degraded; `None` when the tunnel no longer has it.
    pub public_host: Option<String>,
    /// When the latest verification succeeded, Unix milliseconds.
    pub verified_at: Option<u64>,
    /// When that verification expires, Unix milliseconds. `None` where the tunnel's provider limits requests.
    pub expires_at: Option<u64>,
    /// When the next verification is possible, Unix milliseconds, while the day's quota is used up.
    pub quota_spent_until: Option<u64>,
    /// Verifications sent from that quota.
    pub sent_today: DailyQuota,
    /// The month's traffic of calls over the tunnel, in steps of 10 MB.
    pub media_traffic: MonthlyTraffic,
    /// Times of the latest verification, whatever its result, once one has succeeded.
    pub attempt: Option<Attempt>,
    /// When the next one is sent, by the monotonic clock; `None` while one is under way or none is due.
    pub next_attempt: Option<Duration>,
    /// Layers, in order from Docker to the visitor.
    pub layers: Vec<Layer>,
    /// Services, sorted by name.
    pub services: Vec<ServiceView>,
    /// The services (gateway, app, LiveKit) that block the tunnel; empty when it may open.
    pub blocked_by: Vec<String>,
    /// Template of the runtime config's `env`.
    pub template: Option<Arc<Template>>,
    /// Error in the latest edit of `config/sidelink.yaml`.
    pub template_error: Option<String>,
    /// The tunnel is a stand-in of a test machine.
    pub stand_in: bool,
    /// Tunnel mode.
    pub mode: Mode,
    /// The on-demand tunnel is suspended until a link is requested.
    pub suspended: bool,
    /// Announcement that the public URL is about to change.
    pub announcement: Option<Diagnosis>,
    /// Notices, which do not break the public URL.
    pub notices: Vec<Diagnosis>,
    /// The TURN servers that visitors get, as last tried.
    pub turn: Vec<TurnTrial>,
    /// The address of this machine that LiveKit gives to phones on its local network.
    pub lan_address: Option<Ipv4Addr>,
    /// Best video connection that pages reported in the last ten minutes.
    pub media: MediaGrade,
    /// Latest of these reports.
    pub phone: Option<PhoneReport>,
    /// Recent activity.
    pub activity: Activity,
}

impl Snapshot {
    /// Returns the snapshot before anything is known.
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
            media_traffic: MonthlyTraffic::default(),
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
            turn: Vec::new(),
            lan_address: None,
            media: MediaGrade::Unknown,
            phone: None,
            activity: Activity::default(),
        }
    }

    /// Returns the kind of the tunnel that gives the public URL.
    pub fn tunnel_kind(&self) -> Option<TunnelKind> {
        let mut tunnels = self.services.iter().filter_map(|view| view.tunnel.as_ref());
        Some(tunnels.find(|tunnel| tunnel.current)?.kind)
    }

    /// Returns the headline: the first layer that does not work, or else the first that is limited.
    pub fn headline(&self) -> Option<&Layer> {
        headline(self.layers.iter())
    }

    /// Returns the headline of the layers that a verification observes.
    pub fn headline_outside(&self) -> Option<&Layer> {
        let outside = |layer: &&Layer| LayerKind::OF_PUBLIC_URL.contains(&layer.kind);
        headline(self.layers.iter().filter(outside))
    }

    /// Returns the verified hostname while it works, though perhaps not for every visitor.
    ///
    /// It may be handed out, also when a service is broken that the page does not need.
    pub fn usable_host(&self) -> Option<&str> {
        let works = self.headline_outside().is_none_or(Layer::is_limited);
        self.public_host.as_deref().filter(|_| works)
    }

    /// Returns [`Self::usable_host`] once every layer works, so that nothing more is awaited before it is shown.
    pub fn shown_host(&self) -> Option<&str> {
        self.usable_host().filter(|_| self.is_shown())
    }

    /// Reports whether every layer works, though perhaps not for every visitor.
    pub fn is_shown(&self) -> bool {
        self.phase == Phase::Ready || self.headline().is_some_and(Layer::is_limited)
    }

    /// Reports whether a call's media can go over the tunnel, as last verified.
    pub fn carries_media(&self) -> bool {
        let media = |layer: &Layer| layer.kind == LayerKind::Media && layer.state.is_ok();
        self.layers.iter().any(media)
    }

    /// Returns until when the day's quota is spent, Unix milliseconds; `unix_ms` is the present time.
    pub fn quota_spent(&self, unix_ms: u64) -> Option<u64> {
        self.quota_spent_until.filter(|&until| unix_ms < until)
    }

    /// Returns why the phase is not `ready`.
    pub fn why(&self) -> Option<Diagnosis> {
        match (&self.template_error, self.phase) {
            (Some(error), Phase::Failed) => Some(Diagnosis::BadConfig {
                detail: error.clone(),
            }),
            _ => self.headline()?.state.reason().cloned(),
        }
    }

    /// Returns the service whose log and state have more detail about a layer, by Compose's name.
    pub fn service_of(&self, layer: &Layer) -> &str {
        let lost_tunnel = layer.state.reason().is_some_and(Diagnosis::is_lost_tunnel);
        let role = match layer.kind {
            _ if lost_tunnel => Role::Tunnel,
            LayerKind::Docker => return "docker-proxy",
            LayerKind::Services => return "sidecar",
            LayerKind::Gateway | LayerKind::Instance => Role::Gateway,
            LayerKind::App => Role::App,
            LayerKind::Media => Role::Bridge,
            LayerKind::Livekit | LayerKind::WebSocket | LayerKind::Exposure => Role::Livekit,
            LayerKind::Tunnel | LayerKind::Edge | LayerKind::Dns | LayerKind::Tls => Role::Tunnel,
        };
        let current = |s: &&ServiceView| s.tunnel.as_ref().is_none_or(|tunnel| tunnel.current);
        let mut services = self.services.iter().filter(|s| s.role == role);
        let found = services.clone().find(current).or_else(|| services.next());
        found.map_or("sidecar", |service| &service.name)
    }

    /// Returns the fields that pages read; a change of one of them is a new revision.
    pub(crate) fn page_facts(
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
