//! Takes a page's report of how far its video reached.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::join::{MAX_RESUME, device};
use super::{App, Error, TokenPath, no_store, token};
use crate::http::body::{Body, Fields, is_plain, wrong};
use crate::http::visitor::network;
use crate::links::{DeviceKind, ReportedStep, VideoReport};

const MAX_LEGS: usize = 12;
const MAX_LEG_NAME: usize = 32;
/// No call works with a round trip of a minute.
const RTT_MS: RangeInclusive<u32> = 0..=60_000;
/// A user who has waited longer for the first frame has left.
const FIRST_FRAME_MS: RangeInclusive<u32> = 0..=600_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LegField {
    name: String,
    ok: bool,
}

/// `POST /links/{token}/report`
pub(in crate::http) async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    path: TokenPath,
    body: Body,
) -> Result<Response, Error> {
    let (resume, report) = video_report(body, app.engine.unix_ms(), device(&headers))?;
    let network = network(&headers);
    app.links
        .report(&token(path), network, &resume, report)
        .await?;
    Ok((StatusCode::NO_CONTENT, [no_store()]).into_response())
}

/// Returns the resume secret and the report. `device` is by `User-Agent`, for a report without one.
fn video_report(body: Body, at: u64, device: DeviceKind) -> Result<(String, VideoReport), Error> {
    let mut fields = Fields::of(body)?;
    let resume = fields.text("resume", MAX_RESUME)?;
    let report = VideoReport {
        at,
        media: fields.one("media", "none, lan, direct, tunnel or turn")?,
        signal: fields.one("signal", "true or false")?,
        protocol: fields.optional("protocol", "udp, tcp or tls")?,
        rtt_ms: fields.optional_number("rttMs", RTT_MS)?,
        first_frame_ms: fields.optional_number("firstFrameMs", FIRST_FRAME_MS)?,
        device: fields
            .optional("device", "phone or desktop")?
            .unwrap_or(device),
        legs: legs(&mut fields)?,
    };
    fields.end()?;
    Ok((resume, report))
}

fn legs(fields: &mut Fields) -> Result<Vec<ReportedStep>, Error> {
    const EXPECTED: &str = "at most 12 of {\"name\": 1 to 32 characters, \"ok\": true or false}";
    let legs: Vec<LegField> = fields.optional("legs", EXPECTED)?.unwrap_or_default();
    if legs.len() > MAX_LEGS || !legs.iter().all(|leg| is_plain(&leg.name, MAX_LEG_NAME)) {
        return Err(wrong("legs", EXPECTED));
    }
    let steps = legs
        .into_iter()
        .map(|LegField { name, ok }| ReportedStep { name, ok });
    Ok(steps.collect())
}
