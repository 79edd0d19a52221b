//! A page opened, redirect by redirect.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::{HeaderName, LOCATION};

use super::answer::Answer;
use super::cookies::Cookies;
use super::html::refresh;
use super::redirects::{Leads, Place};
use sidelink_core::Redirect;
use sidelink_diagnostics::quoted;
use sidelink_diagnostics::recognize::edge::quote;

/// Browsers follow twenty; an app that needs more than five is in a circle that grows.
const MAX_REDIRECTS: usize = 5;
/// Enough of a path to recognise it by.
const QUOTED: usize = 60;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Get {
    /// With its query.
    pub path: String,
    /// The `Cookie` header; may be empty.
    pub cookies: String,
    /// The `Origin` header, of a request by the page's scripts.
    pub origin: Option<String>,
}

impl Get {
    /// As a script of a page under `host` asks.
    pub(super) fn of_script(path: &str, host: &str) -> Self {
        Self {
            path: path.to_owned(),
            cookies: String::new(),
            origin: Some(format!("https://{host}")),
        }
    }
}

/// Whoever sends requests to the page's host.
pub(crate) trait Fetch: Sync {
    /// Why there was no answer of the app.
    type Error: Send;

    /// Sends one, without following a redirect.
    fn fetch(&self, get: Get) -> impl Future<Output = Result<Answer, Self::Error>> + Send;
}

/// How a page was opened.
#[derive(Debug)]
pub(super) struct Trail {
    /// Redirects that were followed: status, and where it led.
    pub hops: Vec<(u16, String)>,
    /// The last answer.
    pub last: Answer,
    /// The last answer's address.
    pub url: Option<Url>,
    /// Where it ended.
    pub end: End,
}

/// Where it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With an answer that is no redirect.
    Page,
    /// At another public host.
    Elsewhere(Url),
    /// Where no visitor can follow.
    Astray(Redirect, String),
}

impl Trail {
    /// `302 /login, 200 Sign in`
    pub(super) fn observed(&self) -> String {
        let mut observed: Vec<_> = self
            .hops
            .iter()
            .map(|(status, to)| format!("{status} {}", quoted(to, QUOTED)))
            .collect();
        let status = self.last.status;
        observed.push(match &self.end {
            End::Elsewhere(url) => format!("{status} {}", elsewhere(url)),
            End::Page | End::Astray(..) => {
                let status = StatusCode::from_u16(status).unwrap_or_default();
                quote(status, &self.last.body)
            }
        });
        observed.join(", ")
    }
}

/// The host, and where it sends visitors back to, if it says so: that address has to be allowed there.
fn elsewhere(url: &Url) -> String {
    let host = url.origin().ascii_serialization();
    match callback(url) {
        Some(callback) => format!("{host} (callback {})", quoted(&callback, 2 * QUOTED)),
        None => host,
    }
}

/// Where a sign-in elsewhere sends visitors back to.
pub(super) fn callback(url: &Url) -> Option<String> {
    const NAMES: &[&str] = &[
        "redirect_uri",
        "redirect_url",
        "callback",
        "callbackUrl",
        "return_to",
        "returnTo",
        "service",
        "wreply",
        "rd",
    ];
    let named = |name: &str| NAMES.contains(&name);
    let mut pairs = url.query_pairs();
    let (_, value) = pairs.find(|(name, value)| named(name) && value.contains("://"))?;
    // Without its own query, which may hold a token.
    let value = value.split(['?', '#']).next().unwrap_or_default();
    Some(value.to_owned())
}

/// Opens the page at `path`, following redirects that stay on its host.
pub(super) async fn open<F: Fetch>(
    fetch: &F,
    place: &Place<'_>,
    path: &str,
) -> Result<Trail, F::Error> {
    let mut cookies = Cookies::default();
    let mut hops = Vec::new();
    let mut been = BTreeSet::new();
    let mut at = place.url(path);
    let mut path = path.to_owned();
    loop {
        let header = cookies.header(&path);
        been.insert((path.clone(), header.clone()));
        let get = Get {
            path: path.clone(),
            cookies: header,
            origin: None,
        };
        let last = fetch.fetch(get).await?;
        cookies.take(place.host, &last.headers);
        let (end, url) = match (step(&last), &at) {
            (Some(step), Some(from)) => (after(place, from, step, &last), at.clone()),
            _ => (Ok(End::Page), at.clone()),
        };
        let end = match end {
            Ok(end) => end,
            Err(next) => {
                let to = path_of(&next);
                let again = been.contains(&(to.clone(), cookies.header(&to)));
                let target = quoted(next.as_str(), QUOTED);
                if again && last.status < 300 {
                    End::Page // A page that reloads itself.
                } else if again {
                    End::Astray(Redirect::Circle, target)
                } else if hops.len() == MAX_REDIRECTS {
                    End::Astray(Redirect::TooMany, target)
                } else {
                    hops.push((last.status, to.clone()));
                    (at, path) = (Some(next), to);
                    continue;
                }
            }
        };
        return Ok(Trail {
            hops,
            last,
            url,
            end,
        });
    }
}

/// What an answer sends a browser to.
enum Step {
    To(String),
    /// A redirect that does not say where to.
    Nowhere,
}

fn step(answer: &Answer) -> Option<Step> {
    match answer.status {
        301 | 302 | 303 | 307 | 308 => Some(match answer.header(LOCATION) {
            Some(to) if !to.trim().is_empty() => Step::To(to),
            _ => Step::Nowhere,
        }),
        200..=299 => {
            let header = answer.header(HeaderName::from_static("refresh"));
            refresh(header.as_deref(), &answer.body).map(Step::To)
        }
        _ => None,
    }
}

/// `Err`: the next page of this host.
fn after(place: &Place<'_>, from: &Url, step: Step, answer: &Answer) -> Result<End, Url> {
    let Step::To(target) = step else {
        let target = answer.status.to_string();
        return Ok(End::Astray(Redirect::Nowhere, target));
    };
    match place.leads(from, &target) {
        Leads::Here(url) => Err(url),
        Leads::Elsewhere(url) => Ok(End::Elsewhere(url)),
        Leads::Astray(kind, target) => Ok(End::Astray(kind, target)),
    }
}

fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
