//! Lists and ends links for the caller who creates them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{App, Error, TokenPath, no_store, token};
use crate::http::poll::{PollQuery, read};
use crate::http::uncached;
use crate::links::{DeviceKind, LinkKind, LinkList, LinkRecord, ReportedStep, VideoReport};
use crate::media_path::{MediaPath, Transport};
use crate::runtime::clock::rfc3339;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListView {
    sequence: u64,
    public_url: Option<String>,
    links: Vec<LinkView>,
}

/// A link for the caller who creates links. Times are RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkView {
    token: String,
    consultation_url: Option<String>,
    room: String,
    kind: LinkKind,
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
    device: DeviceKind,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportView {
    at: String,
    device: DeviceKind,
    media: MediaPath,
    signal: bool,
    protocol: Option<Transport>,
    rtt_ms: Option<u32>,
    first_frame_ms: Option<u32>,
    legs: Vec<ReportedStep>,
}

/// `GET /links`
pub(in crate::http) async fn list(
    State(app): State<App>,
    query: Result<Query<PollQuery>, QueryRejection>,
) -> Result<Response, Error> {
    let (after, wait) = read(query)?;
    let LinkList {
        sequence,
        host,
        links,
    } = app.links.list(after, wait).await?;
    let host = host.as_deref();
    let links = links
        .into_iter()
        .map(|(token, record)| LinkView::of(token, record, host));
    let view = ListView {
        sequence,
        links: links.collect(),
        public_url: host.map(|host| format!("https://{host}")),
    };
    Ok(uncached(view))
}

/// `GET /links/{token}`
pub(in crate::http) async fn get(
    State(app): State<App>,
    path: TokenPath,
) -> Result<Response, Error> {
    let token = token(path);
    let (record, host) = app.links.get(&token).await?;
    let view = LinkView::of(token, record, host.as_deref());
    Ok(uncached(view))
}

/// `DELETE /links/{token}`
pub(in crate::http) async fn end(
    State(app): State<App>,
    path: TokenPath,
) -> Result<Response, Error> {
    app.links.end(&token(path)).await?;
    Ok((StatusCode::NO_CONTENT, [no_store()]).into_response())
}

impl LinkView {
    fn of(token: String, record: LinkRecord, host: Option<&str>) -> Self {
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
    fn of(report: VideoReport) -> Self {
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
