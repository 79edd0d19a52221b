//! A WebSocket to LiveKit, through the link.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONNECTION, UPGRADE};
use reqwest::{Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::http_checks::{Visit, behind};
use super::{REQUEST, Step, Trouble};
use crate::probe::client::innermost;
use crate::probe::http::text;
use crate::probe::marker::{Seen, observed};
use sidelink_core::LayerKind;
use sidelink_core::PublicUrlFault;
use sidelink_diagnostics::recognize::edge::{of_the_edge, quote};
use sidelink_diagnostics::shorten;

/// The app may have `/rtc` for itself.
const PATH: &str = "/sidelink/rtc";
/// Key and answer of RFC 6455's own example: the pair only tells a WebSocket's server from a cache.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// A `SignalResponse` of LiveKit's protocol begins with the tag of what it holds: here `join`, field 1, of a length
/// (livekit_rtc.proto). It is the first message of every connection that LiveKit takes.
const JOIN: u8 = 0x0a;
/// LiveKit's first message lists a room; the room of probes is empty.
const MAX_MESSAGE: usize = 256 * 1024;
/// The answer is there; leaving is a courtesy.
const LEAVE: Duration = Duration::from_millis(500);
/// Enough of what a program says to recognise it by.
const QUOTED: usize = 60;

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
        let stream = response.upgrade().await;
        let stream = stream.map_err(|error| none(innermost(&error)))?;
        match timeout(REQUEST, first_message(stream)).await {
            Ok(Ok(())) => Ok("101, LiveKit's first message".to_owned()),
            Ok(Err(got)) => Err(none(format!("101, and then {got}"))),
            Err(_) => Err(none("101, and then nothing".to_owned())),
        }
    }
}

/// Waits for LiveKit's first message and leaves. What came in its place is the error.
async fn first_message(stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), String> {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(limits)).await;
    loop {
        return match socket.next().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Ok(Message::Binary(message))) if message.first() == Some(&JOIN) => {
                let _ = timeout(LEAVE, socket.close(None)).await;
                Ok(())
            }
            Some(Ok(Message::Binary(_))) => Err("a message that is not LiveKit's".to_owned()),
            Some(Ok(Message::Text(text))) => Err(format!("text: {}", shorten(&text, QUOTED))),
            Some(Ok(Message::Close(frame))) => Err(closed(frame.as_ref())),
            Some(Err(error)) => Err(shorten(&error.to_string(), QUOTED)),
            None => Err("the end of the connection".to_owned()),
        };
    }
}

fn closed(frame: Option<&CloseFrame>) -> String {
    match frame {
        Some(CloseFrame { code, reason }) => {
            let told = format!("it was closed: {} {}", u16::from(*code), reason);
            shorten(&told, QUOTED)
        }
        None => "it was closed without a reason".to_owned(),
    }
}

async fn refused(response: Response, instance: &str) -> Trouble {
    let status = response.status();
    if observed(response.headers(), instance) == Seen::Preparing {
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
    Trouble::outside(LayerKind::WebSocket, PublicUrlFault::NoWebSocket { got })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::SinkExt;
    use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    use super::*;

    /// What comes of a server that sends these messages and then waits, or hangs up.
    async fn observed(messages: Vec<Message>, hangs_up: bool) -> Result<(), String> {
        let (ours, theirs) = duplex(1 << 20);
        let server = async move {
            let mut socket = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
            for message in messages {
                socket.send(message).await.expect("is sent");
            }
            match hangs_up {
                true => drop(socket),
                false => while let Some(Ok(_)) = socket.next().await {},
            }
        };
        against(ours, server).await
    }

    async fn against(ours: DuplexStream, server: impl Future<Output = ()>) -> Result<(), String> {
        let client = timeout(Duration::from_secs(3), first_message(ours));
        let (mut client, mut server) = (pin!(client), pin!(server));
        tokio::select! {
            biased;
            done = &mut client => done.unwrap_or(Err("nothing".to_owned())),
            () = &mut server => client.await.unwrap_or(Err("nothing".to_owned())),
        }
    }

    fn binary(bytes: &[u8]) -> Message {
        Message::Binary(bytes.to_vec().into())
    }

    fn refuses(code: CloseCode, reason: &'static str) -> Message {
        Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn livekits_join_counts_also_after_a_ping() {
        let join = || binary(&[JOIN, 2, 8, 1]);
        assert_eq!(observed(vec![join()], false).await, Ok(()));
        let ping = Message::Ping(vec![1].into());
        assert_eq!(observed(vec![ping, join()], false).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn anything_else_is_broken_and_says_what_it_was() {
        let long = "x".repeat(500);
        for (messages, hangs_up, got) in [
            (
                vec![binary(&[0x81, 0])],
                false,
                "a message that is not LiveKit's",
            ),
            (vec![binary(&[])], false, "a message that is not LiveKit's"),
            (
                vec![Message::Text("hello\u{1b}[31m".into())],
                false,
                "text: hello[31m",
            ),
            (
                vec![refuses(CloseCode::Policy, "not\u{7} allowed")],
                false,
                "it was closed: 1008 not allowed",
            ),
            (
                vec![Message::Close(None)],
                false,
                "it was closed without a reason",
            ),
            (vec![], false, "nothing"),
        ] {
            assert_eq!(observed(messages, hangs_up).await, Err(got.to_owned()));
        }
        assert!(observed(vec![], true).await.is_err());
        let told = observed(vec![Message::Text(long.into())], false).await;
        assert!(told.is_err_and(|told| told.len() < 80));
    }

    #[tokio::test(start_paused = true)]
    async fn two_bytes_of_anything_are_no_message() {
        let (ours, mut theirs) = duplex(64);
        let server = async move {
            theirs.write_all(b"HT").await.expect("is sent");
            theirs.shutdown().await.expect("hangs up");
        };
        assert!(against(ours, server).await.is_err());
    }
}
