//! Opens the app's page as a visitor's browser does, and decides whether it works for visitors.
//!
//! The probe and the verification send the same requests ([`request`]), follow redirects in the same way
//! ([`redirects`]) and decide by the same table ([`judge()`]). So an app that is `ready` works for visitors, and one that
//! works for visitors is `ready` or `limited`.

mod addresses;
mod cookies;
mod development;
mod frameworks;
mod html;
mod judge;
mod open;
mod recheck;
mod redirects;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod visible_text;

pub(crate) use judge::PageVerdict;
pub(crate) use open::{Fetch, PageRequest};
pub(crate) use recheck::{KnownRedirects, recheck};
pub(crate) use redirects::VisitTarget;
pub(crate) use request::page_headers;
pub(crate) use response::PageResponse;

use judge::judge;
use open::open;
use sidelink_core::AppFault;

/// Result of opening the app's page.
#[derive(Debug)]
pub(crate) struct PageCheck {
    /// Whether the page works for visitors.
    pub verdict: PageVerdict,
    /// Summary of each answer, the same in every language.
    pub observed: String,
}

/// Opens the page at `path`. Where it is missing but `health` works, the verdict is that visitors need another path.
pub(crate) async fn check<F: Fetch>(
    fetch: &F,
    visit: &VisitTarget<'_>,
    path: &str,
    health: Option<&str>,
) -> Result<PageCheck, F::Error> {
    let chain = open(fetch, visit, path).await?;
    let mut checked = PageCheck {
        observed: chain.observed(),
        verdict: judge(visit, path, &chain),
    };
    if let (PageVerdict::Broken(AppFault::NotFound { .. }), Some(health)) =
        (&checked.verdict, health)
    {
        let other = open(fetch, visit, health).await?;
        if !matches!(judge(visit, health, &other), PageVerdict::Broken(_)) {
            checked.verdict = PageVerdict::Limited(AppFault::NoRoot {
                path: path.to_owned(),
                health: health.to_owned(),
            });
        }
    }
    if let PageVerdict::Works = checked.verdict
        && let Some(fault) = development::refused(fetch, visit, &chain.last).await?
    {
        checked.verdict = PageVerdict::Limited(fault);
    }
    Ok(checked)
}
