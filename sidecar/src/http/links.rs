//! Links for people: made when the way is verified, listed, joined, reported on, ended.

mod call_server;
mod fields;
mod give;
mod join;
mod list;
mod order;
mod report;
mod seats;

use sidelink_diagnostics::Explain;
use sidelink_diagnostics::waiting;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::App;
use super::error::Error;
use super::guard::asked_host;
use super::poll::seconds;
use crate::links::{Down, is_token};
use crate::runtime::clock::rfc3339;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Diagnosis;
use sidelink_core::{Event, Mode, Phase, Role, ServiceView, Snapshot, State};
use sidelink_diagnostics::DiagnosisView;
use sidelink_diagnostics::Lang;

use give::{Given, Wanted};
pub(super) use give::{make, phone_check, resend};
pub(super) use join::{join, join_as_host, show};
pub(super) use list::{all, end, one};
pub(super) use report::report;

/// A link is handed out on a proof not older than this.
const FRESH: Duration = Duration::from_secs(5);
/// A proof that is fresh is kept so for a minute: to say so again is not urgent.
const TELL: Duration = Duration::from_secs(1);
/// One that is not is wanted now.
const TELL_STALE: Duration = Duration::from_millis(250);
/// Whoever waits while Redis is down tries again so often.
const REDIS_AGAIN: Duration = Duration::from_millis(250);
/// A restart by hand is a stop first.
const STOPPED_MS: u64 = 10_000;
/// What is awaited takes seconds.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// When the engine was told last that links are wanted, by the monotonic clock, milliseconds.
#[derive(Debug, Default)]
pub(super) struct Told {
    fresh: AtomicU64,
    stale: AtomicU64,
}

impl Told {
    /// It is time again.
    fn due(latest: &AtomicU64, every: Duration, now: Duration) -> bool {
        // Never 0, which is "not yet".
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).max(1);
        let every = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
        let before = latest.load(Ordering::Relaxed);
        let due = before == 0 || now >= before.saturating_add(every);
        due && latest
            .compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

/// The way is verified, and may be handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verified {
    host: String,
    /// Unix milliseconds.
    verified_at: u64,
}

enum Standing {
    Verified(Verified),
    /// Something is awaited. `wake`: there is no name yet, so a tunnel may be suspended.
    Awaited {
        wake: bool,
    },
    /// Nothing will be tried again by itself.
    Failed(Error),
}

impl Standing {
    fn of(snapshot: &Snapshot, now: u64) -> Self {
        if snapshot.phase == Phase::Failed {
            return Self::Failed(Error::failed(snapshot.why().as_ref()));
        }
        let wake = snapshot.public_host.is_none();
        let link = snapshot.shown_host();
        let (Some(host), Some(verified_at)) = (link, snapshot.verified_at) else {
            return Self::Awaited { wake };
        };
        let fresh = u128::from(now.saturating_sub(verified_at)) <= FRESH.as_millis();
        // Where the day's proofs are used up the latest one has to do; its age is told.
        if !fresh && snapshot.quota_spent(now).is_none() {
            return Self::Awaited { wake };
        }
        Self::Verified(Verified {
            host: host.to_owned(),
            verified_at,
        })
    }
}

/// What came of asking for a link.
enum Outcome {
    Given(Given),
    Awaited(Arc<RuntimeConfigCache>),
}

impl App {
    fn unix_ms(&self) -> u64 {
        self.engine.clock.now().unix_ms
    }

    /// Nothing has gone wrong since: still the same name, and verified.
    async fn still(&self, verified: &Verified) -> bool {
        let published = self.now().await;
        match Standing::of(&published.snapshot, self.unix_ms()) {
            Standing::Verified(now) => now.host == verified.host,
            _ => false,
        }
    }

    /// Tells the engine that links are wanted, so that the proof is kept fresh and a tunnel that sleeps is woken.
    async fn wants_links(&self, standing: &Standing) {
        let now = self.engine.clock.now().mono;
        let due = match standing {
            Standing::Verified(_) => Told::due(&self.told.fresh, TELL, now),
            Standing::Awaited { .. } => Told::due(&self.told.stale, TELL_STALE, now),
            Standing::Failed(_) => false,
        };
        if !due {
            return;
        }
        if matches!(standing, Standing::Awaited { wake: true }) {
            self.engine.tell(Event::WakeRequested).await;
        }
        self.engine
            .tell(Event::VerificationRequested { max_age: FRESH })
            .await;
    }

