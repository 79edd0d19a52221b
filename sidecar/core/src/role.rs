//! What a container is for, and of which kind a tunnel is.

/// What a container is for, from its label `sidelink.role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The WebRTC server.
    Livekit,
    /// The store.
    Redis,
    /// The audio mounts.
    Icecast,
    /// The app behind the link.
    App,
    /// The one origin.
    Gateway,
    /// What gives the public name.
    Tunnel,
    /// Watches whether this machine has the address `HOST_IP`.
    HostIp,
    /// Anything else: judged by Docker's health alone.
    Other,
}

impl Role {
    /// From the label's text; an unknown role is judged by its healthcheck alone.
    pub fn from_label(label: &str) -> Self {
        match label {
            "livekit" => Self::Livekit,
            "redis" => Self::Redis,
            "icecast" => Self::Icecast,
            "app" => Self::App,
            "gateway" => Self::Gateway,
            "tunnel" => Self::Tunnel,
            "host-ip" => Self::HostIp,
            _ => Self::Other,
        }
    }

    /// As the label has it; `other` for what is judged by its healthcheck alone.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Livekit => "livekit",
            Self::Redis => "redis",
            Self::Icecast => "icecast",
            Self::App => "app",
            Self::Gateway => "gateway",
            Self::Tunnel => "tunnel",
            Self::HostIp => "host-ip",
            Self::Other => "other",
        }
    }
}

/// Who gives a tunnel its public name, from `sidelink.tunnel`; in the order in which they are preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TunnelKind {
    /// A domain of one's own: Caddy gets its certificate by ACME.
    Domain,
    /// An address that somebody serves himself, by any program.
    Url,
    /// cloudflared with a token: the name comes from its pushed configuration.
    Named,
    /// ngrok's agent.
    Ngrok,
    /// cloudflared without an account: a new name at every start.
    Quick,
}

impl TunnelKind {
    /// From the label's text.
    pub fn from_label(label: &str) -> Option<Self> {
        let kinds = [
            Self::Domain,
            Self::Url,
            Self::Named,
            Self::Ngrok,
            Self::Quick,
        ];
        kinds.into_iter().find(|kind| kind.as_str() == label)
    }

    /// As the label has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Named => "cloudflared-named",
            Self::Ngrok => "ngrok",
            Self::Quick => "cloudflared-quick",
        }
    }

    /// Without a label `sidelink.tunnel-priority`: what lasts comes first, what needs no account last.
    pub fn usual_order(self) -> u8 {
        match self {
            Self::Domain => 10,
            Self::Url => 20,
            Self::Named => 30,
            Self::Ngrok => 40,
            Self::Quick => 50,
        }
    }

    /// Its name outlives a restart: a link sent today works tomorrow.
    pub fn is_lasting(self) -> bool {
        self != Self::Quick
    }

    /// Its provider counts requests, so it is verified on events and on demand only.
    pub fn is_metered(self) -> bool {
        self == Self::Ngrok
    }
}
