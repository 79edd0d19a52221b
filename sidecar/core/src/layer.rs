//! The way from Docker to the visitor, step by step.

use crate::State;

/// A step of the way from Docker to the visitor, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    /// The Docker API answers.
    Docker,
    /// Every required service behind the gateway works.
    Services,
    /// The one origin answers with our marker.
    Gateway,
    /// The tunnel is registered with its edge.
    Tunnel,
    /// The edge answers for the name, and has a connection of this tunnel.
    Edge,
    /// Public resolvers, and this network's, have the name.
    Dns,
    /// The certificate is trusted and for this name.
    Tls,
    /// Our marker is seen under the public name.
    Instance,
    /// The app answers a phone's browser.
    App,
    /// LiveKit takes a token of ours.
    Livekit,
    /// LiveKit answers a WebSocket.
    WebSocket,
    /// Nothing that is not for visitors can be reached.
    Exposure,
}

impl LayerKind {
    /// What a proof from outside sees, in the order of the way.
    pub const OF_PUBLIC_URL: [Self; 8] = [
        Self::Edge,
        Self::Dns,
        Self::Tls,
        Self::Instance,
        Self::App,
        Self::Livekit,
        Self::WebSocket,
        Self::Exposure,
    ];

    /// As it stands in JSON.
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
            Self::Exposure => "exposure",
        }
    }
}

/// One layer of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Which.
    pub kind: LayerKind,
    /// Its state, with the reason where it is not ok.
    pub state: State,
    /// The services that it waits for, by name.
    pub waits_for: Vec<String>,
    /// What was seen of it from outside: an address, a status. The same in every language.
    pub observed: Option<String>,
    /// Unix milliseconds: since when the state's word has been so.
    pub since: u64,
}

impl Layer {
    /// Works, but not for everybody.
    pub fn is_limited(&self) -> bool {
        matches!(self.state, State::Limited(_))
    }

    /// The same for visitors: the services of the owner's project are not theirs to know.
    pub fn without_services(&self) -> Self {
        Self {
            waits_for: Vec::new(),
            ..self.clone()
        }
    }
}
