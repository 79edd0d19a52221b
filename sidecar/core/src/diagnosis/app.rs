//! What keeps visitors from the app's page, as the app's own answers show it.

use std::time::Duration;

/// Why the app's page does not work, or not for every visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppFault {
    /// 404 at the page, while the health path works: visitors need another path.
    NoRoot {
        /// The page's path.
        path: String,
        /// The health path.
        health: String,
    },
    /// 403 without a form to sign in by.
    Forbidden {
        /// The answer, shortened.
        got: String,
    },
    /// The page works, slowly.
    SlowPage {
        /// Until its first byte.
        took: Duration,
    },
    /// A sign-in elsewhere sends visitors back where they cannot go.
    Callback {
        /// The host of the sign-in.
        at: String,
        /// Where it sends them back to.
        target: String,
        /// The setting that holds the address.
        setting: String,
    },
    /// The page loads a script or stylesheet from where visitors cannot.
    Assets {
        /// The first one.
        target: String,
        /// The setting that holds the address.
        setting: String,
    },
    /// A development server shows its page, and refuses its hot reload under the public name.
    DevOrigin {
        /// What its setting has to hold.
        allowed: String,
    },
    /// A redirect where no visitor can follow.
    Redirect {
        /// Where it leads.
        kind: Redirect,
        /// Its target.
        target: String,
        /// The setting that causes it.
        setting: String,
    },
    /// It does not take the host name.
    HostRefused {
        /// The name.
        host: String,
        /// The answer, shortened.
        got: String,
        /// The setting that lets it in.
        setting: String,
    },
    /// 404, without a health path that works.
    NotFound {
        /// The path that was asked.
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
    /// Another status that shows no page.
    OtherStatus {
        /// The answer, shortened.
        got: String,
    },
    /// Its container runs and nothing takes a connection on its port.
    Refused {
        /// The port.
        port: u16,
    },
    /// It has never answered yet, and takes its time.
    Slow {
        /// How long it was waited for.
        limit: Duration,
        /// How long it is waited for next.
        next: Duration,
    },
    /// It closes the connection without an answer.
    Closed {
        /// The port.
        port: u16,
        /// What the connection said.
        detail: String,
    },
    /// What it answers is not HTTP.
    NotHttp {
        /// The port.
        port: u16,
    },
    /// Its port speaks TLS, and is asked without.
    Tls,
    /// It answers, but the gateway does not get through to it.
    BehindGateway {
        /// What the gateway passes requests to: `SIDELINK_APP`.
        upstream: String,
        /// Where it answers.
        at: String,
    },
}

/// Where a redirect leads that no visitor can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// To the visitor's own machine.
    Localhost,
    /// To an address or a name that only this network knows.
    Network,
    /// To a container's name.
    Container,
    /// To the public name with a port that is not open there.
    Port,
    /// To plain http.
    PlainHttp,
    /// To a page that was there before.
    Circle,
    /// More than five.
    TooMany,
    /// To an earlier public name of this stack.
    OldAddress,
    /// Nowhere that is an address of the web.
    Nowhere,
}

impl AppFault {
    /// Stable name of the kind, for programs; it finds the row.
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

    /// No answer at all: where it answered before, a restart may help.
    pub fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Slow { .. } | Self::Closed { .. }
        )
    }
}
