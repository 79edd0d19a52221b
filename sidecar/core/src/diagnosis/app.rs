//! Faults of the app's page that its answers show.

use std::time::Duration;

/// Why the app's page does not work, or not for every visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppFault {
    /// 404 at the page while the health path works: visitors need another path.
    NoRoot {
        /// The page's path.
        path: String,
        /// The health path.
        health: String,
    },
    /// 403 without a sign-in form.
    Forbidden {
        /// The answer, shortened.
        got: String,
    },
    /// The page works slowly.
    SlowPage {
        /// Time until its first byte.
        took: Duration,
    },
    /// A sign-in elsewhere sends visitors back to an address that they cannot open.
    Callback {
        /// The host of the sign-in.
        at: String,
        /// The address to which it sends them back.
        target: String,
        /// The setting that holds the address.
        setting: String,
    },
    /// The page loads a script or stylesheet from an address that visitors cannot open.
    Assets {
        /// The first such address.
        target: String,
        /// The setting that holds the address.
        setting: String,
    },
    /// A development server shows its page but refuses hot reload under the public hostname.
    DevOrigin {
        /// The value that its setting needs.
        allowed: String,
    },
    /// A redirect that no visitor can follow.
    Redirect {
        /// The kind of its target.
        kind: Redirect,
        /// Its target.
        target: String,
        /// The setting that causes it.
        setting: String,
    },
    /// It refuses the hostname.
    HostRefused {
        /// The hostname.
        host: String,
        /// The answer, shortened.
        got: String,
        /// The setting that allows it.
        setting: String,
    },
    /// 404 without a health path that works.
    NotFound {
        /// The requested path.
        path: String,
        /// The answer, shortened.
        got: String,
    },
    /// 429.
    TooManyRequests {
        /// The answer, shortened.
        got: String,
    },
    /// 5xx.
    Failed {
        /// The answer, shortened.
        got: String,
    },
    /// Another status without a page.
    OtherStatus {
        /// The answer, shortened.
        got: String,
    },
    /// Its container runs, but its port accepts no connections.
    Refused {
        /// The port.
        port: u16,
    },
    /// It has not answered yet within the limit.
    Slow {
        /// The time that the request was allowed.
        limit: Duration,
        /// The time that the next request is allowed.
        next: Duration,
    },
    /// It closes the connection without answering.
    Closed {
        /// The port.
        port: u16,
        /// The connection's error.
        detail: String,
    },
    /// Its answer is not HTTP.
    NotHttp {
        /// The port.
        port: u16,
    },
    /// Its port expects TLS, but the request is plain HTTP.
    Tls,
    /// It answers, but the gateway cannot reach it.
    BehindGateway {
        /// The gateway's upstream: `SIDELINK_APP`.
        upstream: String,
        /// The address at which it answers.
        at: String,
    },
}

/// The target of a redirect that no visitor can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// To the visitor's own machine.
    Localhost,
    /// To an address or hostname that only this network knows.
    Network,
    /// To a container's name.
    Container,
    /// To a port of the public hostname that is not open there.
    Port,
    /// To plain HTTP.
    PlainHttp,
    /// To an earlier page of the same chain.
    Circle,
    /// More than five redirects.
    TooMany,
    /// To an earlier public hostname of this stack.
    OldAddress,
    /// To something that is not a web address.
    Nowhere,
}

impl AppFault {
    /// Returns the stable code, which programs read and which finds the row in the catalog.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRoot { .. } => "app_no_root",
            Self::Forbidden { .. } => "app_forbidden",
            Self::SlowPage { .. } => "app_slow_page",
            Self::Callback { .. } => "app_callback",
            Self::Assets { .. } => "app_assets",
            Self::DevOrigin { .. } => "app_dev_origin",
            Self::Redirect { kind, .. } => match kind {
                Redirect::Localhost => "app_redirects_to_localhost",
                Redirect::Network => "app_redirects_to_network",
                Redirect::Container => "app_redirects_to_container",
                Redirect::Port => "app_redirects_to_port",
                Redirect::PlainHttp => "app_redirects_to_http",
                Redirect::Circle => "app_redirects_in_circle",
                Redirect::TooMany => "app_redirects_too_often",
                Redirect::OldAddress => "app_redirects_to_old_address",
                Redirect::Nowhere => "app_redirects_nowhere",
            },
            Self::HostRefused { .. } => "app_host_refused",
            Self::NotFound { .. } => "app_not_found",
            Self::TooManyRequests { .. } => "app_too_many_requests",
            Self::Failed { .. } => "app_failed",
            Self::OtherStatus { .. } => "app_other_status",
            Self::Refused { .. } => "app_refused",
            Self::Slow { .. } => "app_slow",
            Self::Closed { .. } => "app_closed",
            Self::NotHttp { .. } => "app_not_http",
            Self::Tls => "app_tls",
            Self::BehindGateway { .. } => "app_behind_gateway",
        }
    }

    /// Reports whether there was no answer at all. If it answered before, a restart may help.
    pub fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Slow { .. } | Self::Closed { .. }
        )
    }
}
