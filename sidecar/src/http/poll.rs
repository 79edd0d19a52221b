//! Long polls: `?after=N&wait=25s` is answered when there is something newer, or when the wait ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::App;
use super::error::Error;
use crate::config::duration;
use crate::runtime_config::cache::RuntimeConfigCache;

/// Longest wait, seconds: below the idle limit of every proxy in between (Cloudflare: 100 s).
const MAX_WAIT_SECONDS: u64 = 60;
const DEFAULT_WAIT: Duration = Duration::from_secs(25);
/// Time after which a visitor with too many open requests may repeat one: shorter than a long poll takes.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(super) struct PollQuery {
    after: Option<u64>,
    wait: Option<String>,
}

/// Returns the number to wait above, if any, and the longest wait.
pub(super) fn read(
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<(Option<u64>, Duration), Error> {
    let Query(PollQuery { after, wait }) = query.map_err(|_| Error::BAD_WAIT)?;
    let wait = wait
        .as_deref()
        .map_or(Ok(DEFAULT_WAIT), |text| seconds(text, 1))?;
    Ok((after, wait))
}

/// The result of a long poll.
pub(super) struct Polled {
    pub published: Arc<RuntimeConfigCache>,
    /// Whether it was answered without waiting, because the visitor has too many open requests.
    pub at_once: bool,
}

impl Polled {
    /// Adds `Retry-After` if the poll did not wait.
    pub(super) fn set_retry_after(&self, headers: &mut HeaderMap) {
        if self.at_once {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER.as_secs().into());
        }
    }
}

/// Returns the current publication, or the first one whose `number` is above `after`.
pub(super) async fn newer(
    app: &App,
    query: Result<Query<PollQuery>, QueryRejection>,
    headers: &HeaderMap,
    number: fn(&RuntimeConfigCache) -> u64,
) -> Result<Polled, Error> {
    let (after, wait) = read(query)?;
    let mut at_once = false;
    if let Some(after) = after {
        match app.permits.take(headers) {
            Ok(_permit) => {
                let mut published = app.engine.published.clone();
                let newer = published.wait_for(|published| number(published) > after);
                app.engine.wait(wait, newer).await;
            }
            Err(_) => at_once = number(&app.latest()) <= after,
        }
    }
    let published = app.now().await;
    Ok(Polled { published, at_once })
}

/// Parses `25s` or `25`, from `min` to 60.
pub(super) fn seconds(text: &str, min: u64) -> Result<Duration, Error> {
    duration::seconds(text)
        .filter(|wait| (min..=MAX_WAIT_SECONDS).contains(&wait.as_secs()))
        .ok_or(Error::BAD_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_one_to_sixty_seconds() {
        assert_eq!(seconds("25s", 1).ok(), Some(Duration::from_secs(25)));
        assert_eq!(seconds("60", 1).ok(), Some(Duration::from_secs(60)));
        for bad in ["0", "61s", "-1", "1m", "", "s", "+5", "05s"] {
            assert!(seconds(bad, 1).is_err(), "{bad}");
        }
    }
}
