//! Renews the check of a page with many redirects: requests the first redirect and the last answer, and replays the
//! redirects between them from the last success. So a renewal sends no more requests through the tunnel than an app with
//! two redirects needs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::LOCATION;
use tokio::time::Instant;

use super::open::{Fetch, PageRequest};
use super::redirects::VisitTarget;
use super::response::PageResponse;
use super::{PageCheck, PageVerdict, check};

/// Minimum number of redirects to replay; fewer are all followed.
const MIN_REDIRECTS: usize = 3;
/// Maximum age of replayed redirects; a verification does not count for longer.
const MAX_REPLAY_AGE: Duration = Duration::from_secs(150);

/// The redirects of the last success.
#[derive(Debug, Default)]
pub(crate) struct KnownRedirects(Mutex<Option<RedirectPath>>);

#[derive(Clone, Debug)]
struct RedirectPath {
    host: String,
    path: String,
    /// First answer.
    first: RedirectKey,
    /// Path and answer of the redirects that follow, in their order. Empty where the last answer needs fresh ones.
    between: Vec<(String, PageResponse)>,
    at: Instant,
}

/// Status and target of a redirect.
type RedirectKey = (u16, Option<String>);

/// Does the same as [`check()`], but replays known redirects. `follow_all` follows each one, after a change.
pub(crate) async fn recheck<F: Fetch>(
    fetch: &F,
    visit: &VisitTarget<'_>,
    path: &str,
    health: Option<&str>,
    known: &KnownRedirects,
    follow_all: bool,
) -> Result<PageCheck, F::Error> {
    let earlier = known.take(visit.host, path).filter(|_| !follow_all);
    let replaying = ReplayingFetch::new(fetch, earlier.as_ref());
    let page = check(&replaying, visit, path, health).await?;
    let replay = replaying.into_replay();
    let works = matches!(page.verdict, PageVerdict::Works);
    if replay.has_replayed && !works {
        return follow_afresh(fetch, visit, path, health, known).await;
    }
    let is_kept = |earlier: &RedirectPath| replay.has_replayed || earlier.between.is_empty();
    let redirects = match earlier {
        Some(earlier) if is_kept(&earlier) => Some(earlier),
        _ => replay.into_path(visit.host, path),
    };
    known.set(redirects.filter(|_| works));
    Ok(page)
}

/// Follows each redirect after a replay has failed. Where that works, the next check follows them too.
async fn follow_afresh<F: Fetch>(
    fetch: &F,
    visit: &VisitTarget<'_>,
    path: &str,
    health: Option<&str>,
    known: &KnownRedirects,
) -> Result<PageCheck, F::Error> {
    let recording = ReplayingFetch::new(fetch, None);
    let page = check(&recording, visit, path, health).await?;
    let mut redirects = recording.into_replay().into_path(visit.host, path);
    if let Some(redirects) = &mut redirects {
        redirects.between.clear();
    }
    known.set(redirects.filter(|_| matches!(page.verdict, PageVerdict::Works)));
    Ok(page)
}

impl KnownRedirects {
    fn take(&self, host: &str, path: &str) -> Option<RedirectPath> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        known.filter(|known| {
            known.host == host && known.path == path && known.at.elapsed() < MAX_REPLAY_AGE
        })
    }

    fn set(&self, redirects: Option<RedirectPath>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = redirects;
    }
}

/// Replays known answers, and records new ones.
struct ReplayingFetch<'a, F> {
    fetch: &'a F,
    earlier: Option<&'a RedirectPath>,
    replay: Mutex<Replay>,
}

#[derive(Default)]
struct Replay {
    first: Option<RedirectKey>,
    between: Vec<(String, PageResponse)>,
    /// Answers that are not requested.
    known: Vec<(String, PageResponse)>,
    has_replayed: bool,
}

impl<'a, F: Fetch> ReplayingFetch<'a, F> {
    fn new(fetch: &'a F, earlier: Option<&'a RedirectPath>) -> Self {
        Self {
            fetch,
            earlier,
            replay: Mutex::default(),
        }
    }

    fn replay(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_replay(self) -> Replay {
        self.replay
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Fetch> Fetch for ReplayingFetch<'_, F> {
    type Error = F::Error;

    async fn fetch(&self, get: PageRequest) -> Result<PageResponse, F::Error> {
        if let Some(answer) = self.replay().take_known(&get.path) {
            return Ok(answer);
        }
        let path = get.path.clone();
        let answer = self.fetch.fetch(get).await?;
        self.replay().record(path, &answer, self.earlier);
        Ok(answer)
    }
}

impl Replay {
    fn take_known(&mut self, path: &str) -> Option<PageResponse> {
        let index = self.known.iter().position(|(known, _)| known == path)?;
        self.has_replayed = true;
        Some(self.known.remove(index).1)
    }

    fn record(&mut self, path: String, answer: &PageResponse, earlier: Option<&RedirectPath>) {
        let key = (answer.status, answer.header(LOCATION));
        if self.first.is_none() {
            let unchanged = earlier.filter(|earlier| earlier.first == key);
            self.known = unchanged.map_or_else(Vec::new, |earlier| earlier.between.clone());
            self.first = Some(key);
        } else if (300..400).contains(&answer.status) {
            // Only the target of a redirect matters.
            let body = String::new();
            let answer = PageResponse {
                body,
                ..answer.clone()
            };
            self.between.push((path, answer));
        }
    }

    /// Returns the redirects where there are enough to replay.
    fn into_path(self, host: &str, path: &str) -> Option<RedirectPath> {
        let first = self
            .first
            .filter(|_| 1 + self.between.len() >= MIN_REDIRECTS)?;
        Some(RedirectPath {
            host: host.to_owned(),
            path: path.to_owned(),
            first,
            between: self.between,
            at: Instant::now(),
        })
    }
}
