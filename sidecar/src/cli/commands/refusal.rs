//! Errors of the service, for the terminal.

use reqwest::Response;
use serde::Deserialize;

use super::{ControlApi, lang};
use crate::runtime::exit::CommandFailure;

/// A message in both languages, and its fix.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LocalizedMessage {
    message: String,
    message_pt: String,
    #[serde(default)]
    fix: Option<String>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: LocalizedMessage,
}

impl LocalizedMessage {
    /// Returns the message without the fix and its full stop.
    pub(super) fn sentence(&self) -> String {
        let text = lang().pick(&self.message, &self.message_pt);
        text.trim_end_matches('.').to_owned()
    }
}

/// Returns the message of the answer and its fix, or else the service's URL and the HTTP status.
pub(super) async fn message(service: &ControlApi, answer: Response) -> String {
    let status = answer.status();
    match answer.json::<ErrorBody>().await {
        Ok(ErrorBody { error }) => match &error.fix {
            Some(fix) => format!("{}. {fix}", error.sentence()),
            None => error.sentence(),
        },
        Err(_) => format!("the sidecar at {} answered {status}", service.url),
    }
}

/// Returns a failure with exit code 64 for a client error, and 69 for any other.
pub(super) async fn failure(service: &ControlApi, answer: Response) -> CommandFailure {
    let misused = answer.status().is_client_error();
    let message = message(service, answer).await;
    if misused {
        CommandFailure::misused(message)
    } else {
        CommandFailure::unavailable(message)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use serde_json::Value;

    use super::*;

    async fn shown(status: StatusCode, body: &'static str) -> String {
        let router = Router::new().route("/status", get(async move || (status, body)));
        let service = ControlApi::of_a_test(router).await;
        let failure = service.get::<Value>("/status").await.expect_err("refused");
        format!("{failure:?}")
    }

    #[tokio::test]
    async fn every_command_shows_the_services_message_and_its_fix() {
        let body = r#"{"error":{"code":"x","message":"No such service.","messagePt":"Não existe.","fix":"Ask /status.","docs":"d"}}"#;
        for status in [StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE] {
            let text = shown(status, body).await;
            assert!(text.contains("No such service. Ask /status."), "{text}");
        }
        let bare = shown(StatusCode::BAD_GATEWAY, "<html>").await;
        assert!(bare.contains("answered 502"), "{bare}");
    }

    #[tokio::test]
    async fn a_refused_token_is_not_called_missing() {
        let body = r#"{"error":{"code":"no_token","message":"This route requires a token.","messagePt":"Exige um token.","fix":"Send it."}}"#;
        let text = shown(StatusCode::UNAUTHORIZED, body).await;
        assert!(
            text.contains("This route requires a token. Send it."),
            "{text}"
        );
    }
}
