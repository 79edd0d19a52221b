//! `POST /verify`: verifies the public URL for a caller that is about to hand it out.

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
use crate::runtime::clock::millis;
use sidelink_core::{Event, Now, Snapshot};

/// Default of `maxAge`.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);
/// One verification under way (10 s at most), the delay after its failure (5 s), and the next one.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(26);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct VerifyQuery {
    max_age: Option<String>,
}

/// Answers after a verification that is at most `maxAge` old. Requests at the same time share one.
///
/// The response comes at once if there is no public URL yet, if the day's quota is spent, or if the next attempt is
/// further away than the timeout.
pub(super) async fn verify(
    State(app): State<App>,
    query: Result<Query<VerifyQuery>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(VerifyQuery { max_age }) = query.map_err(|_| Error::BAD_WAIT)?;
    let max_age = max_age.map_or(Ok(DEFAULT_MAX_AGE), |text| seconds(&text, 0))?;
    let request = VerificationRequest {
        at: app.engine.clock.now(),
        max_age,
    };
    app.engine
        .send(Event::VerificationRequested { max_age })
        .await;
    let mut published = app.engine.published.clone();
    let answered = published.wait_for(|published| request.is_answered_by(&published.snapshot));
    let _ = timeout(VERIFY_TIMEOUT, answered).await;
    Ok(status::answer(&app, &*app.now().await))
}

/// A request for a verification.
struct VerificationRequest {
    at: Now,
    max_age: Duration,
}

impl VerificationRequest {
    fn is_answered_by(&self, snapshot: &Snapshot) -> bool {
        let Some(attempt) = snapshot.attempt.filter(|_| snapshot.public_host.is_some()) else {
            return snapshot.public_host.is_none();
        };
        if snapshot.quota_spent(self.at.unix_ms).is_some() {
            return true;
        }
        if snapshot.usable_host().is_some() {
            let max_age = millis(self.max_age);
            return attempt.ended_at >= self.at.unix_ms.saturating_sub(max_age);
        }
        // The cause of a failure from before the request may be gone by now.
        let too_late = |next: Duration| next > self.at.mono + VERIFY_TIMEOUT;
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

    /// Returns a snapshot whose latest attempt began and ended so many milliseconds before the request, plus 1 s.
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
        VerificationRequest { at: AT, max_age }.is_answered_by(snapshot)
    }

    #[test]
    fn a_success_counts_by_its_age_and_an_earlier_failure_never() {
        assert!(answers(&attempt(5_500, 5_000, true), 5), "4 s old");
        assert!(!answers(&attempt(7_500, 7_000, true), 5), "6 s old");
        assert!(!answers(&attempt(1_500, 1_100, true), 0), "a new one");
        assert!(answers(&attempt(1_500, 900, true), 0), "it was under way");
        assert!(!answers(&attempt(1_500, 900, false), 5), "it began before");
        assert!(answers(&attempt(900, 500, false), 5));
    }

    #[test]
    fn a_verification_that_is_far_away_is_not_waited_for() {
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
