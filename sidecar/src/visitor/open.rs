//! Opens a page and follows its redirects.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::{HeaderName, LOCATION};

use super::cookies::Cookies;
use super::html::refresh;
use super::redirects::{RedirectTarget, VisitTarget};
use super::response::PageResponse;
use sidelink_core::Redirect;
use sidelink_diagnostics::quoted;
use sidelink_diagnostics::recognize::edge::quote;

/// Maximum number of redirects. Browsers follow twenty, but more than five are a growing loop.
const MAX_REDIRECTS: usize = 5;
/// Maximum length of a quoted path.
const MAX_QUOTE: usize = 60;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    /// Path with query.
    pub path: String,
    /// `Cookie` header; may be empty.
    pub cookies: String,
    /// `Origin` header of a request by the page's scripts.
    pub origin: Option<String>,
}

impl PageRequest {
    /// Creates a request by a script of a page under `host`.
    pub(super) fn of_script(path: &str, host: &str) -> Self {
        Self {
            path: path.to_owned(),
            cookies: String::new(),
            origin: Some(format!("https://{host}")),
        }
    }
}

/// Sends requests to the page's host.
pub(crate) trait Fetch: Sync {
    /// Why there is no answer from the app.
    type Error: Send;

    /// Sends a request, without following a redirect.
    fn fetch(
        &self,
        get: PageRequest,
    ) -> impl Future<Output = Result<PageResponse, Self::Error>> + Send;
}

/// The redirects and the last answer of a page.
#[derive(Debug)]
pub(super) struct RedirectChain {
    /// Status and target path of each followed redirect.
    pub hops: Vec<(u16, String)>,
    /// Last answer.
    pub last: PageResponse,
    /// Address of the last answer.
    pub url: Option<Url>,
    /// Where the redirects end.
    pub end: ChainEnd,
}

/// Where redirects end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChainEnd {
    /// At an answer that is not a redirect.
    Page,
    /// At another public host.
    Elsewhere(Url),
    /// At an address that visitors cannot reach.
    Unreachable(Redirect, String),
}

impl RedirectChain {
    /// Returns a summary: `302 /login, 200 Sign in`.
    pub(super) fn observed(&self) -> String {
        let mut observed: Vec<_> = self
            .hops
            .iter()
            .map(|(status, to)| format!("{status} {}", quoted(to, MAX_QUOTE)))
            .collect();
        let status = self.last.status;
        observed.push(match &self.end {
            ChainEnd::Elsewhere(url) => format!("{status} {}", elsewhere(url)),
            ChainEnd::Page | ChainEnd::Unreachable(..) => {
                let status = StatusCode::from_u16(status).unwrap_or_default();
                quote(status, &self.last.body)
            }
        });
        observed.join(", ")
    }
}

/// Returns the host, and its callback where there is one, because the host must allow that address.
fn elsewhere(url: &Url) -> String {
    let host = url.origin().ascii_serialization();
    match callback(url) {
        Some(callback) => format!("{host} (callback {})", quoted(&callback, 2 * MAX_QUOTE)),
        None => host,
    }
}

/// Returns the address to which a login elsewhere sends visitors back.
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
    let is_callback = |name: &str| NAMES.contains(&name);
    let mut pairs = url.query_pairs();
    let (_, value) = pairs.find(|(name, value)| is_callback(name) && value.contains("://"))?;
    // Its own query may hold a token.
    let value = value.split(['?', '#']).next().unwrap_or_default();
    Some(value.to_owned())
}

/// Opens the page at `path`, following redirects that stay on its host.
pub(super) async fn open<F: Fetch>(
    fetch: &F,
    visit: &VisitTarget<'_>,
    path: &str,
) -> Result<RedirectChain, F::Error> {
    let mut cookies = Cookies::default();
    let mut hops = Vec::new();
    let mut visited = BTreeSet::new();
    let mut at = visit.url(path);
    let mut path = path.to_owned();
    loop {
        let header = cookies.header(&path);
        visited.insert((path.clone(), header.clone()));
        let get = PageRequest {
            path: path.clone(),
            cookies: header,
            origin: None,
        };
        let last = fetch.fetch(get).await?;
        cookies.take(visit.host, &last.headers);
        let end = match (next_hop(&last), &at) {
            (Some(hop), Some(from)) => follow(visit, from, hop, &last),
            _ => Ok(ChainEnd::Page),
        };
        let end = match end {
            Ok(end) => end,
            Err(next) => {
                let to = path_of(&next);
                let is_repeated = visited.contains(&(to.clone(), cookies.header(&to)));
                match end_of_loop(is_repeated, last.status, hops.len(), &next) {
                    Some(end) => end,
                    None => {
                        hops.push((last.status, to.clone()));
                        (at, path) = (Some(next), to);
                        continue;
                    }
                }
            }
        };
        return Ok(RedirectChain {
            hops,
            last,
            url: at,
            end,
        });
    }
}

/// Returns the end where a redirect leads in a circle, or is one too many.
fn end_of_loop(is_repeated: bool, status: u16, hops: usize, next: &Url) -> Option<ChainEnd> {
    let unreachable = |kind| ChainEnd::Unreachable(kind, quoted(next.as_str(), MAX_QUOTE));
    match is_repeated {
        // A page that reloads itself.
        true if status < 300 => Some(ChainEnd::Page),
        true => Some(unreachable(Redirect::Circle)),
        false if hops == MAX_REDIRECTS => Some(unreachable(Redirect::TooMany)),
        false => None,
    }
}

/// Where an answer sends a browser.
enum NextHop {
    To(String),
    /// A redirect without a target.
    Nowhere,
}

fn next_hop(answer: &PageResponse) -> Option<NextHop> {
    match answer.status {
        301 | 302 | 303 | 307 | 308 => Some(match answer.header(LOCATION) {
            Some(to) if !to.trim().is_empty() => NextHop::To(to),
            _ => NextHop::Nowhere,
        }),
        200..=299 => {
            let header = answer.header(HeaderName::from_static("refresh"));
            refresh(header.as_deref(), &answer.body).map(NextHop::To)
        }
        _ => None,
    }
}

/// Returns where the redirects end, or as `Err` the next page of this host.
fn follow(
    visit: &VisitTarget<'_>,
    from: &Url,
    hop: NextHop,
    answer: &PageResponse,
) -> Result<ChainEnd, Url> {
    let NextHop::To(target) = hop else {
        let target = answer.status.to_string();
        return Ok(ChainEnd::Unreachable(Redirect::Nowhere, target));
    };
    match visit.resolve(from, &target) {
        RedirectTarget::Here(url) => Err(url),
        RedirectTarget::Elsewhere(url) => Ok(ChainEnd::Elsewhere(url)),
        RedirectTarget::Unreachable(kind, target) => Ok(ChainEnd::Unreachable(kind, target)),
    }
}

fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
