//! A link is handed out: a new one, or one that people have under an old name.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::fields::{Body, Fields};
use super::{App, Error, Outcome, Proven, Waiting, awaited, no_store, token_of, wait_of};
use crate::clock::rfc3339;
use crate::links::{
    Down, Draft, Idempotency, Kind, Made, Mistake, Record, USUAL_PATH, Values, render, sha256,
};
use crate::qr;

const ID: usize = 128;
const TYPE: usize = 64;
const TTL: std::ops::RangeInclusive<u32> = 60..=2_592_000;
const USUAL_TTL: u32 = 86_400;
const PARTICIPANTS: std::ops::RangeInclusive<u32> = 2..=50;
const USUAL_PARTICIPANTS: u32 = 10;
/// Long enough to take the phone out and point its camera.
const CHECK_TTL: u32 = 600;
const CHECK_PARTICIPANTS: u32 = 4;
/// So long a repeated request gets the same link.
const REPEATED_MS: u64 = 24 * 3600 * 1000;
const KEY: usize = 128;

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

/// What is asked for. Serialised it is what two requests have in common that are the same.
#[derive(Serialize)]
pub(super) struct Order {
    kind: Kind,
    professional_id: String,
    client_id: String,
    consultation_type: String,
    ttl: u32,
    path: String,
    max_participants: u32,
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
    /// `None`: the way was not proven any more when all was done; nothing is left of what was.
    pub(super) async fn give(
        &self,
        wanted: Wanted<'_>,
        proven: Proven,
    ) -> Result<Option<Given>, Error> {
        match wanted {
            Wanted::New(order, once, draft) => self.new_link(order, once, draft, proven).await,
            Wanted::Old(token) => self.old_link(token, proven).await,
        }
    }

    /// Written first, and then looked at again: what was handed out was proven after all was done for it.
    async fn new_link(
        &self,
        order: &Order,
        once: Option<&Idempotency>,
        draft: &Draft,
        proven: Proven,
    ) -> Result<Option<Given>, Error> {
        let _turn = match once {
            Some(once) => Some(self.links.turn(once).await),
            None => None,
        };
        let record = order.record(draft, &proven.host, self.unix_ms())?;
        let store = &self.links.store;
        // With a key the next request finds what this one may leave behind.
        if once.is_none() {
            draft.begins();
        }
        match store.make(&draft.token, &record, once).await? {
            Made::OtherBody => return Err(Error::OTHER_BODY),
            Made::Before(token) => {
                self.is_there(&token);
                return self.old_link(&token, proven).await;
            }
            Made::New => {}
        }
        if !self.still(&proven).await {
            store.remove(&draft.token, &draft.room, once, None).await?;
            draft.settles();
            return Ok(None);
        }
        self.is_there(&draft.token);
        let given = given(draft.token.clone(), &record, &proven)?;
        draft.settles();
        Ok(Some(given))
    }

    /// Whoever follows the list hears of it, and its token is never taken for a guess.
    fn is_there(&self, token: &str) {
        self.links.limits.know([token.to_owned()]);
        self.links.changed(self.engine.clock);
    }

    async fn old_link(&self, token: &str, proven: Proven) -> Result<Option<Given>, Error> {
        let store = &self.links.store;
        let before = store.get(token).await?.ok_or(Error::NO_SUCH_LINK)?;
        let moves = before.host != proven.host;
        let record = self.moved(token, &proven.host).await?;
        let record = record.ok_or(Error::NO_SUCH_LINK)?;
        if !self.still(&proven).await {
            if moves {
                self.moved(token, &before.host).await?;
            }
            return Ok(None);
        }
        if moves {
            self.links.changed(self.engine.clock);
        }
        given(token.to_owned(), &record, &proven).map(Some)
    }
}

impl App {
    /// Notes under which name people have it.
    async fn moved(&self, token: &str, host: &str) -> Result<Option<Record>, Down> {
        let move_to = |record: &mut Record| host.clone_into(&mut record.host);
        self.links.store.change(token, move_to).await
    }
}