    /// Gives the link once the way is verified, or says what is awaited when the wait ends.
    async fn when_proven(
        &self,
        wait: Option<Duration>,
        wanted: Wanted<'_>,
    ) -> Result<Outcome, Error> {
        let deadline = Instant::now() + wait.unwrap_or_default();
        let mut published = self.published.clone();
        loop {
            published.mark_unchanged();
            let now = self.now().await;
            let standing = Standing::of(&now.snapshot, self.unix_ms());
            self.wants_links(&standing).await;
            let mut down = None;
            match standing {
                Standing::Failed(error) => return Err(error),
                Standing::Awaited { .. } => {}
                Standing::Verified(verified) => match self.give(wanted, verified).await {
                    Ok(Some(given)) => return Ok(Outcome::Given(given)),
                    Ok(None) => {}
                    Err(error) if error.is_redis_down() => down = Some(error),
                    Err(error) => return Err(error),
                },
            }
            let again = if down.is_some() { REDIS_AGAIN } else { TELL };
            let over = tokio::select! {
                _ = published.changed() => false,
                // What was told was heard while another name was verified, or Redis may be back.
                () = sleep(again) => false,
                () = tokio::time::sleep_until(deadline) => true,
                () = self.drains() => true,
            };
            if over || Instant::now() >= deadline {
                let latest = self.latest();
                let held_up = down.or_else(|| held_up(&latest.snapshot, self.unix_ms()));
                return held_up.map_or(Ok(Outcome::Awaited(latest)), Err);
            }
        }
    }
}

/// Why it makes no sense to come again: without Redis nothing can be kept, and what somebody has stopped, or what
/// was started in vain too often, does not come back by itself.
fn held_up(snapshot: &Snapshot, now: u64) -> Option<Error> {
    let on_demand = snapshot.mode != Mode::Always;
    let wakes = |service: &ServiceView| match &service.tunnel {
        Some(tunnel) => on_demand || !tunnel.current,
        None => false,
    };
    let needed = snapshot.services.iter();
    let needed = needed.filter(|service| service.required && !wakes(service));
    let mut broken = needed.filter_map(|service| match &service.state {
        State::Broken(reason) => Some((service, reason)),
        _ => None,
    });
    broken.find_map(|(service, reason)| match reason {
        _ if service.role == Role::Redis => Some(Down.into()),
        Diagnosis::RestartsExhausted { .. } => Some(Error::held_up_by(&service.name, reason)),
        Diagnosis::StoppedByHand | Diagnosis::Paused if now >= service.since + STOPPED_MS => {
            Some(Error::held_up_by(&service.name, reason))
        }
        _ => None,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    wait: Option<String>,
}

/// `?wait=25s`; without it nobody waits.
fn wait_of(query: Result<Query<Waiting>, QueryRejection>) -> Result<Option<Duration>, Error> {
    let Query(Waiting { wait }) = query.map_err(|_| Error::BAD_WAIT)?;
    wait.map(|text| seconds(&text, 1)).transpose()
}

/// A token in a path; what cannot be one is not looked up.
fn token_of(path: Result<axum::extract::Path<String>, PathRejection>) -> Result<String, Error> {
    let token = path.map_err(|_| Error::NO_SUCH_LINK)?.0;
    is_token(&token).then_some(token).ok_or(Error::NO_SUCH_LINK)
}

/// 202: what is awaited, and where to follow it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Awaited {
    status_url: String,
    phase: &'static str,
    waiting_for: Option<WaitingFor>,
    /// Seconds.
    retry_after: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaitingFor {
    layer: &'static str,
    since: String,
    message: String,
    message_pt: String,
    /// Why, where more is known than the layer, with the next step.
    reason: Option<DiagnosisView>,
}

fn awaited(published: &RuntimeConfigCache, now: u64, headers: &HeaderMap, uri: &Uri) -> Response {
    let snapshot = &published.snapshot;
    let layer = snapshot.headline().filter(|layer| !layer.is_limited());
    let waiting_for = layer.map(|layer| {
        let seconds = now.saturating_sub(layer.since) / 1000;
        WaitingFor {
            layer: layer.kind.as_str(),
            since: rfc3339(layer.since),
            message: waiting(layer, snapshot.tunnel_kind(), seconds, Lang::En),
            message_pt: waiting(layer, snapshot.tunnel_kind(), seconds, Lang::Pt),
            reason: layer
                .state
                .reason()
                .map(|reason| reason.view_for(snapshot.service_of(layer))),
        }
    });
    let body = Awaited {
        status_url: format!("http://{}/status", asked_host(headers, uri)),
        phase: snapshot.phase.as_str(),
        waiting_for,
        retry_after: RETRY_AFTER.as_secs(),
    };
    let retry_after = (header::RETRY_AFTER, RETRY_AFTER.as_secs().to_string());
    (StatusCode::ACCEPTED, [retry_after, no_store()], Json(body)).into_response()
}

fn no_store() -> (header::HeaderName, String) {
    (header::CACHE_CONTROL, "no-store".to_owned())
}
