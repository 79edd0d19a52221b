//! Where a redirect leads a visitor's browser.

use reqwest::Url;

use super::addresses::{Reach, reach};
use crate::storage::recent_hostnames::Hostnames;
use sidelink_core::QUICK_NAMES;
use sidelink_core::Redirect;
use sidelink_diagnostics::quoted;

/// Enough of a target to recognise it by.
const QUOTED: usize = 80;

/// Under which name the page is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// As the `Host` header has it.
    pub host: &'a str,
    /// A name that a visitor uses, not this machine's.
    pub is_public: bool,
    /// Names of this stack's services.
    pub services: &'a [String],
    /// The stack's earlier public names.
    pub recent: &'a Hostnames,
    /// Unix milliseconds.
    pub now: u64,
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    /// To another page of this host.
    Here(Url),
    /// To another public host, over https.
    Elsewhere(Url),
    /// Where no visitor can follow.
    Astray(Redirect, String),
}

/// A quick tunnel's address lives for as long as the tunnel.
pub(super) fn is_quick(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.trim_end_matches('.').ends_with(QUICK_NAMES)
}

impl Place<'_> {
    /// The page's address in a visitor's browser.
    pub(super) fn url(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("https://{}{path}", self.host)).ok()
    }

    /// `target` as it stands in a header or in a page.
    pub(super) fn leads(&self, from: &Url, target: &str) -> Leads {
        let shown = || quoted(target, QUOTED);
        let nowhere = || Leads::Astray(Redirect::Nowhere, shown());
        let Ok(mut url) = from.join(target.trim()) else {
            return nowhere();
        };
        url.set_fragment(None);
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return nowhere(),
        };
        // Made whole, because a relative one says little.
        let target = quoted(url.as_str(), QUOTED);
        if self.is_own_name(&url) {
            return self.on_own_name(url, from, https, target);
        }
        if self.is_recent(&url) {
            return if self.is_public {
                Leads::Astray(Redirect::OldAddress, target)
            } else {
                // The present name is not known yet, and may be this one.
                Leads::Elsewhere(url)
            };
        }
        match reach(&url, self.services) {
            Reach::Loopback => Leads::Astray(Redirect::Localhost, target),
            Reach::Network => Leads::Astray(Redirect::Network, target),
            Reach::Containers => Leads::Astray(Redirect::Container, target),
            Reach::Public if !https => Leads::Astray(Redirect::PlainHttp, target),
            Reach::Public => Leads::Elsewhere(url),
        }
    }

    fn on_own_name(&self, url: Url, from: &Url, https: bool, target: String) -> Leads {
        let same_port = url.port() == from.port();
        let plain_port = url.port().is_none();
        if https && (same_port || (plain_port && !self.is_public)) {
            return Leads::Here(url);
        }
        if !https && (same_port || plain_port) {
            return Leads::Astray(Redirect::PlainHttp, target);
        }
        let kind = if self.is_public {
            Redirect::Port
        } else {
            Redirect::Localhost
        };
        Leads::Astray(kind, target)
    }

    fn is_own_name(&self, url: &Url) -> bool {
        let own = self.url("/");
        let own = own.as_ref().and_then(Url::host_str);
        own.is_some() && own == url.host_str().map(|host| host.trim_end_matches('.'))
    }

    fn is_recent(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.recent.had(host, self.now)
    }
}