fn given(token: String, record: &Record, proven: &Proven) -> Result<Given, Error> {
    let consultation_url = record.url(&proven.host);
    Ok(Given {
        qr: qr::svg(&consultation_url).ok_or(Error::INTERNAL)?,
        consultation_url,
        token,
        room: record.room.clone(),
        expires_at: rfc3339(record.expires_at),
        verified_at: rfc3339(proven.verified_at),
    })
}

impl Order {
    fn read(body: Body) -> Result<Self, Error> {
        let mut fields = Fields::of(body)?;
        let order = Self {
            kind: Kind::Consultation,
            professional_id: fields.text("professionalId", ID)?,
            client_id: fields.text("clientId", ID)?,
            consultation_type: fields.text("consultationType", TYPE)?,
            ttl: fields.optional_number("ttl", TTL)?.unwrap_or(USUAL_TTL),
            path: fields
                .optional::<String>("pathTemplate", "a text of 1 to 512 characters")?
                .unwrap_or_else(|| USUAL_PATH.to_owned()),
            max_participants: fields
                .optional_number("maxParticipants", PARTICIPANTS)?
                .unwrap_or(USUAL_PARTICIPANTS),
        };
        fields.end()?;
        // Whether the template can be used does not depend on the token.
        order.path("0")?;
        Ok(order)
    }

    fn of_check() -> Self {
        Self {
            kind: Kind::Check,
            professional_id: String::new(),
            client_id: String::new(),
            consultation_type: "phone-check".to_owned(),
            ttl: CHECK_TTL,
            path: "/phone#${token}".to_owned(),
            max_participants: CHECK_PARTICIPANTS,
        }
    }

    fn path(&self, token: &str) -> Result<String, Error> {
        let values = Values {
            token,
            professional_id: &self.professional_id,
            client_id: &self.client_id,
            consultation_type: &self.consultation_type,
        };
        render(&self.path, &values).map_err(|mistake| bad_path(&mistake))
    }

    fn record(&self, draft: &Draft, host: &str, now: u64) -> Result<Record, Error> {
        Ok(Record {
            kind: self.kind,
            room: draft.room.clone(),
            professional_id: self.professional_id.clone(),
            client_id: self.client_id.clone(),
            consultation_type: self.consultation_type.clone(),
            path: self.path(&draft.token)?,
            host: host.to_owned(),
            created_at: now,
            expires_at: now + u64::from(self.ttl) * 1000,
            max_participants: self.max_participants,
            opened: None,
            report: None,
        })
    }
}

fn bad_path(mistake: &Mistake) -> Error {
    let fix = format!(
        "pathTemplate begins with exactly one / and holds ${{token}}; ${{professionalId}}, ${{clientId}} and ${{consultationType}} may be in it: {USUAL_PATH}"
    );
    Error::BAD_FIELD.saying(
        format!("pathTemplate cannot be used: {mistake}."),
        format!(
            "pathTemplate não pode ser usado: {}.",
            mistake.em_portugues()
        ),
        fix,
    )
}

/// `Idempotency-Key`, where there is one; only digests of it and of the request are kept.
fn idempotency(headers: &HeaderMap, order: &Order, now: u64) -> Result<Option<Idempotency>, Error> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let visible =
        |key: &&[u8]| key.iter().all(u8::is_ascii_graphic) && (1..=KEY).contains(&key.len());
    let key = Some(key.as_bytes())
        .filter(visible)
        .filter(|_| keys.next().is_none());
    let key = key.ok_or(Error::BAD_KEY)?;
    let body = serde_json::to_vec(order).map_err(|_| Error::INTERNAL)?;
    Ok(Some(Idempotency {
        key: sha256(key),
        body: sha256(&body),
        until: now + REPEATED_MS,
    }))
}
