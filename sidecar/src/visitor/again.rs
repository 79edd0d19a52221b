//! The page of an app that redirects often, opened again and again: its first redirect and its last answer are asked
//! for, and what was between them is taken to be as before. So a verification costs no more requests through the
//! tunnel than one of an app that redirects twice.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::LOCATION;
use tokio::time::Instant;

use super::answer::Answer;
use super::open::{Fetch, Get};
use super::redirects::Place;
use super::{Checked, Verdict, check};

/// Fewer are all followed.
const MANY: usize = 3;
/// After so long all are followed again: no verification counts for longer.
const WHOLE: Duration = Duration::from_secs(150);

/// The redirects of the latest success.
#[derive(Debug, Default)]
pub(crate) struct LatestWay(Mutex<Option<Way>>);

#[derive(Clone, Debug)]
struct Way {
    host: String,
    path: String,
    /// What the first answer was.
    first: Sign,
    /// Redirects that follow it, in their order, each at its path. Empty: the last answer needs them afresh.
    between: Vec<(String, Answer)>,
    at: Instant,
}

/// Status and target of a redirect.
type Sign = (u16, Option<String>);

/// As [`check()`]. With `whole` every redirect is followed: something may have changed.
pub(crate) async fn check_again<F: Fetch>(
    fetch: &F,
    place: &Place<'_>,
    path: &str,
    health: Option<&str>,
    latest: &LatestWay,
    whole: bool,
) -> Result<Checked, F::Error> {
    let before = latest.of(place.host, path).filter(|_| !whole);
    let walk = Walk::along(fetch, before.as_ref());
    let checked = check(&walk, place, path, health).await?;
    let walked = walk.ends();
    let works = matches!(checked.verdict, Verdict::Works);
    if walked.skipped && !works {
        let walk = Walk::along(fetch, None);
        let checked = check(&walk, place, path, health).await?;
        let mut way = walk.ends().way(place.host, path);
        if let Some(way) = &mut way {
            way.between.clear();
        }
        latest.is(way.filter(|_| matches!(checked.verdict, Verdict::Works)));
        return Ok(checked);
    }
    let keeps = |way: &Way| walked.skipped || way.between.is_empty();
    let way = match before {
        Some(before) if keeps(&before) => Some(before),
        _ => walked.way(place.host, path),
    };
    latest.is(way.filter(|_| works));
    Ok(checked)
}

impl LatestWay {
    fn of(&self, host: &str, path: &str) -> Option<Way> {
        let way = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        way.filter(|way| way.host == host && way.path == path && way.at.elapsed() < WHOLE)
    }

    fn is(&self, way: Option<Way>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = way;
    }
}

/// One opening of the page.
struct Walk<'a, F> {
    fetch: &'a F,
    before: Option<&'a Way>,
    walked: Mutex<Walked>,
}

#[derive(Default)]
struct Walked {
    first: Option<Sign>,
    between: Vec<(String, Answer)>,
    /// What is not asked for.
    known: Vec<(String, Answer)>,
    skipped: bool,
}

impl<'a, F: Fetch> Walk<'a, F> {
    fn along(fetch: &'a F, before: Option<&'a Way>) -> Self {
        let walked = Mutex::default();
        Self {
            fetch,
            before,
            walked,
        }
    }

    fn walked(&self) -> MutexGuard<'_, Walked> {
        self.walked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends(self) -> Walked {
        self.walked
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Fetch> Fetch for Walk<'_, F> {
    type Error = F::Error;

    async fn fetch(&self, get: Get) -> Result<Answer, F::Error> {
        if let Some(answer) = self.walked().known_at(&get.path) {
            return Ok(answer);
        }
        let path = get.path.clone();
        let answer = self.fetch.fetch(get).await?;
        self.walked().comes_to(path, &answer, self.before);
        Ok(answer)
    }
}

impl Walked {
    fn known_at(&mut self, path: &str) -> Option<Answer> {
        let at = self.known.iter().position(|(known, _)| known == path)?;
        self.skipped = true;
        Some(self.known.remove(at).1)
    }

    fn comes_to(&mut self, path: String, answer: &Answer, before: Option<&Way>) {
        let sign = (answer.status, answer.header(LOCATION));
        if self.first.is_none() {
            let as_before = before.filter(|way| way.first == sign);
            self.known = as_before.map_or_else(Vec::new, |way| way.between.clone());
            self.first = Some(sign);
        } else if (300..400).contains(&answer.status) {
            let body = String::new(); // only where it leads matters
            let answer = Answer {
                body,
                ..answer.clone()
            };
            self.between.push((path, answer));
        }
    }

    /// What is worth remembering of a way that led to a page.
    fn way(self, host: &str, path: &str) -> Option<Way> {
        let first = self.first.filter(|_| 1 + self.between.len() >= MANY)?;
        Some(Way {
            host: host.to_owned(),
            path: path.to_owned(),
            first,
            between: self.between,
            at: Instant::now(),
        })
    }
}
