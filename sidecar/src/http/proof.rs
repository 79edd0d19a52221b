//! `POST /proof`: the link, proven again for whoever is about to hand it out.

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
use crate::documents::Published;
use crate::model::Event;

/// A link is handed out on a proof not older than this.
const FRESH: Duration = Duration::from_secs(5);
/// A proof ends within 10 s; one that began for another reason may come before it.
const LONGEST: Duration = Duration::from_secs(21);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    max_age: Option<String>,
}

/// Those who ask at the same time get the same proof. Where there is no link yet, that is the answer at once.
pub(super) async fn wanted(
    State(app): State<App>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Wanted { max_age }) = query.map_err(|_| Error::BAD_WAIT)?;
    let max_age = max_age.map_or(Ok(FRESH), |text| seconds(&text, 0))?;
    let asked_at = app.engine.clock.now().unix_ms;
    let oldest = asked_at.saturating_sub(u64::try_from(max_age.as_millis()).unwrap_or(u64::MAX));
    app.engine.tell(Event::ProofWanted { max_age }).await;
    let answered = |published: &Published| {
        let snapshot = &published.snapshot;
        snapshot.public_host.is_none() || snapshot.attempted_at.is_some_and(|at| at >= oldest)
    };
    let mut published = app.published.clone();
    let _ = timeout(LONGEST, published.wait_for(|published| answered(published))).await;
    Ok(status::answer(&*app.now().await, true))
}
