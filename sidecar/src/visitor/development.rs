//! A development server that shows its page and refuses what makes it work.

use super::answer::Answer;
use super::frameworks::allowed;
use super::open::{Fetch, Get};
use super::redirects::Place;
use sidelink_core::AppFault;

/// What the pages of `next dev` have in their heads, with Turbopack or webpack, and those of `next start` have not.
const NEXT_DEV: &[&str] = &[
    "__nextHmrInitialVersion",
    "hmr-client",
    "/_next/static/chunks/webpack.js",
    "/_next/static/development/",
];
/// Its hot reload, by the name that all versions know. Since version 16 a page waits for it before a button works.
const HOT_RELOAD: &str = "/_next/webpack-hmr";
/// All that Next.js says to an `Origin` that is not in `allowedDevOrigins`.
const REFUSAL: &str = "Unauthorized";

/// Asks for the page's hot reload as its scripts do, where it is a page of `next dev`; returns what keeps it out.
pub(super) async fn refused<F: Fetch>(
    fetch: &F,
    place: &Place<'_>,
    page: &Answer,
) -> Result<Option<AppFault>, F::Error> {
    let is_next_dev = NEXT_DEV.iter().any(|sign| page.body.contains(sign));
    if !place.is_public || page.status != 200 || !is_next_dev {
        return Ok(None);
    }
    let answer = fetch.fetch(Get::of_script(HOT_RELOAD, place.host)).await?;
    let refused = answer.status == 403 && answer.body.trim() == REFUSAL;
    Ok(refused.then(|| AppFault::DevOrigin {
        allowed: match allowed(place.host) {
            suffix if suffix.starts_with('.') => format!("*{suffix}"),
            host => host.to_owned(),
        },
    }))
}
