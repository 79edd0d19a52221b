//! Links as whoever made them sees them: all, one, and their end.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{App, Error, no_store, token_of};
use crate::http::poll::{Wait, read, until};
use crate::links::{Device, Kind, Leg, Media, Protocol, Record, Report};
use crate::runtime::clock::rfc3339;

/// Older ones are there and are not listed.
const MOST: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    sequence: u64,
    public_url: Option<String>,
    links: Vec<LinkView>,
}

/// A link as whoever made it sees it. Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkView {
    token: String,
    consultation_url: Option<String>,
    room: String,
    kind: Kind,
    professional_id: String,
    client_id: String,
    consultation_type: String,
    created_at: String,
    expires_at: String,
    max_participants: u32,
    opened_at: Option<String>,
    opened: Option<OpenedView>,
    report: Option<ReportView>,
    stale_address: bool,
}

#[derive(Serialize)]
struct OpenedView {
    device: Device,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportView {
    at: String,
    device: Device,
    media: Media,
    signal: bool,
    protocol: Option<Protocol>,
    rtt_ms: Option<u32>,
    first_frame_ms: Option<u32>,
    legs: Vec<Leg>,
}

/// `GET /links`
pub(in crate::http) async fn all(
    State(app): State<App>,
    query: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Error> {
    let (after, wait) = read(query)?;
    let mut changes = app.links.changes();
    if let Some(after) = after {
        until(&app, wait, changes.wait_for(|&sequence| sequence > after)).await;
    }
    // Read before the links are: what changes meanwhile is told the next time.
    let sequence = *changes.borrow();
    let latest = app.links.store.latest(MOST).await?;
    let host = app.now().await.snapshot.public_host.clone();
    let now = app.unix_ms();
    let there = latest
        .into_iter()
        .filter(|(_, record)| !record.has_ended(now));
    let links = there.map(|(token, record)| LinkView::of(token, record, host.as_deref()));
    let list = List {
        sequence,
        links: links.collect(),
        public_url: host.as_deref().map(|host| format!("https://{host}")),
    };
    Ok(([no_store()], Json(list)).into_response())
}

/// `GET /links/{token}`
pub(in crate::http) async fn one(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let token = token_of(path)?;
    let record = app.links.store.get(&token).await?;
    let record = record.ok_or(Error::NO_SUCH_LINK)?;
    let published = app.now().await;
    let view = LinkView::of(token, record, published.snapshot.public_host.as_deref());
    Ok(([no_store()], Json(view)).into_response())
}

/// `DELETE /links/{token}`: nobody joins by it any more, and whoever is in the room is put out.
pub(in crate::http) async fn end(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let token = token_of(path)?;
    let record = app.links.store.get(&token).await?;
    let Record { room, .. } = record.ok_or(Error::NO_SUCH_LINK)?;
    let now = Some(app.unix_ms());
    app.links.store.remove(&token, &room, None, now).await?;
    app.links.changed(app.engine.clock);
    end_room(&app, &room).await;
    Ok((StatusCode::NO_CONTENT, [no_store()]).into_response())
}

/// At once; whatever fails here is done by the look at ended rooms.
async fn end_room(app: &App, room: &str) {
    if let Err(error) = app.rooms.delete_room(room).await {
        tracing::warn!(
            "the room of a link that has ended is closed as soon as LiveKit answers: {error}"
        );
    }
}

impl LinkView {
    fn of(token: String, record: Record, host: Option<&str>) -> Self {
        Self {
            token,
            consultation_url: host.map(|host| record.url(host)),
            stale_address: host.is_some_and(|host| host != record.host),
            room: record.room,
            kind: record.kind,
            professional_id: record.professional_id,
            client_id: record.client_id,
            consultation_type: record.consultation_type,
            created_at: rfc3339(record.created_at),
            expires_at: rfc3339(record.expires_at),
            max_participants: record.max_participants,
            opened_at: record.opened.as_ref().map(|opened| rfc3339(opened.at)),
            opened: record.opened.map(|opened| OpenedView {
                device: opened.device,
            }),
            report: record.report.map(ReportView::of),
        }
    }
}

impl ReportView {
    fn of(report: Report) -> Self {
        Self {
            at: rfc3339(report.at),
            device: report.device,
            media: report.media,
            signal: report.signal,
            protocol: report.protocol,
            rtt_ms: report.rtt_ms,
            first_frame_ms: report.first_frame_ms,
            legs: report.legs,
        }
    }
}
