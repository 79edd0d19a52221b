//! `/doctor`: every check with its next step, as JSON or, by `Accept`, as text.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::App;
use super::error::Error;
use sidelink_diagnostics::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    lang: Option<String>,
}

pub(super) async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Asked { lang }) = query.map_err(|_| Error::BAD_LANG)?;
    let lang = match lang.as_deref() {
        Some("en") => Lang::En,
        Some("pt" | "pt-BR") => Lang::Pt,
        Some(_) => return Err(Error::BAD_LANG),
        None => accepted(&headers),
    };
    let examined = app.doctor.examine().await;
    // As it is after the checks that take their time, and never from an earlier report.
    let report = examined.report(&app.now().await.snapshot);
    let no_store = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept, accept-language"),
    ];
    if wants_text(&headers) {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        return Ok((no_store, kind, report.text(lang)).into_response());
    }
    Ok((no_store, Json(&report)).into_response())
}

/// The first one that is named.
fn accepted(headers: &HeaderMap) -> Lang {
    let text = headers.get(header::ACCEPT_LANGUAGE);
    Lang::from_accept_language(text.and_then(|text| text.to_str().ok()).unwrap_or_default())
}

/// JSON, unless text is named and JSON is not.
fn wants_text(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|text| text.to_str().ok());
    accept.is_some_and(|text| text.contains("text/plain") && !text.contains("application/json"))
}
