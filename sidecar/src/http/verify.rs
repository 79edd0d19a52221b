//! `POST /verify`: the link, verified again for whoever is about to hand it out.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::timeout;

use super::App;
use super::error::Error;
use super::poll::seconds;
use super::status;
use sidelink_core::{Event, Now, Snapshot};

/// A link is handed out on a proof not older than this.
const FRESH: Duration = Duration::from_secs(5);
/// One that is under way (10 s at most), the wait after its failure (5 s), and the next one.
const LONGEST: Duration = Duration::from_secs(26);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    max_age: Option<String>,
}

/// Those who ask at the same time get the same proof. Where there is no link yet, that is the answer at once; so it
/// is where the day's quota is spent, and where the next attempt is further off than anybody waits.
pub(super) async fn verify(
    State(app): State<App>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Wanted { max_age }) = query.map_err(|_| Error::BAD_WAIT)?;
    let max_age = max_age.map_or(Ok(FRESH), |text| seconds(&text, 0))?;
    let asked = Asked {
        at: app.engine.clock.now(),
        max_age,
    };
    app.engine
        .tell(Event::VerificationRequested { max_age })
        .await;
    let mut published = app.published.clone();
    let answered = published.wait_for(|published| asked.is_answered_by(&published.snapshot));
    let _ = timeout(LONGEST, answered).await;
    Ok(status::answer(&*app.now().await))
}

/// A request for a proof.
struct Asked {
    at: Now,
    max_age: Duration,
}

impl Asked {
    fn is_answered_by(&self, snapshot: &Snapshot) -> bool {
        let Some(attempt) = snapshot.attempt.filter(|_| snapshot.public_host.is_some()) else {
            return snapshot.public_host.is_none();
        };
        if snapshot.quota_spent(self.at.unix_ms).is_some() {
            return true;
        }
        if snapshot.shown_host().is_some() {
            let max_age = u64::try_from(self.max_age.as_millis()).unwrap_or(u64::MAX);
            return attempt.ended_at >= self.at.unix_ms.saturating_sub(max_age);
        }
        // A failure from before the question says nothing of a cause that may be gone by now.
        let too_late = |next: Duration| next > self.at.mono + LONGEST;
        attempt.began_at >= self.at.unix_ms || snapshot.next_attempt.is_some_and(too_late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::{Attempt, Layer, LayerKind, State};
    use sidelink_core::{Diagnosis, PublicUrlFault};

    const AT: Now = Now {
        unix_ms: 1_795_240_000_000,
        mono: Duration::from_secs(60),
    };

    /// Verified once; the latest attempt began and ended so many milliseconds before the question.
    fn attempt(began: u64, ended: u64, works: bool) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.public_host = Some("x.trycloudflare.com".to_owned());
        snapshot.attempt = Some(Attempt {
            began_at: AT.unix_ms + 1_000 - began,
            ended_at: AT.unix_ms + 1_000 - ended,
        });
        let broken = State::Broken(Diagnosis::PublicUrl(PublicUrlFault::OriginDown));
        snapshot.layers = vec![Layer {
            kind: LayerKind::Instance,
            state: if works { State::Ok } else { broken },
            waits_for: Vec::new(),
            observed: None,
            since: 0,
        }];
        snapshot
    }

    fn answers(snapshot: &Snapshot, max_age: u64) -> bool {
        let max_age = Duration::from_secs(max_age);
        Asked { at: AT, max_age }.is_answered_by(snapshot)
    }

    #[test]
    fn a_success_counts_by_its_age_and_a_failure_from_before_the_question_never() {
        assert!(answers(&attempt(5_500, 5_000, true), 5), "4 s old");
        assert!(!answers(&attempt(7_500, 7_000, true), 5), "6 s old");
        assert!(!answers(&attempt(1_500, 1_100, true), 0), "a new one");
        assert!(answers(&attempt(1_500, 900, true), 0), "it was under way");
        assert!(!answers(&attempt(1_500, 900, false), 5), "it began before");
        assert!(answers(&attempt(900, 500, false), 5));
    }

    #[test]
    fn what_nobody_waits_for_is_answered_at_once() {
        let mut broken = attempt(60_000, 59_000, false);
        assert!(!answers(&broken, 5));
        broken.next_attempt = Some(AT.mono + Duration::from_secs(600));
        assert!(answers(&broken, 5), "the next attempt is far off");
        broken.next_attempt = None;
        broken.quota_spent_until = Some(AT.unix_ms + 1);
        assert!(answers(&broken, 5), "there is none before tomorrow");
        broken.quota_spent_until = Some(AT.unix_ms);
        assert!(!answers(&broken, 5), "it is tomorrow");
        assert!(answers(&Snapshot::unknown("i1".into()), 5), "no name yet");
    }
}
