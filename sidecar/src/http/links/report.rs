//! A page in a call says how far its video reached.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::fields::{Body, Fields, is_plain, wrong};
use super::join::{Asking, RESUME, device};
use super::{App, Error, no_store};
use crate::links::{Device, Leg, Report};
use sidelink_core::Event;

const LEGS: usize = 12;
const LEG: usize = 32;
/// A minute there and back is no call any more.
const RTT_MS: std::ops::RangeInclusive<u32> = 0..=60_000;
/// Whoever waits longer for the first picture has gone.
const FIRST_FRAME_MS: std::ops::RangeInclusive<u32> = 0..=600_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenLeg {
    name: String,
    ok: bool,
}

/// `POST /links/{token}/report`
pub(in crate::http) async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Error> {
    let at = app.unix_ms();
    let told = Fields::of(body).and_then(|fields| read(fields, at, device(&headers)));
    let resume = told.as_ref().ok().map(|(resume, _)| resume.as_str());
    let found = app.find(path, &headers, Asking::Join(resume)).await;
    let (_, report) = told?;
    let found = found?;
    if found.identity.is_none() {
        return Err(Error::NOT_JOINED);
    }
    let change = |record: &mut crate::links::Record| record.reported(report.clone());
    let changed = app.links.store.change(&found.token, change).await?;
    changed.ok_or(Error::NO_SUCH_LINK)?;
    app.links.changed(app.engine.clock);
    let (media, device) = (report.media.into(), report.device.into());
    app.engine.tell(Event::Reported { media, device, at }).await;
    Ok((StatusCode::NO_CONTENT, [no_store()]).into_response())
}

/// And the resume that proves whose it is.
fn read(mut fields: Fields, at: u64, device: Device) -> Result<(String, Report), Error> {
    let resume = fields.text("resume", RESUME)?;
    let report = Report {
        at,
        media: fields.one("media", "none, lan or turn")?,
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

fn legs(fields: &mut Fields) -> Result<Vec<Leg>, Error> {
    const WANTED: &str = "at most 12 of {\"name\": 1 to 32 characters, \"ok\": true or false}";
    let legs: Vec<GivenLeg> = fields.optional("legs", WANTED)?.unwrap_or_default();
    if legs.len() > LEGS || !legs.iter().all(|leg| is_plain(&leg.name, LEG)) {
        return Err(wrong("legs", WANTED));
    }
    let legs = legs
        .into_iter()
        .map(|GivenLeg { name, ok }| Leg { name, ok });
    Ok(legs.collect())
}
