//! Whether the app has answers of its own where the gateway's routes are.

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, StatusCode};

use sidelink_core::Address;

/// Those that can be moved.
const PATHS: &[&str] = &["/runtime-config", "/runtime-config.js", "/rtc", "/stream"];
/// An app answers this as it answers whatever it does not have.
const NOTHING: &str = "/no-such-page-of-this-app-4f2a";
/// Returns the paths that the app wants for itself.
pub(super) async fn taken(client: &Client, app: &Address) -> Vec<&'static str> {
    let Some(nothing) = ask(client, app, NOTHING).await else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    for path in PATHS {
        let answer = ask(client, app, path).await;
        if answer.is_some_and(|answer| answer.is_something(&nothing)) {
            taken.push(*path);
        }
    }
    taken
}

/// How an answer begins: a stream never ends.
#[derive(Debug, PartialEq, Eq)]
struct Beginning {
    status: StatusCode,
    content_type: Option<String>,
}

impl Beginning {
    /// Not what the app answers where it has nothing: 404, or one page for all paths.
    fn is_something(&self, nothing: &Self) -> bool {
        let missing = matches!(self.status, StatusCode::NOT_FOUND | StatusCode::GONE);
        !missing && !self.status.is_server_error() && self != nothing
    }
}

async fn ask(client: &Client, app: &Address, path: &str) -> Option<Beginning> {
    let request = client.get(format!("http://{app}{path}"));
    let answer = request.header(ACCEPT, "*/*").send().await.ok()?;
    let content_type = answer.headers().get(CONTENT_TYPE);
    Some(Beginning {
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

    use super::super::app_check;
    use super::*;

    async fn taken_by(app: Router) -> Vec<&'static str> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let at = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = crate::probe::local_client(app_check::PATIENCE).expect("a client");
        let host = at.ip().to_string();
        taken(
            &client,
            &Address {
                host,
                port: at.port(),
            },
        )
        .await
    }

    #[tokio::test]
    async fn an_app_that_has_nothing_there_takes_nothing() {
        assert!(taken_by(Router::new()).await.is_empty());
        let one_page = Router::new().fallback(|| async { Html("<div id=root></div>") });
        assert!(
            taken_by(one_page).await.is_empty(),
            "one page for all paths"
        );
        let moved = Router::new().fallback(|| async { axum::response::Redirect::to("/login") });
        assert!(taken_by(moved).await.is_empty(), "a wall before all paths");
    }

    #[tokio::test]
    async fn what_the_app_answers_itself_is_named() {
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
    async fn an_app_that_does_not_answer_takes_nothing() {
        let client = crate::probe::local_client(app_check::PATIENCE).expect("a client");
        let host = "127.0.0.1".to_owned();
        assert!(taken(&client, &Address { host, port: 9 }).await.is_empty());
    }
}
