//! Checks whether the app has pages under the paths of the gateway's routes.

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, StatusCode};

use sidelink_core::Address;

/// Paths of routes that an operator can move.
const PATHS: &[&str] = &["/runtime-config", "/runtime-config.js", "/rtc", "/stream"];
/// A path that no app has; its answer shows how the app answers unknown paths.
const MISSING_PATH: &str = "/no-such-page-of-this-app-4f2a";

/// Returns the paths under which the app has a page.
pub(super) async fn taken(client: &Client, app: &Address) -> Vec<&'static str> {
    let Some(missing) = head(client, app, MISSING_PATH).await else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    for path in PATHS {
        let answer = head(client, app, path).await;
        if answer.is_some_and(|answer| answer.is_page(&missing)) {
            taken.push(*path);
        }
    }
    taken
}

/// Status and type of an answer; its body may be an endless stream.
#[derive(Debug, PartialEq, Eq)]
struct ResponseHead {
    status: StatusCode,
    content_type: Option<String>,
}

impl ResponseHead {
    /// Returns whether the answer is neither an error nor the one page that the app has for all paths.
    fn is_page(&self, missing: &Self) -> bool {
        let not_found = matches!(self.status, StatusCode::NOT_FOUND | StatusCode::GONE);
        !not_found && !self.status.is_server_error() && self != missing
    }
}

async fn head(client: &Client, app: &Address, path: &str) -> Option<ResponseHead> {
    let request = client.get(format!("http://{app}{path}"));
    let answer = request.header(ACCEPT, "*/*").send().await.ok()?;
    let content_type = answer.headers().get(CONTENT_TYPE);
    Some(ResponseHead {
        status: answer.status(),
        content_type: content_type
            .and_then(|kind| kind.to_str().ok())
            .map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::header::CONTENT_TYPE;
    use axum::response::Html;
    use axum::routing::{get, post};

    use super::super::app_check::REQUEST_TIMEOUT;
    use super::*;
    use crate::http_client::local_client;
    use crate::test_server::serve;

    async fn taken_by(app: Router) -> Vec<&'static str> {
        let app = serve(app).await;
        let client = local_client(REQUEST_TIMEOUT).expect("a client");
        taken(&client, &app).await
    }

    #[tokio::test]
    async fn an_app_without_these_pages_takes_no_route() {
        assert!(taken_by(Router::new()).await.is_empty());
        let one_page = Router::new().fallback(|| async { Html("<div id=root></div>") });
        assert!(
            taken_by(one_page).await.is_empty(),
            "one page for all paths"
        );
        let moved = Router::new().fallback(|| async { axum::response::Redirect::to("/login") });
        assert!(taken_by(moved).await.is_empty(), "a login before all paths");
    }

    #[tokio::test]
    async fn routes_that_the_app_answers_are_named() {
        let audio = || async { ([(CONTENT_TYPE, "audio/mpeg")], "sound") };
        let app = Router::new()
            .route("/stream", get(audio))
            .route("/rtc", post(audio));
        assert_eq!(taken_by(app).await, ["/rtc", "/stream"]);
        let page = Router::new()
            .route("/runtime-config", get(|| async { axum::Json(1) }))
            .fallback(|| async { Html("<div id=root></div>") });
        assert_eq!(taken_by(page).await, ["/runtime-config"]);
    }

    #[tokio::test]
    async fn an_app_that_does_not_answer_takes_no_route() {
        let client = local_client(REQUEST_TIMEOUT).expect("a client");
        let host = "127.0.0.1".to_owned();
        assert!(taken(&client, &Address { host, port: 9 }).await.is_empty());
    }
}
