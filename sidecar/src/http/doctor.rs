//! `/doctor`: every check with its next step, as JSON or, by `Accept`, as text.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::App;
use super::error::Error;
use super::health::language;
use sidelink_diagnostics::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoctorQuery {
    lang: Option<String>,
}

pub(super) async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<DoctorQuery>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(DoctorQuery { lang }) = query.map_err(|_| Error::BAD_LANG)?;
    let lang = match lang.as_deref() {
        Some("en") => Lang::En,
        Some("pt" | "pt-BR") => Lang::Pt,
        Some(_) => return Err(Error::BAD_LANG),
        None => language(&headers),
    };
    let examined = app.doctor.examine().await;
    // The state after the slow checks, never that of an earlier report.
    let report = examined.report(&app.now().await.snapshot);
    let no_store = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept, accept-language"),
    ];
    if accepts_text(&headers) {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        return Ok((no_store, kind, report.text(lang)).into_response());
    }
    Ok((no_store, Json(&report)).into_response())
}

/// Reports whether the client accepts text and not JSON.
fn accepts_text(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|text| text.to_str().ok());
    accept.is_some_and(|text| text.contains("text/plain") && !text.contains("application/json"))
}
