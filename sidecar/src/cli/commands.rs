//! The commands. Most of them send a request to the running service and print the answer.

pub mod bridge;
pub mod control_token;
pub mod dashboard;
pub mod docker_proxy;
pub mod doctor;
pub mod healthcheck;
pub mod host_ip;
pub mod link;
pub mod livekit_token;
pub mod password;
pub mod publisher;
mod refusal;
pub mod relay;
pub mod setup;
pub mod status;
pub mod url;
pub mod wait;
mod watch;
pub mod watch_host;

use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::config::secrets;
use crate::http::{StartupView, StatusView};
use crate::runtime::exit::CommandFailure;

/// Longer than a long poll of 25 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);

/// The control API of the running service.
struct ControlApi {
    url: String,
    token: Option<String>,
    client: reqwest::Client,
}

#[cfg(test)]
impl ControlApi {
    /// Serves the router in the sidecar's place.
    async fn of_a_test(router: axum::Router) -> Self {
        Self {
            url: format!("http://{}", crate::test_server::serve(router).await),
            token: Some("control".to_owned()),
            client: crate::http_client::local_client(Duration::from_secs(5)).expect("a client"),
        }
    }
}

impl ControlApi {
    /// Uses `SIDELINK_URL`, or else this container's control port.
    fn from_env() -> Result<Self, CommandFailure> {
        Self::at(None)
    }

    /// Uses another URL with the same token.
    fn at(url: Option<&str>) -> Result<Self, CommandFailure> {
        let set = std::env::var("SIDELINK_URL")
            .ok()
            .filter(|url| !url.is_empty());
        let url = url.map(str::to_owned).or(set);
        let token = secrets::read(&folder(), secrets::file::CONTROL_TOKEN)
            .ok()
            .map(|token| token.to_string());
        let client =
            crate::http_client::local_client(REQUEST_TIMEOUT).map_err(CommandFailure::config)?;
        Ok(Self {
            url: url.unwrap_or_else(|| "http://127.0.0.1:8788".to_owned()),
            token,
            client,
        })
    }

    /// Returns the status once its sequence is above `after`, or after 25 s.
    async fn status(&self, after: Option<u64>) -> Result<StatusView, CommandFailure> {
        let after = after
            .map(|after| format!("?after={after}&wait=25s"))
            .unwrap_or_default();
        self.get(&format!("/status{after}")).await
    }

    /// Returns what a tunnel waits for, as [`Self::status`] does; needs no token.
    async fn startup(&self, after: Option<u64>) -> Result<StartupView, CommandFailure> {
        let after = after
            .map(|after| format!("?after={after}&wait=25s"))
            .unwrap_or_default();
        self.get(&format!("/startup{after}")).await
    }

    /// Wakes a suspended tunnel.
    async fn wake(&self) -> Result<(), CommandFailure> {
        let _: serde_json::Value = self.post("/tunnel/wake").await?;
        Ok(())
    }

    /// Returns the status after a verification that is at most 5 s old.
    async fn verify(&self) -> Result<StatusView, CommandFailure> {
        self.post("/verify").await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CommandFailure> {
        self.ask(Method::GET, path).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, CommandFailure> {
        self.ask(Method::POST, path).await
    }

    /// Creates a request, with the token where one exists.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends the request. Returns every answer but the 401 for a missing token.
    async fn send(&self, request: RequestBuilder) -> Result<Response, CommandFailure> {
        let answer = request.send().await.map_err(|error| {
            let why = if error.is_connect() { "connection refused" } else { "no answer" };
            CommandFailure::unavailable(format!(
                "the sidecar does not answer at {} ({why}): start the stack with `docker compose up -d`",
                self.url
            ))
        })?;
        if answer.status() == StatusCode::UNAUTHORIZED && self.token.is_none() {
            return Err(CommandFailure::denied(format!(
                "the sidecar requires its token, which is not in {}: run `docker compose exec sidecar sidelink …`",
                folder().display()
            )));
        }
        Ok(answer)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
    ) -> Result<T, CommandFailure> {
        let answer = self.send(self.request(method, path)).await?;
        match answer.status() {
            StatusCode::OK | StatusCode::ACCEPTED => Ok(answer.json().await?),
            _ => Err(refusal::failure(self, answer).await),
        }
    }
}

fn folder() -> PathBuf {
    std::env::var_os("SIDELINK_SECRETS")
        .filter(|path| !path.is_empty())
        .map_or_else(|| "/secrets".into(), PathBuf::from)
}

/// Returns the language of the terminal: `SIDELINK_LANG`, or else the locale.
fn lang() -> sidelink_diagnostics::Lang {
    let set = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    sidelink_diagnostics::Lang::from_tag(
        &set("SIDELINK_LANG")
            .or_else(|| set("LANG"))
            .unwrap_or_default(),
    )
}
