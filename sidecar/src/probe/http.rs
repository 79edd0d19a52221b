//! HTTP requests of probes: bodies have a maximum size, and errors become diagnoses.

use reqwest::{RequestBuilder, Response};

use crate::http_client::{BodyError, body, innermost};
use sidelink_core::Diagnosis;
use sidelink_diagnostics::quoted;

/// Maximum size of a body in bytes; Icecast's statistics are the largest.
pub(super) const MAX_BODY: usize = 256 * 1024;
/// Maximum length of a quoted answer.
pub(super) const MAX_QUOTE: usize = 80;

/// Sends a request. The diagnosis contains `target`, which has no query, because that may hold a token.
pub(super) async fn send(request: RequestBuilder, target: &str) -> Result<Response, Diagnosis> {
    request
        .send()
        .await
        .map_err(|error| no_answer(&error, target))
}

/// Returns `Hung` for a service that accepts the connection and does not answer, else `Unreachable`.
fn no_answer(error: &reqwest::Error, target: &str) -> Diagnosis {
    if error.is_timeout() && !error.is_connect() {
        return Diagnosis::Hung;
    }
    Diagnosis::Unreachable {
        target: target.to_owned(),
        detail: innermost(error),
    }
}

/// Returns the body as text; an error where it is longer than [`MAX_BODY`].
pub(crate) async fn text(response: Response, target: &str) -> Result<String, Diagnosis> {
    match body(response, MAX_BODY).await {
        Ok(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
        Err(BodyError::TooLong) => Err(wrong(target, format!("more than {} KiB", MAX_BODY / 1024))),
        Err(BodyError::Failed(error)) => Err(no_answer(&error, target)),
    }
}

/// Sends a request and requires a 2xx.
pub(super) async fn expect_ok(
    request: RequestBuilder,
    target: &str,
) -> Result<Response, Diagnosis> {
    require_success(send(request, target).await?, target).await
}

/// Returns the response where its status is 2xx.
pub(super) async fn require_success(
    response: Response,
    target: &str,
) -> Result<Response, Diagnosis> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = text(response, target).await.unwrap_or_default();
    let got = format!("{status} {}", quoted(&body, MAX_QUOTE));
    Err(wrong(target, got.trim_end().to_owned()))
}

/// Returns the diagnosis of an unexpected answer.
pub(super) fn wrong(asked: &str, got: String) -> Diagnosis {
    Diagnosis::WrongAnswer {
        asked: asked.to_owned(),
        got,
    }
}

/// Returns the diagnosis of an unexpected body.
pub(super) fn wrong_body(asked: &str, body: &str) -> Diagnosis {
    wrong(asked, quoted(body, MAX_QUOTE))
}
