//! A phone opens a link: what it is, and the way into its room.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::call_server::livekit;
use super::fields::{Body, Fields};
use super::seats::seats;
use super::{App, Error, no_store, token_of};
use crate::http::guard::asked_host;
use crate::http::visitor;
use crate::links::identity::{Identity, Side, name};
use crate::links::{Asked, Device, Down, Kind, Opened, Record};
use crate::livekit::access_token::{Grant, sign};
use crate::runtime::clock::rfc3339;

/// Far more than [`Identity`] ever makes.
pub(super) const RESUME: usize = 512;

/// What anybody who has the link may know of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    kind: Kind,
    consultation_type: String,
    expires_at: String,
}

/// The way into the room.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Joined<'a> {
    livekit_url: &'a str,
    token: String,
    identity: &'a str,
    name: &'a str,
    ice_servers: [(); 0],
    resume: String,
    expires_at: String,
    consultation_type: &'a str,
    kind: Kind,
}

/// What a stranger wants of a link.
#[derive(Clone, Copy)]
pub(super) enum Asking<'a> {
    /// To know what it is.
    Look,
    /// To be in its call, perhaps again by this resume.
    Join(Option<&'a str>),
}

/// A link, and who has come back by it, if he has verified it.
pub(super) struct Found {
    pub(super) token: String,
    pub(super) record: Record,
    pub(super) identity: Option<Identity>,
}

/// `GET /links/{token}` in public.
pub(in crate::http) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Found { record, .. } = app.find(path, &headers, Asking::Look).await?;
    let observed = Seen {
        kind: record.kind,
        consultation_type: record.consultation_type,
        expires_at: rfc3339(record.expires_at),
    };
    Ok(([no_store()], Json(observed)).into_response())
}

/// Who wants to join.
struct Person {
    name: String,
    resume: Option<String>,
}

