//! `sidelink docker-proxy --check`: Docker's healthcheck of this container.

use std::path::Path;

use anyhow::{Result, bail};
use http_body_util::{BodyExt, Limited};
use hyper::{Method, StatusCode};

use super::engine::{Engine, EngineError, READ_TIMEOUT};

/// Maximum length of an error body in bytes; the proxy's own messages are one sentence.
const MAX_MESSAGE: usize = 4096;

/// Sends `/_ping` to Docker through the proxy's own socket.
pub async fn check(listen: &Path) -> Result<()> {
    let proxy = Engine::at(listen.to_owned());
    let answer = match proxy.ask(Method::GET, "/_ping", READ_TIMEOUT).await {
        Ok(answer) => answer,
        Err(EngineError::Missing | EngineError::Silent) => {
            bail!("docker-proxy does not listen yet")
        }
        Err(error) => bail!("docker-proxy does not answer: {error}"),
    };
    if answer.status() == StatusCode::OK {
        return Ok(());
    }
    let body = Limited::new(answer.into_body(), MAX_MESSAGE)
        .collect()
        .await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    bail!(
        "{}",
        answer["message"]
            .as_str()
            .unwrap_or("Docker does not answer")
    )
}
