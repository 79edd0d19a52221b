//! A link is handed out: a new one, or one that people have under an old name.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::fields::Body;
use super::order::{Order, idempotency};
use super::{App, Error, Outcome, Verified, Waiting, awaited, no_store, token_of, wait_of};
use crate::links::{Down, Draft, Idempotency, Made, Record};
use crate::qr;
use crate::runtime::clock::rfc3339;

/// A link as it is handed out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Given {
    token: String,
    consultation_url: String,
    room: String,
    expires_at: String,
    verified_at: String,
    qr: String,
}

/// Which link is asked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    New(&'a Order, Option<&'a Idempotency>, &'a Draft),
    /// One that there is, by its token.
    Old(&'a str),
}

/// `POST /links`
pub(in crate::http) async fn make(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: Result<Query<Waiting>, QueryRejection>,
    body: Body,
) -> Result<Response, Error> {
    let wait = wait_of(query)?;
    let order = Order::read(body)?;
    let once = idempotency(&headers, &order, app.unix_ms())?;
    let draft = Draft::new(&app.links, app.engine.clock)?;
    let wanted = Wanted::New(&order, once.as_ref(), &draft);
    let outcome = app.when_proven(wait, wanted).await?;
    Ok(answer(outcome, StatusCode::CREATED, &app, &headers, &uri))
}

/// `POST /phone-check`
pub(in crate::http) async fn phone_check(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: Result<Query<Waiting>, QueryRejection>,
) -> Result<Response, Error> {
    let wait = wait_of(query)?;
    let order = Order::of_check();
    let draft = Draft::new(&app.links, app.engine.clock)?;
    let wanted = Wanted::New(&order, None, &draft);
    let outcome = app.when_proven(wait, wanted).await?;
    Ok(answer(outcome, StatusCode::CREATED, &app, &headers, &uri))
}

/// `POST /links/{token}/resend`
pub(in crate::http) async fn resend(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    query: Result<Query<Waiting>, QueryRejection>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let wait = wait_of(query)?;
    let token = token_of(path)?;
    // Nobody is to wait for what does not exist.
    if let Ok(None) = app.links.store.get(&token).await {
        return Err(Error::NO_SUCH_LINK);
    }
    let outcome = app.when_proven(wait, Wanted::Old(&token)).await?;
    Ok(answer(outcome, StatusCode::OK, &app, &headers, &uri))
}

fn answer(
    outcome: Outcome,
    status: StatusCode,
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
) -> Response {
    match outcome {
        Outcome::Given(given) => (status, [no_store()], Json(given)).into_response(),
        Outcome::Awaited(published) => awaited(&published, app.unix_ms(), headers, uri),
    }
}

impl App {
    /// `None`: the way was not verified any more when all was done; nothing is left of what was.
    pub(super) async fn give(
        &self,
        wanted: Wanted<'_>,
        verified: Verified,
    ) -> Result<Option<Given>, Error> {
        match wanted {
            Wanted::New(order, once, draft) => self.new_link(order, once, draft, verified).await,
            Wanted::Old(token) => self.old_link(token, verified).await,
        }
    }

    /// Written first, and then looked at again: what was handed out was verified after all was done for it.
    async fn new_link(
        &self,
        order: &Order,
        once: Option<&Idempotency>,
        draft: &Draft,
        verified: Verified,
    ) -> Result<Option<Given>, Error> {
        let _turn = match once {
            Some(once) => Some(self.links.turn(once).await),
            None => None,
        };
        let record = order.record(draft, &verified.host, self.unix_ms())?;
        let store = &self.links.store;
        // With a key the next request finds what this one may leave behind.
        if once.is_none() {
            draft.begins();
        }
        match store.make(&draft.token, &record, once).await? {
            Made::OtherBody => return Err(Error::OTHER_BODY),
            Made::Before(token) => {
                self.is_there(&token);
                return self.old_link(&token, verified).await;
            }
            Made::New => {}
        }
        if !self.still(&verified).await {
            store.remove(&draft.token, &draft.room, once, None).await?;
            draft.settles();
            return Ok(None);
        }
        self.is_there(&draft.token);
        let given = given(draft.token.clone(), &record, &verified)?;
        draft.settles();
        Ok(Some(given))
    }

    /// Whoever follows the list hears of it, and its token is never taken for a guess.
    fn is_there(&self, token: &str) {
        self.links.limits.know([token.to_owned()]);
        self.links.changed(self.engine.clock);
    }

    async fn old_link(&self, token: &str, verified: Verified) -> Result<Option<Given>, Error> {
        let store = &self.links.store;
        let before = store.get(token).await?.ok_or(Error::NO_SUCH_LINK)?;
        let moves = before.host != verified.host;
        let record = self.moved(token, &verified.host).await?;
        let record = record.ok_or(Error::NO_SUCH_LINK)?;
        if !self.still(&verified).await {
            if moves {
                self.moved(token, &before.host).await?;
            }
            return Ok(None);
        }
        if moves {
            self.links.changed(self.engine.clock);
        }
        given(token.to_owned(), &record, &verified).map(Some)
    }
}

impl App {
    /// Notes under which name people have it.
    async fn moved(&self, token: &str, host: &str) -> Result<Option<Record>, Down> {
        let move_to = |record: &mut Record| host.clone_into(&mut record.host);
        self.links.store.change(token, move_to).await
    }
}

fn given(token: String, record: &Record, verified: &Verified) -> Result<Given, Error> {
    let consultation_url = record.url(&verified.host);
    Ok(Given {
        qr: qr::svg(&consultation_url).ok_or(Error::INTERNAL)?,
        consultation_url,
        token,
        room: record.room.clone(),
        expires_at: rfc3339(record.expires_at),
        verified_at: rfc3339(verified.verified_at),
    })
}
