//! The app, asked as a visitor's browser asks for its page, and what its answers mean.
//!
//! The local probe and the verification from outside send the same requests ([`request`]), follow redirects alike
//! ([`redirects`]) and decide by the same table ([`judge()`]): what is `ready` works for a visitor, and what works for a
//! visitor is `ready` or `limited`.

mod addresses;
mod again;
mod answer;
mod cookies;
mod development;
mod frameworks;
mod html;
mod judge;
mod open;
mod redirects;
mod request;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use again::{LatestWay, check_again};
pub(crate) use answer::Answer;
pub(crate) use judge::Verdict;
pub(crate) use open::{Fetch, Get};
pub(crate) use redirects::Place;
pub(crate) use request::page_headers;

use judge::judge;
use open::open;
use sidelink_core::AppFault;

/// What came of asking for the app's page.
#[derive(Debug)]
pub(crate) struct Checked {
    /// What it means.
    pub verdict: Verdict,
    /// Each answer on the way, in short. The same in every language.
    pub observed: String,
}

/// Opens the page at `path`; where there is none, but `health` works, visitors need another path.
pub(crate) async fn check<F: Fetch>(
    fetch: &F,
    place: &Place<'_>,
    path: &str,
    health: Option<&str>,
) -> Result<Checked, F::Error> {
    let trail = open(fetch, place, path).await?;
    let mut checked = Checked {
        observed: trail.observed(),
        verdict: judge(place, path, &trail),
    };
    if let (Verdict::Broken(AppFault::NotFound { .. }), Some(health)) = (&checked.verdict, health) {
        let other = open(fetch, place, health).await?;
        if !matches!(judge(place, health, &other), Verdict::Broken(_)) {
            checked.verdict = Verdict::Limited(AppFault::NoRoot {
                path: path.to_owned(),
                health: health.to_owned(),
            });
        }
    }
    if let Verdict::Works = checked.verdict
        && let Some(fault) = development::refused(fetch, place, &trail.last).await?
    {
        checked.verdict = Verdict::Limited(fault);
    }
    Ok(checked)
}
