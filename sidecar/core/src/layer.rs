//! The layers between Docker and the visitor.

use crate::State;

/// A layer of the path from Docker to the visitor, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    /// The Docker API answers.
    Docker,
    /// Every required service behind the gateway works.
    Services,
    /// The gateway answers with the instance header.
    Gateway,
    /// The tunnel is registered with its edge.
    Tunnel,
    /// The edge answers for the hostname and has a connection of this tunnel.
    Edge,
    /// Public resolvers and this network's resolver have the hostname.
    Dns,
    /// The certificate is trusted and for this hostname.
    Tls,
    /// The public hostname answers with the instance header.
    Instance,
    /// The app answers a phone's browser.
    App,
    /// LiveKit accepts Sidelink's token.
    Livekit,
    /// LiveKit answers over a WebSocket.
    WebSocket,
    /// The bridge carries media through the tunnel. Absent where the stack has no bridge.
    Media,
    /// No internal endpoint can be reached.
    Exposure,
}

impl LayerKind {
    /// All layers, in order.
    pub const ALL: &[Self] = &[
        Self::Docker,
        Self::Services,
        Self::Gateway,
        Self::Tunnel,
        Self::Edge,
        Self::Dns,
        Self::Tls,
        Self::Instance,
        Self::App,
        Self::Livekit,
        Self::WebSocket,
        Self::Media,
        Self::Exposure,
    ];

    /// The layers that a verification observes, in order: all after the tunnel.
    pub const OF_PUBLIC_URL: &[Self] = Self::ALL.split_at(Self::Edge as usize).1;

    /// Returns the layer as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Services => "services",
            Self::Gateway => "gateway",
            Self::Tunnel => "tunnel",
            Self::Edge => "edge",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Instance => "instance",
            Self::App => "app",
            Self::Livekit => "livekit",
            Self::WebSocket => "websocket",
            Self::Media => "media",
            Self::Exposure => "exposure",
        }
    }
}

/// The state of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The layer.
    pub kind: LayerKind,
    /// Its state, with the diagnosis where it is not ok.
    pub state: State,
    /// Names of the services that it waits for.
    pub waits_for: Vec<String>,
    /// What the verification observed: an address, a status. The same in every language.
    pub observed: Option<String>,
    /// When the state last changed, Unix milliseconds.
    pub since: u64,
}

impl Layer {
    /// Reports whether it works, but not for every visitor.
    pub fn is_limited(&self) -> bool {
        matches!(self.state, State::Limited(_))
    }

    /// Returns a copy for visitors, who may not know the services of the project.
    pub fn without_services(&self) -> Self {
        Self {
            waits_for: Vec::new(),
            ..self.clone()
        }
    }
}
