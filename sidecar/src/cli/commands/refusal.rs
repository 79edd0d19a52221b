//! An error as the service words it, for the terminal.

use reqwest::Response;
use serde::Deserialize;

use super::{Service, lang};
use crate::runtime::exit::Failure;

/// A sentence in both languages, and its next step.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    message: String,
    message_pt: String,
    #[serde(default)]
    fix: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    error: Message,
}

impl Message {
    /// The sentence alone, without its full stop.
    pub(super) fn sentence(&self) -> String {
        let text = lang().pick(&self.message, &self.message_pt);
        text.trim_end_matches('.').to_owned()
    }
}

/// What the service says, and how to fix it; without words of its own, its address and the status.
pub(super) async fn words(service: &Service, answer: Response) -> String {
    let status = answer.status();
    match answer.json::<Body>().await {
        Ok(Body { error }) => match &error.fix {
            Some(fix) => format!("{}. {fix}", error.sentence()),
            None => error.sentence(),
        },
        Err(_) => format!("the sidecar at {} answered {status}", service.url),
    }
}

/// 64 where another command line is wanted, 69 where the service cannot do it now.
pub(super) async fn failure(service: &Service, answer: Response) -> Failure {
    let misused = answer.status().is_client_error();
    let words = words(service, answer).await;
    if misused {
        Failure::misused(words)
    } else {
        Failure::unavailable(words)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use serde_json::Value;

    use super::*;
    use crate::http_client::local_client;

    async fn told(status: StatusCode, body: &'static str) -> String {
        let router = Router::new().route("/status", get(async move || (status, body)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let service = Service {
            url: format!("http://{}", listener.local_addr().expect("bound")),
            token: Some("control".to_owned()),
            client: local_client(Duration::from_secs(5)).expect("a client"),
        };
        tokio::spawn(async move { axum::serve(listener, router).await });
        let failure = service.get::<Value>("/status").await.expect_err("refused");
        format!("{failure:?}")
    }

    #[tokio::test]
    async fn every_command_shows_the_services_words_and_its_next_step() {
        let body = r#"{"error":{"code":"x","message":"No such service.","messagePt":"Não existe.","fix":"Ask /status.","docs":"d"}}"#;
        for status in [StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE] {
            let told = told(status, body).await;
            assert!(told.contains("No such service. Ask /status."), "{told}");
        }
        let bare = told(StatusCode::BAD_GATEWAY, "<html>").await;
        assert!(bare.contains("answered 502"), "{bare}");
    }

    #[tokio::test]
    async fn a_token_that_is_refused_is_not_called_missing() {
        let body = r#"{"error":{"code":"no_token","message":"This route wants a token.","messagePt":"Exige um token.","fix":"Send it."}}"#;
        let told = told(StatusCode::UNAUTHORIZED, body).await;
        assert!(
            told.contains("This route wants a token. Send it."),
            "{told}"
        );
    }
}
