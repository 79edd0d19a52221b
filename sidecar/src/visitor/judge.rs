//! The table: what an answer means for a visitor.

use std::time::Duration;

use reqwest::header::CONTENT_SECURITY_POLICY;

use super::answer::Answer;
use super::frameworks::{port_setting, proxy_setting, refused_host, url_setting};
use super::html::unreachable_asset;
use super::open::{End, Trail, callback};
use super::redirects::{Leads, Place, is_quick};
use super::words::words;
use sidelink_core::{AppFault, Redirect};
use sidelink_diagnostics::quoted;

/// Half of all visitors leave a page that takes longer.
const SLOW: Duration = Duration::from_secs(3);
/// Enough of an address to recognise it by.
const QUOTED: usize = 80;
/// Enough of a page that the app's own reason is in it, behind its title.
const QUOTED_PAGE: usize = 160;

/// What the page is for a visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It works.
    Works,
    /// It works, but not for every visitor.
    Limited(AppFault),
    /// No visitor sees it.
    Broken(AppFault),
}

/// Decides what came back for `path`.
pub(super) fn judge(place: &Place<'_>, path: &str, trail: &Trail) -> Verdict {
    match &trail.end {
        End::Astray(kind, target) => Verdict::Broken(astray(*kind, target, &trail.last)),
        // Nobody else's address, mostly: an earlier one that this stack has forgotten.
        End::Elsewhere(url) if place.is_public && is_quick(url) => {
            let target = quoted(url.as_str(), QUOTED);
            Verdict::Limited(astray(Redirect::OldAddress, &target, &trail.last))
        }
        End::Elsewhere(url) => match callback(url) {
            Some(back) if !returns(place, &back) => Verdict::Limited(AppFault::Callback {
                at: url.host_str().unwrap_or_default().to_owned(),
                target: quoted(&back, QUOTED),
                setting: url_setting(&trail.last),
            }),
            _ => Verdict::Works,
        },
        End::Page => of_page(place, path, trail),
    }
}

/// Whether a visitor who signed in elsewhere finds back.
fn returns(place: &Place<'_>, back: &str) -> bool {
    let Some(page) = place.url("/") else {
        return true;
    };
    !matches!(place.leads(&page, back), Leads::Astray(..))
}

fn of_page(place: &Place<'_>, path: &str, trail: &Trail) -> Verdict {
    let last = &trail.last;
    if let Some(setting) = refused_host(last.status, &last.body, place.host) {
        return Verdict::Broken(AppFault::HostRefused {
            host: place.host.to_owned(),
            got: got(last),
            setting,
        });
    }
    match last.status {
        200..=299 => of_success(place, trail),
        401 => Verdict::Works,
        403 if has_form(&last.body) => Verdict::Works,
        403 => Verdict::Limited(AppFault::Forbidden { got: got(last) }),
        404 | 410 => Verdict::Broken(AppFault::NotFound {
            path: path.to_owned(),
            got: got(last),
        }),
        429 => Verdict::Broken(AppFault::TooManyRequests { got: got(last) }),
        500.. => Verdict::Broken(AppFault::Failed { got: got(last) }),
        400 if speaks_tls(&last.body) => Verdict::Broken(AppFault::Tls),
        _ => Verdict::Broken(AppFault::OtherStatus { got: got(last) }),
    }
}

fn of_success(place: &Place<'_>, trail: &Trail) -> Verdict {
    let last = &trail.last;
    if let Some(page) = trail.url.as_ref().filter(|_| place.is_public)
        && let Some(asset) = unreachable_asset(
            page,
            &last.body,
            last.header(CONTENT_SECURITY_POLICY).as_deref(),
            place.services,
        )
    {
        return Verdict::Limited(AppFault::Assets {
            target: quoted(&asset, QUOTED),
            setting: url_setting(last),
        });
    }
    if last.took > SLOW {
        return Verdict::Limited(AppFault::SlowPage { took: last.took });
    }
    Verdict::Works
}

/// The status, and what the page says: the reason often stands in its text, below a title that says nothing.
fn got(answer: &Answer) -> String {
    let said = quoted(&words(&answer.body), QUOTED_PAGE);
    format!("{} {said}", answer.status).trim_end().to_owned()
}

fn has_form(body: &str) -> bool {
    body.to_ascii_lowercase().contains("<form")
}

/// What servers say to plain HTTP on a port for https: Go, nginx, Apache, Jetty and others.
fn speaks_tls(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    [
        "http request to an https server",
        "plain http request was sent to https port",
        "speaking plain http to an ssl-enabled",
        "bad request - this combination of host and port requires tls",
    ]
    .iter()
    .any(|said| body.contains(said))
}

/// The setting that usually causes it, by what the answers give away.
fn astray(kind: Redirect, target: &str, last: &Answer) -> AppFault {
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
