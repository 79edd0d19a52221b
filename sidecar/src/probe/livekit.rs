//! LiveKit: that the node is ready, and that it takes our key, our secret and our clock.

use reqwest::Client;

use super::http::{send, text, wrong};
use crate::diagnosis::answer::{not_livekit, of_livekit};
use crate::diagnosis::edge::quote;
use crate::livekit_token::for_probe;
use crate::model::{Address, Finding, Outcome};
use crate::secrets::Secrets;

/// `/rtc` without an upgrade is 404 and proves nothing; `/rtc/validate` joins nothing and proves routing, key and clock.
pub(super) async fn probe(client: &Client, at: &Address, secrets: &Secrets) -> Outcome {
    let root = format!("http://{at}/");
    let response = send(client.get(&root), &root).await?;
    let status = response.status();
    let said = text(response, &root).await?;
    if !status.is_success() || said.trim() != "OK" {
        return Err(of_livekit(status, &said).unwrap_or_else(|| not_livekit(status, &said)));
    }
    let validate = format!("http://{at}/rtc/validate");
    let token = for_probe(secrets).map_err(|error| wrong(&validate, error.to_string()))?;
    let response = send(client.get(&validate).bearer_auth(token), &validate).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(Finding::Works);
    }
    let said = text(response, &validate).await?;
    Err(of_livekit(status, &said).unwrap_or_else(|| wrong(&validate, quote(status, &said))))
}