/// `POST /links/{token}/join` in public.
pub(in crate::http) async fn join(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Error> {
    let person = Person::read(body);
    let resume = person.as_ref().ok().and_then(|asked| asked.resume.clone());
    let asking = Asking::Join(resume.as_deref());
    let found = app.find(path, &headers, asking).await;
    // Whoever asks wrongly is told so before anything of the link, whether there is one or not.
    let (person, found) = (person?, found?);
    let joined = app
        .admits(&found, &person, Side::Client, &headers, &uri)
        .await?;
    app.opened(&found, &headers).await?;
    Ok(joined)
}

/// The same on the control port, for whoever the link is not sent to: it is not opened by that, and nobody counts.
pub(in crate::http) async fn join_as_host(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Error> {
    let person = Person::read(body)?;
    let back = person.resume.as_deref().and_then(Identity::resumed);
    let found = app.look_up(token_of(path)?, back).await?;
    let found = found.ok_or(Error::NO_SUCH_LINK)?;
    app.admits(&found, &person, Side::Host, &headers, &uri)
        .await
}

impl Person {
    fn read(body: Body) -> Result<Self, Error> {
        let mut fields = Fields::of(body)?;
        let given = fields.one::<String>("name", "a text")?;
        let resume = fields.optional_text("resume", RESUME)?;
        fields.end()?;
        let name = name(&given).ok_or(Error::BAD_PERSON)?.to_owned();
        Ok(Self { name, resume })
    }
}

impl App {
    /// Returns the link for a stranger: wrong, ended and revoked ones are alike, and wrong ones are limited.
    pub(super) async fn find(
        &self,
        path: Result<Path<String>, PathRejection>,
        headers: &HeaderMap,
        asking: Asking<'_>,
    ) -> Result<Found, Error> {
        let token = token_of(path);
        let (joins, resume) = match asking {
            Asking::Look => (false, None),
            Asking::Join(resume) => (true, resume),
        };
        let back = resume.and_then(Identity::resumed);
        let asked = Asked {
            asker: visitor::asker(headers),
            token: token.as_deref().unwrap_or_default(),
            joins,
            back: back.as_ref(),
        };
        let limits = &self.links.limits;
        let admitted = limits.admit(&asked, self.engine.clock.now().mono);
        let admitted = admitted.map_err(|many| Error::TOO_MANY.after(many.retry_after))?;
        let token = token.clone()?;
        match self.look_up(token, back.clone()).await {
            Ok(Some(found)) => {
                limits.found(&asked, admitted, found.identity.is_some());
                Ok(found)
            }
            Ok(None) => {
                let charged = limits.not_found(&asked, admitted, self.engine.clock.now().mono);
                charged.map_err(|many| Error::TOO_MANY.after(many.retry_after))?;
                Err(Error::NO_SUCH_LINK)
            }
            Err(down) => {
                limits.not_asked(&asked, admitted);
                Err(down.into())
            }
        }
    }

    /// Returns the link, unless it has ended, and who has come back by it.
    async fn look_up(&self, token: String, back: Option<Identity>) -> Result<Option<Found>, Down> {
        let identity = back.as_ref().map_or("", |back| &back.identity);
        let found = self.links.store.get_with(&token, identity).await?;
        let now = self.unix_ms();
        let Some((record, digest)) = found.filter(|(record, _)| !record.has_ended(now)) else {
            return Ok(None);
        };
        let verified = |back: &Identity| {
            let kept = digest.as_deref().unwrap_or_default();
            bool::from(back.digest().as_bytes().ct_eq(kept.as_bytes()))
        };
        let identity = back.filter(verified);
        Ok(Some(Found {
            token,
            record,
            identity,
        }))
    }

    async fn admits(
        &self,
        found: &Found,
        Person { name, .. }: &Person,
        side: Side,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Response, Error> {
        let published = self.now().await;
        let livekit_url = &livekit(&published, asked_host(headers, uri), self.unix_ms())?;
        let back = found.identity.as_ref().map(|back| &*back.identity);
        self.has_place(&found.record, back, side).await?;
        let identity = self.seated(found, side).await?;
        let grant = Grant {
            room: &found.record.room,
            identity: &identity.identity,
            name: Some(name),
            max_participants: Some(seats(&found.record)),
            is_host: side == Side::Host,
        };
        let token = sign(&self.secrets, &grant)?;
        let joined = Joined {
            livekit_url,
            token,
            identity: &identity.identity,
            name,
            ice_servers: [],
            resume: identity.resume(),
            expires_at: rfc3339(found.record.expires_at),
            consultation_type: &found.record.consultation_type,
            kind: found.record.kind,
        };
        Ok(([no_store()], Json(joined)).into_response())
    }

    /// Returns the identity that comes back, or a new one, which puts nobody out.
    async fn seated(&self, found: &Found, side: Side) -> Result<Identity, Error> {
        if let Some(identity) = &found.identity {
            return Ok(identity.clone());
        }
        let identity = Identity::reserve(side)?;
        let row = (&*identity.identity, &*identity.digest());
        let (ends, now) = (found.record.expires_at, self.unix_ms());
        let seated = self.links.store.seat(&found.token, row, ends, now).await?;
        if !seated {
            return Err(Error::NO_SUCH_LINK);
        }
        self.links.limits.seated(&found.token, &identity);
        Ok(identity)
    }

    async fn opened(&self, found: &Found, headers: &HeaderMap) -> Result<(), Down> {
        if found.record.opened.is_some() {
            return Ok(());
        }
        let opened = Opened {
            at: self.unix_ms(),
            device: device(headers),
        };
        let first = |record: &mut Record| {
            record.opened.get_or_insert_with(|| opened.clone());
        };
        self.links.store.change(&found.token, first).await?;
        self.links.changed(self.engine.clock);
        Ok(())
    }
}

pub(super) fn device(headers: &HeaderMap) -> Device {
    Device::of(text(headers, header::USER_AGENT.as_str()).unwrap_or_default())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
