//! Decides by the last answer whether the page works for visitors.

use std::time::Duration;

use reqwest::header::CONTENT_SECURITY_POLICY;

use super::frameworks::{port_setting, proxy_setting, refused_host, url_setting};
use super::html::unreachable_asset;
use super::open::{ChainEnd, RedirectChain, callback};
use super::redirects::{RedirectTarget, VisitTarget, is_quick};
use super::response::PageResponse;
use super::visible_text::visible_text;
use sidelink_core::{AppFault, Redirect};
use sidelink_diagnostics::quoted;

/// Time after which a page is slow; half of all visitors leave a page that takes longer.
const SLOW_PAGE: Duration = Duration::from_secs(3);
/// Maximum length of a quoted address.
const MAX_QUOTE: usize = 80;
/// Maximum length of a quoted page; the app's own message follows the title.
const MAX_PAGE_QUOTE: usize = 160;

/// Whether the page works for visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageVerdict {
    /// It works.
    Works,
    /// It works, but not for every visitor.
    Limited(AppFault),
    /// It works for no visitor.
    Broken(AppFault),
}

/// Decides by the answers to a request for `path`.
pub(super) fn judge(visit: &VisitTarget<'_>, path: &str, chain: &RedirectChain) -> PageVerdict {
    match &chain.end {
        ChainEnd::Unreachable(kind, target) => {
            PageVerdict::Broken(unreachable_target(*kind, target, &chain.last))
        }
        // Usually an earlier address that this stack has forgotten, not another stack's.
        ChainEnd::Elsewhere(url) if visit.is_public && is_quick(url) => {
            let target = quoted(url.as_str(), MAX_QUOTE);
            PageVerdict::Limited(unreachable_target(
                Redirect::OldAddress,
                &target,
                &chain.last,
            ))
        }
        ChainEnd::Elsewhere(url) => match callback(url) {
            Some(back) if !is_reachable(visit, &back) => PageVerdict::Limited(AppFault::Callback {
                at: url.host_str().unwrap_or_default().to_owned(),
                target: quoted(&back, MAX_QUOTE),
                setting: url_setting(&chain.last),
            }),
            _ => PageVerdict::Works,
        },
        ChainEnd::Page => of_page(visit, path, chain),
    }
}

/// Returns whether a visitor reaches the callback of a login elsewhere.
fn is_reachable(visit: &VisitTarget<'_>, callback: &str) -> bool {
    let Some(page) = visit.url("/") else {
        return true;
    };
    !matches!(
        visit.resolve(&page, callback),
        RedirectTarget::Unreachable(..)
    )
}

fn of_page(visit: &VisitTarget<'_>, path: &str, chain: &RedirectChain) -> PageVerdict {
    let last = &chain.last;
    if let Some(setting) = refused_host(last.status, &last.body, visit.host) {
        return PageVerdict::Broken(AppFault::HostRefused {
            host: visit.host.to_owned(),
            got: got(last),
            setting,
        });
    }
    match last.status {
        200..=299 => of_success(visit, chain),
        401 => PageVerdict::Works,
        403 if has_form(&last.body) => PageVerdict::Works,
        403 => PageVerdict::Limited(AppFault::Forbidden { got: got(last) }),
        404 | 410 => PageVerdict::Broken(AppFault::NotFound {
            path: path.to_owned(),
            got: got(last),
        }),
        429 => PageVerdict::Broken(AppFault::TooManyRequests { got: got(last) }),
        500.. => PageVerdict::Broken(AppFault::Failed { got: got(last) }),
        400 if speaks_tls(&last.body) => PageVerdict::Broken(AppFault::Tls),
        _ => PageVerdict::Broken(AppFault::OtherStatus { got: got(last) }),
    }
}

fn of_success(visit: &VisitTarget<'_>, chain: &RedirectChain) -> PageVerdict {
    let last = &chain.last;
    if let Some(page) = chain.url.as_ref().filter(|_| visit.is_public)
        && let Some(asset) = unreachable_asset(
            page,
            &last.body,
            last.header(CONTENT_SECURITY_POLICY).as_deref(),
            visit.services,
        )
    {
        return PageVerdict::Limited(AppFault::Assets {
            target: quoted(&asset, MAX_QUOTE),
            setting: url_setting(last),
        });
    }
    if last.took > SLOW_PAGE {
        return PageVerdict::Limited(AppFault::SlowPage { took: last.took });
    }
    PageVerdict::Works
}

/// Returns the status and the page's text, which often has the cause after a generic title.
fn got(answer: &PageResponse) -> String {
    let text = quoted(&visible_text(&answer.body), MAX_PAGE_QUOTE);
    format!("{} {text}", answer.status).trim_end().to_owned()
}

fn has_form(body: &str) -> bool {
    body.to_ascii_lowercase().contains("<form")
}

/// Returns whether a server refuses plain HTTP on a port for https: Go, nginx, Apache, Jetty and others.
fn speaks_tls(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    [
        "http request to an https server",
        "plain http request was sent to https port",
        "speaking plain http to an ssl-enabled",
        "bad request - this combination of host and port requires tls",
    ]
    .iter()
    .any(|text| body.contains(text))
}

/// Returns the fault with the setting that usually causes it, as far as the answer shows the framework.
fn unreachable_target(kind: Redirect, target: &str, last: &PageResponse) -> AppFault {
    let setting = match kind {
        Redirect::Localhost | Redirect::Network | Redirect::Container | Redirect::OldAddress => {
            url_setting(last)
        }
        Redirect::Port => port_setting(last),
        Redirect::PlainHttp | Redirect::Circle | Redirect::TooMany => proxy_setting(last),
        Redirect::Nowhere => "Location".to_owned(),
    };
    let target = target.to_owned();
    AppFault::Redirect {
        kind,
        target,
        setting,
    }
}
