//! Resolves where a redirect leads a visitor's browser.

use reqwest::Url;

use super::addresses::{Reach, reach};
use crate::storage::recent_hostnames::RecentHostnames;
use sidelink_core::{QUICK_TUNNEL_SUFFIX, Redirect};
use sidelink_diagnostics::quoted;

/// Maximum length of a quoted target.
const MAX_QUOTE: usize = 80;

/// The host name under which a page is opened, and what its redirects are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VisitTarget<'a> {
    /// Value of the `Host` header.
    pub host: &'a str,
    /// Whether visitors use the name, and not only this machine.
    pub is_public: bool,
    /// Names of this stack's services.
    pub services: &'a [String],
    /// The stack's recent hostnames.
    pub recent: &'a RecentHostnames,
    /// Unix milliseconds.
    pub now: u64,
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RedirectTarget {
    /// To another page of this host.
    Here(Url),
    /// To another public host, over https.
    Elsewhere(Url),
    /// To an address that visitors cannot reach.
    Unreachable(Redirect, String),
}

/// Returns whether the address is a quick tunnel's, which exists as long as the tunnel.
pub(super) fn is_quick(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.trim_end_matches('.').ends_with(QUICK_TUNNEL_SUFFIX)
}

impl VisitTarget<'_> {
    /// Returns the page's address in a visitor's browser.
    pub(super) fn url(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("https://{}{path}", self.host)).ok()
    }

    /// Resolves `target`, as written in a header or a page.
    pub(super) fn resolve(&self, from: &Url, target: &str) -> RedirectTarget {
        let shown = || quoted(target, MAX_QUOTE);
        let nowhere = || RedirectTarget::Unreachable(Redirect::Nowhere, shown());
        let Ok(mut url) = from.join(target.trim()) else {
            return nowhere();
        };
        url.set_fragment(None);
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return nowhere(),
        };
        // The absolute URL, because a relative one shows little.
        let target = quoted(url.as_str(), MAX_QUOTE);
        if self.is_own_name(&url) {
            return self.on_own_name(url, from, https, target);
        }
        if self.is_recent(&url) {
            return if self.is_public {
                RedirectTarget::Unreachable(Redirect::OldAddress, target)
            } else {
                // The current name is not known yet, and may be this one.
                RedirectTarget::Elsewhere(url)
            };
        }
        match reach(&url, self.services) {
            Reach::Loopback => RedirectTarget::Unreachable(Redirect::Localhost, target),
            Reach::Network => RedirectTarget::Unreachable(Redirect::Network, target),
            Reach::Containers => RedirectTarget::Unreachable(Redirect::Container, target),
            Reach::Public if !https => RedirectTarget::Unreachable(Redirect::PlainHttp, target),
            Reach::Public => RedirectTarget::Elsewhere(url),
        }
    }

    fn on_own_name(&self, url: Url, from: &Url, https: bool, target: String) -> RedirectTarget {
        let same_port = url.port() == from.port();
        let plain_port = url.port().is_none();
        if https && (same_port || (plain_port && !self.is_public)) {
            return RedirectTarget::Here(url);
        }
        if !https && (same_port || plain_port) {
            return RedirectTarget::Unreachable(Redirect::PlainHttp, target);
        }
        let kind = if self.is_public {
            Redirect::Port
        } else {
            Redirect::Localhost
        };
        RedirectTarget::Unreachable(kind, target)
    }

    fn is_own_name(&self, url: &Url) -> bool {
        let own = self.url("/");
        let own = own.as_ref().and_then(Url::host_str);
        own.is_some() && own == url.host_str().map(|host| host.trim_end_matches('.'))
    }

    fn is_recent(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.recent.contains(host, self.now)
    }
}
