//! Detects development servers that show their page but refuse requests of its scripts.

use super::frameworks::allowed;
use super::open::{Fetch, PageRequest};
use super::redirects::VisitTarget;
use super::response::PageResponse;
use sidelink_core::AppFault;

/// Text in the head of pages of `next dev`, with Turbopack or webpack, that pages of `next start` do not have.
const NEXT_DEV: &[&str] = &[
    "__nextHmrInitialVersion",
    "hmr-client",
    "/_next/static/chunks/webpack.js",
    "/_next/static/development/",
];
/// Path of the hot reload in all versions. Since version 16 a page's buttons do not work without it.
const HOT_RELOAD: &str = "/_next/webpack-hmr";
/// Body of the answer to an `Origin` that is not in `allowedDevOrigins`.
const REFUSAL: &str = "Unauthorized";

/// Requests the hot reload of a page of `next dev` as its scripts do; returns the fault where it is refused.
pub(super) async fn refused<F: Fetch>(
    fetch: &F,
    visit: &VisitTarget<'_>,
    page: &PageResponse,
) -> Result<Option<AppFault>, F::Error> {
    let is_next_dev = NEXT_DEV.iter().any(|text| page.body.contains(text));
    if !visit.is_public || page.status != 200 || !is_next_dev {
        return Ok(None);
    }
    let answer = fetch
        .fetch(PageRequest::of_script(HOT_RELOAD, visit.host))
        .await?;
    let refused = answer.status == 403 && answer.body.trim() == REFUSAL;
    Ok(refused.then(|| AppFault::DevOrigin {
        allowed: match allowed(visit.host) {
            suffix if suffix.starts_with('.') => format!("*{suffix}"),
            host => host.to_owned(),
        },
    }))
}
