//! Asking over HTTP, with answers read up to a limit and errors put into a person's words.

use reqwest::{RequestBuilder, Response};

use super::client::innermost;
use sidelink_core::Diagnosis;
use sidelink_diagnostics::quoted;

/// Far above any answer that a probe reads; Icecast's statistics are the largest.
pub(super) const MAX_BODY: usize = 256 * 1024;
/// Enough of a wrong answer to recognise it by.
const QUOTED: usize = 80;

/// Sends it. `target` stands in the reason: without the query, which may hold a token.
pub(super) async fn send(request: RequestBuilder, target: &str) -> Result<Response, Diagnosis> {
    request
        .send()
        .await
        .map_err(|error| no_answer(&error, target))
}

/// Who takes the connection and says nothing hangs; whoever does not take it cannot be reached.
fn no_answer(error: &reqwest::Error, target: &str) -> Diagnosis {
    if error.is_timeout() && !error.is_connect() {
        return Diagnosis::Hung;
    }
    Diagnosis::Unreachable {
        target: target.to_owned(),
        detail: innermost(error),
    }
}

/// The body as text, up to the limit.
pub(crate) async fn text(mut response: Response, target: &str) -> Result<String, Diagnosis> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_BODY => {
                body.extend_from_slice(&chunk)
            }
            Ok(Some(_)) => return Err(wrong(target, format!("more than {} KiB", MAX_BODY / 1024))),
            Ok(None) => return Ok(String::from_utf8_lossy(&body).into_owned()),
            Err(error) => return Err(no_answer(&error, target)),
        }
    }
}

/// Sends it and wants a 2xx.
pub(super) async fn expect_ok(
    request: RequestBuilder,
    target: &str,
) -> Result<Response, Diagnosis> {
    let response = send(request, target).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let said = text(response, target).await.unwrap_or_default();
    Err(wrong(
        target,
        format!("{status} {}", quoted(&said, QUOTED))
            .trim_end()
            .to_owned(),
    ))
}

/// It answered, but not as it should.
pub(super) fn wrong(asked: &str, got: String) -> Diagnosis {
    Diagnosis::WrongAnswer {
        asked: asked.to_owned(),
        got,
    }
}
