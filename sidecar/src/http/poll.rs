//! `?after=N&wait=25s`: the answer comes when there is something newer, or when the wait ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use tokio::time::timeout;

use super::App;
use super::error::Error;
use crate::config::duration;
use crate::runtime_config::cache::RuntimeConfigCache;

/// Below every proxy's idle limit on the way (Cloudflare: 100 s).
const LONGEST: u64 = 60;
const USUAL: Duration = Duration::from_secs(25);
/// When a visitor asks again who has as many open as he may: sooner than he would have been answered.
pub(super) const ANOTHER: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(super) struct Wait {
    after: Option<u64>,
    wait: Option<String>,
}

/// After which number, and how long at most.
pub(super) fn read(
    query: Result<Query<Wait>, QueryRejection>,
) -> Result<(Option<u64>, Duration), Error> {
    let Query(Wait { after, wait }) = query.map_err(|_| Error::BAD_WAIT)?;
    let wait = wait.as_deref().map_or(Ok(USUAL), |text| seconds(text, 1))?;
    Ok((after, wait))
}

/// What a long poll comes back with.
pub(super) struct Newer {
    pub published: Arc<RuntimeConfigCache>,
    /// It has not waited, because this visitor waits too often already.
    pub at_once: bool,
}

impl Newer {
    /// Says when to ask again, where that is not at once.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        if self.at_once {
            headers.insert(header::RETRY_AFTER, ANOTHER.as_secs().into());
        }
    }
}

/// The publication now, or the first one for which `number` is above `after`.
pub(super) async fn newer(
    app: &App,
    query: Result<Query<Wait>, QueryRejection>,
    headers: &HeaderMap,
    number: fn(&RuntimeConfigCache) -> u64,
) -> Result<Newer, Error> {
    let (after, wait) = read(query)?;
    let mut at_once = false;
    if let Some(after) = after {
        match app.places.take(headers) {
            Ok(_place) => {
                let mut published = app.published.clone();
                let newer = published.wait_for(|published| number(published) > after);
                until(app, wait, newer).await;
            }
            Err(_) => at_once = number(&app.latest()) <= after,
        }
    }
    let published = app.now().await;
    Ok(Newer { published, at_once })
}

/// Waits for something newer. The wait's end without it is an answer too: the same again.
pub(super) async fn until<T>(app: &App, wait: Duration, newer: impl Future<Output = T>) {
    tokio::select! {
        _ = timeout(wait, newer) => {}
        () = app.drains() => {}
    }
}

/// `25s` or `25`, from `least` to 60.
pub(super) fn seconds(text: &str, least: u64) -> Result<Duration, Error> {
    duration::seconds(text)
        .filter(|wait| (least..=LONGEST).contains(&wait.as_secs()))
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
