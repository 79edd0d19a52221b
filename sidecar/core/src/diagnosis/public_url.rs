//! Faults of the public URL, as observed through the internet.

/// A fault between the public hostname and this stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicUrlFault {
    /// The edge has no connection of this tunnel: 530 with 1033.
    NoConnector,
    /// The edge no longer knows the hostname: 530 with 1016.
    OldTunnel,
    /// The tunnel got no answer from the gateway: 502.
    OriginDown,
    /// The gateway took longer than the edge waits: 524.
    OriginSlow,
    /// More than 200 requests at once: 429.
    TooManyRequests,
    /// The tunnel's provider temporarily refuses visitors: 429 with 1015.
    RateLimited,
    /// Another error page of the edge.
    EdgeError {
        /// Its status and code.
        got: String,
    },
    /// The zone's name server does not have the record yet.
    NotPublished,
    /// That name server cannot be queried from here, so resolvers are not queried before the record must exist.
    Settling,
    /// A resolver has cached that the hostname does not exist.
    RecordMissing {
        /// The name of a public resolver; `None` for this network's resolver.
        resolver: Option<String>,
        /// When its cache entry expires, Unix milliseconds.
        until: Option<u64>,
    },
    /// No resolver could be queried over HTTPS.
    DohBlocked {
        /// The first one's connection error.
        detail: String,
    },
    /// Public resolvers have the hostname, but this network's resolver has cached that it does not exist.
    StaleLocalDns {
        /// When its cache entry expires, Unix milliseconds.
        until: Option<u64>,
    },
    /// This network's resolver points the hostname at an address where this stack does not answer.
    LocalDnsElsewhere {
        /// That address.
        address: String,
    },
    /// The hostname has only an IPv6 address, which cannot be reached from here.
    Ipv6Only,
    /// The certificate is for another hostname.
    TlsOtherName {
        /// The names in the certificate.
        names: String,
    },
    /// The certificate's issuer is not trusted.
    TlsUntrusted {
        /// The error of the check.
        detail: String,
    },
    /// Another Sidelink answers at the hostname.
    OtherSidelink,
    /// This network answers every address with its own page.
    CaptivePortal {
        /// The answer, shortened.
        got: String,
    },
    /// An antivirus or a filter answers in place of this hostname.
    Filtered {
        /// The answer, shortened.
        got: String,
    },
    /// The hostname answers through its edge, but not from this stack.
    NotOurs {
        /// The answer, shortened.
        got: String,
    },
    /// The gateway answers in place of a service that is still starting.
    BehindGateway {
        /// The request.
        asked: String,
    },
    /// WebSockets do not pass, though plain requests do.
    NoWebSocket {
        /// The answer, shortened.
        got: String,
    },
    /// Internal endpoints answer at the public hostname.
    Exposed {
        /// Their services, methods and paths. The same in every language.
        found: String,
    },
    /// The exposure check has no result, because its requests were not answered.
    ExposureUnseen {
        /// Number of answered requests.
        answered: usize,
        /// Number of requests.
        of: usize,
        /// The error of the first unanswered request, shortened.
        got: String,
    },
    /// The latest verification has expired.
    Expired {
        /// The latest successful verification, Unix milliseconds.
        at: u64,
    },
    /// The clocks jumped, because this machine was suspended.
    Slept,
    /// Something in the stack changed since the latest verification.
    Changed,
}

impl PublicUrlFault {
    /// Returns the stable code, which programs read.
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
            Self::Exposed { .. } => "exposed",
            Self::ExposureUnseen { .. } => "exposure_unseen",
            Self::Expired { .. } => "verification_expired",
            Self::Slept => "slept",
            Self::Changed => "changed",
        }
    }

    /// Reports whether it is normal for a new public URL and passes with time.
    pub fn is_awaited(&self) -> bool {
        matches!(
            self,
            Self::NoConnector
                // Also reported between a tunnel's registration and its DNS record.
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
