//! `/qr.svg`: the public URL as a QR code, once it is verified.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::App;
use super::error::Error;
use crate::qr;

pub(super) async fn svg(State(app): State<App>) -> Result<Response, Error> {
    let published = app.now().await;
    let host = published.snapshot.usable_host().ok_or(Error::NO_LINK)?;
    let image = qr::svg(&format!("https://{host}")).ok_or(Error::INTERNAL)?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        image,
    )
        .into_response())
}
