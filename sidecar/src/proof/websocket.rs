//! A WebSocket to LiveKit, through the link.

use reqwest::header::{CONNECTION, UPGRADE};
use reqwest::{Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::visit::{Visit, behind};
use super::{REQUEST, Step, Trouble};
use crate::diagnosis::edge::{of_the_edge, quote};
use crate::model::LayerKind;
use crate::probe::client::innermost;
use crate::probe::http::text;
use crate::probe::marker::{Seen, seen};
use crate::reason::Outside;

const PATH: &str = "/rtc";
/// Key and answer of RFC 6455's own example: the pair only tells a WebSocket's server from a cache.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// An empty close frame, masked with zeros as a client's frames must be.
const CLOSE: [u8; 6] = [0x88, 0x80, 0, 0, 0, 0];

impl Visit<'_> {
    /// Joins the room of probes, unseen, waits for LiveKit's first message, and leaves.
    pub(super) async fn websocket(&self, token: &str) -> Step<String> {
        let request = self
            .get(PATH)
            .bearer_auth(token)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", KEY);
        let response = request
            .send()
            .await
            .map_err(|error| none(innermost(&error)))?;
        let accepted = response.headers().get("sec-websocket-accept");
        if response.status() != StatusCode::SWITCHING_PROTOCOLS
            || accepted.is_none_or(|accept| accept != ACCEPT)
        {
            return Err(refused(response, self.instance()).await);
        }
        match timeout(REQUEST, first_message(response)).await {
            Ok(Ok(())) => Ok("101, LiveKit's first message".to_owned()),
            Ok(Err(error)) => Err(none(error.to_string())),
            Err(_) => Err(none("101, and then nothing".to_owned())),
        }
    }
}

async fn first_message(response: Response) -> anyhow::Result<()> {
    let mut stream = response.upgrade().await?;
    let mut frame = [0; 2];
    stream.read_exact(&mut frame).await?;
    stream.write_all(&CLOSE).await?;
    stream.flush().await?;
    // The close frame is on its way once the other side has hung up, or soon after.
    stream.shutdown().await?;
    Ok(())
}

async fn refused(response: Response, instance: &str) -> Trouble {
    let status = response.status();
    if seen(response.headers(), instance) == Seen::Preparing {
        return Trouble::outside(LayerKind::Livekit, behind(PATH));
    }
    let headers = response.headers().clone();
    let body = text(response, PATH).await.unwrap_or_default();
    match of_the_edge(status, &headers, &body) {
        Some((at, reason)) => Trouble { at, reason },
        None => none(quote(status, &body)),
    }
}

fn none(got: String) -> Trouble {
    Trouble::outside(LayerKind::WebSocket, Outside::NoWebSocket { got })
}
