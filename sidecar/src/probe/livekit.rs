//! LiveKit: that the node is ready, and that it takes our key, our secret and our clock.

use reqwest::Client;

use super::http::{expect_ok, text, wrong};
use crate::livekit_token::for_probe;
use crate::model::{Address, Finding, Outcome};
use crate::secrets::Secrets;

/// `/rtc` without an upgrade is 404 and proves nothing; `/rtc/validate` joins nothing and proves routing, key and clock.
pub(super) async fn probe(client: &Client, at: &Address, secrets: &Secrets) -> Outcome {
    let root = format!("http://{at}/");
    let said = text(expect_ok(client.get(&root), &root).await?, &root).await?;
    if said.trim() != "OK" {
        return Err(wrong(
            &root,
            format!(
                "{:?}, which is not LiveKit",
                crate::reason::shorten(&said, 40)
            ),
        ));
    }
    let validate = format!("http://{at}/rtc/validate");
    let token = for_probe(secrets).map_err(|error| wrong(&validate, error.to_string()))?;
    expect_ok(client.get(&validate).bearer_auth(token), &validate).await?;
    Ok(Finding::Works)
}
