//! The roles of containers and the kinds of tunnels.

/// The role of a container, from its label `sidelink.role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The WebRTC server.
    Livekit,
    /// The data store.
    Redis,
    /// Carries calls' media over the tunnel.
    Bridge,
    /// The audio mounts.
    Icecast,
    /// The app behind the public URL.
    App,
    /// The gateway, the only origin of all tunnels.
    Gateway,
    /// A tunnel, which gives the public hostname.
    Tunnel,
    /// The watcher of this machine's address on its local network.
    HostIp,
    /// Renders configuration, and ends.
    Init,
    /// Any other service, judged by Docker's healthcheck alone.
    Other,
}

impl Role {
    /// Parses a label; any unknown role becomes [`Role::Other`].
    pub fn from_label(label: &str) -> Self {
        match label {
            "livekit" => Self::Livekit,
            "redis" => Self::Redis,
            "bridge" => Self::Bridge,
            "icecast" => Self::Icecast,
            "app" => Self::App,
            "gateway" => Self::Gateway,
            "tunnel" => Self::Tunnel,
            "host-ip" => Self::HostIp,
            "init" => Self::Init,
            _ => Self::Other,
        }
    }

    /// Returns the role as the label has it; `other` for any other service.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Livekit => "livekit",
            Self::Redis => "redis",
            Self::Bridge => "bridge",
            Self::Icecast => "icecast",
            Self::App => "app",
            Self::Gateway => "gateway",
            Self::Tunnel => "tunnel",
            Self::HostIp => "host-ip",
            Self::Init => "init",
            Self::Other => "other",
        }
    }
}

/// The kind of a tunnel, from `sidelink.tunnel`, in order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TunnelKind {
    /// The operator's domain, for which Caddy gets a certificate by ACME.
    Domain,
    /// A URL that the operator serves with any program.
    Url,
    /// cloudflared with a token; the hostname comes from its pushed configuration.
    Named,
    /// ngrok's agent.
    Ngrok,
    /// cloudflared without an account; it gets a new hostname at every start.
    Quick,
}

impl TunnelKind {
    /// Parses a label.
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

    /// Returns the kind as the label has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Named => "cloudflared-named",
            Self::Ngrok => "ngrok",
            Self::Quick => "cloudflared-quick",
        }
    }

    /// Returns the priority without a label `sidelink.tunnel-priority`: stable hostnames first, without an account last.
    pub fn usual_order(self) -> u8 {
        match self {
            Self::Domain => 10,
            Self::Url => 20,
            Self::Named => 30,
            Self::Ngrok => 40,
            Self::Quick => 50,
        }
    }

    /// Reports whether its hostname is stable, so that links work after a restart.
    pub fn is_stable(self) -> bool {
        self != Self::Quick
    }

    /// Reports whether its provider limits requests, so that it is verified only on changes and on request.
    pub fn is_metered(self) -> bool {
        self == Self::Ngrok
    }
}
