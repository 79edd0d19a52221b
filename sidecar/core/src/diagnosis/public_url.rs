//! Why the public link does not work, as it is seen from outside.

/// What stands between the public name and this stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicUrlFault {
    /// The edge answers and has no connection of this tunnel: 530 with 1033.
    NoConnector,
    /// The edge remembers the name as one that is gone: 530 with 1016.
    OldTunnel,
    /// The tunnel could not get an answer from the gateway: 502.
    OriginDown,
    /// The gateway took longer than the edge waits: 524.
    OriginSlow,
    /// More than 200 requests at once: 429.
    TooManyRequests,
    /// The tunnel's provider turns visitors away for a while: 429 with 1015.
    RateLimited,
    /// Another error page of the edge.
    EdgeError {
        /// Its status and code.
        got: String,
    },
    /// The zone's own name server does not have the record yet.
    NotPublished,
    /// That name server cannot be asked from here, so resolvers are left alone until the record must be there.
    Settling,
    /// A resolver says that there is no such name, and remembers it.
    RecordMissing {
        /// A public one's name; `None`: this network's own.
        resolver: Option<String>,
        /// Unix milliseconds: how long it remembers.
        until: Option<u64>,
    },
    /// No resolver could be asked over HTTPS.
    DohBlocked {
        /// What the first one's connection said.
        detail: String,
    },
    /// Public resolvers have the name; this network's resolver remembers that it did not exist.
    StaleLocalDns {
        /// Unix milliseconds: how long it remembers.
        until: Option<u64>,
    },
    /// This network's resolver sends the name somewhere else, where this stack does not answer.
    LocalDnsElsewhere {
        /// Where it points.
        address: String,
    },
    /// The name has an IPv6 address only, and there is no way to it from here.
    Ipv6Only,
    /// The certificate is for another name.
    TlsOtherName {
        /// The names that it is for.
        names: String,
    },
    /// The certificate is of nobody that is trusted.
    TlsUntrusted {
        /// What the check said.
        detail: String,
    },
    /// Another Sidelink answers under the name.
    OtherSidelink,
    /// Somebody on this network answers every address with a page of his own.
    CaptivePortal {
        /// What came back, shortened.
        got: String,
    },
    /// Somebody answers in place of this one name: an antivirus, a filter.
    Filtered {
        /// What came back, shortened.
        got: String,
    },
    /// The name answers through its edge, but not with this stack.
    NotOurs {
        /// What came back, shortened.
        got: String,
    },
    /// The gateway answers in place of a part that is still starting.
    BehindGateway {
        /// What was asked.
        asked: String,
    },
    /// A WebSocket does not get through, though plain requests do.
    NoWebSocket {
        /// What came back, shortened.
        got: String,
    },
    /// What no visitor may reach answers under the public name.
    Unsafe {
        /// Whose doors they are, with method and path. The same in every language.
        found: String,
    },
    /// The exposure check was made and showed nothing: its requests were not answered.
    ExposureUnseen {
        /// How many were.
        answered: usize,
        /// Of how many.
        of: usize,
        /// What came of the first that was not, shortened.
        got: String,
    },
    /// The latest proof is too old to count.
    Expired {
        /// Unix milliseconds of the latest proof.
        at: u64,
    },
    /// The clocks jumped: this machine slept.
    Slept,
    /// Something in the stack changed since the latest proof.
    Changed,
}

impl PublicUrlFault {
    /// Stable name of the kind, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConnector => "edge_no_connector",
            Self::OldTunnel => "edge_old_tunnel",
            Self::OriginDown => "edge_origin_down",
            Self::OriginSlow => "edge_origin_slow",
            Self::TooManyRequests => "edge_too_many_requests",
            Self::RateLimited => "edge_rate_limited",
            Self::EdgeError { .. } => "edge_error",
            Self::NotPublished => "dns_not_published",
            Self::Settling => "dns_settling",
            Self::RecordMissing { .. } => "dns_record_missing",
            Self::DohBlocked { .. } => "dns_https_blocked",
            Self::StaleLocalDns { .. } => "dns_stale_here",
            Self::LocalDnsElsewhere { .. } => "dns_elsewhere_here",
            Self::Ipv6Only => "ipv6_only",
            Self::TlsOtherName { .. } => "tls_other_name",
            Self::TlsUntrusted { .. } => "tls_untrusted",
            Self::OtherSidelink => "other_sidelink",
            Self::CaptivePortal { .. } => "captive_portal",
            Self::Filtered { .. } => "filtered",
            Self::NotOurs { .. } => "not_ours",
            Self::BehindGateway { .. } => "behind_gateway",
            Self::NoWebSocket { .. } => "no_websocket",
            Self::Unsafe { .. } => "exposed",
            Self::ExposureUnseen { .. } => "exposure_unseen",
            Self::Expired { .. } => "verification_expired",
            Self::Slept => "slept",
            Self::Changed => "changed",
        }
    }

    /// It belongs to the beginning of a link and passes by itself.
    pub fn is_awaited(&self) -> bool {
        matches!(
            self,
            Self::NoConnector
                // Seen between a registration and its DNS record too (reported).
                | Self::OldTunnel
                | Self::NotPublished
                | Self::Settling
                | Self::RecordMissing { .. }
                | Self::BehindGateway { .. }
                | Self::ExposureUnseen { .. }
                | Self::Expired { .. }
                | Self::Slept
                | Self::Changed
        )
    }
}
