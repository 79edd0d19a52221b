//! Checks a WebSocket to LiveKit through the public URL.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONNECTION, UPGRADE};
use reqwest::{RequestBuilder, Response, StatusCode, Upgraded};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::http_checks::{HttpChecks, behind};
use super::{CheckResult, REQUEST_TIMEOUT, VerificationError};
use crate::http_client::innermost;
use crate::probe::http::text;
use crate::probe::instance_header::{Responder, responder};
use sidelink_core::{LayerKind, PublicUrlFault};
use sidelink_diagnostics::recognize::edge::{of_the_edge, quote};
use sidelink_diagnostics::shorten;

/// Path of the signalling; `/rtc` may belong to the app.
const PATH: &str = "/sidelink/rtc";
/// Key and answer of the example in RFC 6455; they only distinguish a WebSocket server from a cache.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Why no WebSocket opened.
pub(super) enum NoUpgrade {
    /// The connection's error.
    Connection(String),
    /// Another answer than 101.
    Refused(Box<Response>),
}
/// Tag of `join`, field 1 of `SignalResponse` (livekit_rtc.proto), the first message of each connection that LiveKit
/// accepts.
const JOIN: u8 = 0x0a;
/// Maximum size of a message in bytes. LiveKit's first message lists a room, and the probes' room is empty.
const MAX_MESSAGE: usize = 256 * 1024;
/// Time allowed for closing; the check has already passed.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);
/// Maximum length of a quoted message.
pub(super) const MAX_QUOTE: usize = 60;

impl HttpChecks<'_> {
    /// Joins the probes' room as a hidden participant, waits for LiveKit's first message, and leaves.
    pub(super) async fn websocket(&self, token: &str) -> CheckResult<String> {
        let stream = match upgrade(self.get(PATH).bearer_auth(token)).await {
            Ok(stream) => stream,
            Err(NoUpgrade::Connection(error)) => return Err(no_websocket(error)),
            Err(NoUpgrade::Refused(response)) => {
                return Err(refused(*response, self.instance_id()).await);
            }
        };
        match timeout(REQUEST_TIMEOUT, first_message(stream)).await {
            Ok(Ok(())) => Ok("101, LiveKit's first message".to_owned()),
            Ok(Err(got)) => Err(no_websocket(format!("101, and then {got}"))),
            Err(_) => Err(no_websocket("101, and then nothing".to_owned())),
        }
    }
}

/// Sends the request as a WebSocket's handshake.
pub(super) async fn upgrade(request: RequestBuilder) -> Result<Upgraded, NoUpgrade> {
    let request = request
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", KEY);
    let broken = |error| NoUpgrade::Connection(innermost(&error));
    let response = request.send().await.map_err(broken)?;
    let accepted = response.headers().get("sec-websocket-accept");
    if response.status() != StatusCode::SWITCHING_PROTOCOLS
        || accepted.is_none_or(|accept| accept != ACCEPT)
    {
        return Err(NoUpgrade::Refused(Box::new(response)));
    }
    response.upgrade().await.map_err(broken)
}

/// Opens the WebSocket on an upgraded connection, with a limit for each message.
pub(super) async fn opened<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> WebSocketStream<S> {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    WebSocketStream::from_raw_socket(stream, Role::Client, Some(limits)).await
}

/// Waits for LiveKit's first message and leaves. The error describes what arrived instead.
async fn first_message(stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), String> {
    let mut socket = opened(stream).await;
    match next_message(&mut socket).await? {
        Message::Binary(message) if message.first() == Some(&JOIN) => {
            let _ = timeout(CLOSE_TIMEOUT, socket.close(None)).await;
            Ok(())
        }
        Message::Text(text) => Err(format!("text: {}", shorten(&text, MAX_QUOTE))),
        _ => Err("a message that is not LiveKit's".to_owned()),
    }
}

/// Waits for a message with data. The error describes what arrived instead.
pub(super) async fn next_message<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
) -> Result<Message, String> {
    loop {
        return match socket.next().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Ok(Message::Close(frame))) => Err(closed(frame.as_ref())),
            Some(Ok(message)) => Ok(message),
            Some(Err(error)) => Err(shorten(&error.to_string(), MAX_QUOTE)),
            None => Err("the end of the connection".to_owned()),
        };
    }
}

fn closed(frame: Option<&CloseFrame>) -> String {
    match frame {
        Some(CloseFrame { code, reason }) => {
            let message = format!("it was closed: {} {}", u16::from(*code), reason);
            shorten(&message, MAX_QUOTE)
        }
        None => "it was closed without a reason".to_owned(),
    }
}

async fn refused(response: Response, instance: &str) -> VerificationError {
    let status = response.status();
    if responder(response.headers(), instance) == Responder::StandIn {
        return VerificationError::public_url(LayerKind::Livekit, behind(PATH));
    }
    let headers = response.headers().clone();
    let body = text(response, PATH).await.unwrap_or_default();
    match of_the_edge(status, &headers, &body) {
        Some((layer, reason)) => VerificationError { layer, reason },
        None => no_websocket(quote(status, &body)),
    }
}

fn no_websocket(got: String) -> VerificationError {
    VerificationError::public_url(LayerKind::WebSocket, PublicUrlFault::NoWebSocket { got })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::SinkExt;
    use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    use super::*;

    /// Returns the result against a server that sends these messages and then waits or closes the connection.
    async fn result(messages: Vec<Message>, hangs_up: bool) -> Result<(), String> {
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
    async fn livekits_join_is_accepted_even_after_a_ping() {
        let join = || binary(&[JOIN, 2, 8, 1]);
        assert_eq!(result(vec![join()], false).await, Ok(()));
        let ping = Message::Ping(vec![1].into());
        assert_eq!(result(vec![ping, join()], false).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn any_other_message_is_an_error_that_quotes_it() {
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
            assert_eq!(result(messages, hangs_up).await, Err(got.to_owned()));
        }
        assert!(result(vec![], true).await.is_err());
        let result = result(vec![Message::Text(long.into())], false).await;
        assert!(result.is_err_and(|got| got.len() < 80));
    }

    #[tokio::test(start_paused = true)]
    async fn two_bytes_are_not_a_message() {
        let (ours, mut theirs) = duplex(64);
        let server = async move {
            theirs.write_all(b"HT").await.expect("is sent");
            theirs.shutdown().await.expect("hangs up");
        };
        assert!(against(ours, server).await.is_err());
    }
}
