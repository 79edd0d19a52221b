//! Checks the bridge through the public URL: it answers over a WebSocket, and LiveKit accepts the token that it passes on.

use futures_util::SinkExt;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::REQUEST_TIMEOUT;
use super::http_checks::HttpChecks;
use super::websocket::{MAX_QUOTE, NoUpgrade, next_message, opened, upgrade};
use sidelink_core::Diagnosis;
use sidelink_diagnostics::shorten;

/// Path of the bridge, also where the app has all other paths.
const PATH: &str = "/sidelink/media";
const SUBPROTOCOL: &str = "sidelink-media.1";
/// Code of each fault.
const CODE: &str = "media_tunnel_broken";

/// The bridge's answer to `diagnose`: see docs/media-protocol.md.
#[derive(Deserialize)]
struct Diagnosed {
    ok: bool,
    #[serde(default)]
    reason: Option<String>,
}

impl HttpChecks<'_> {
    /// Asks the bridge whether it reaches LiveKit. No fault of it makes the public URL unusable.
    pub(super) async fn media(&self, token: &str) -> Result<String, Diagnosis> {
        let request = self.get(PATH).header("sec-websocket-protocol", SUBPROTOCOL);
        let stream = match upgrade(request).await {
            Ok(stream) => stream,
            Err(NoUpgrade::Connection(error)) => return Err(broken(&error)),
            Err(NoUpgrade::Refused(response)) => {
                return Err(refused(response.status().as_str(), response.headers()));
            }
        };
        match timeout(REQUEST_TIMEOUT, diagnosis(stream, token)).await {
            Ok(Ok(())) => Ok("101, LiveKit accepts the token".to_owned()),
            Ok(Err(got)) => Err(broken(&format!("101, and then {got}"))),
            Err(_) => Err(broken("101, and then nothing")),
        }
    }
}

async fn diagnosis(stream: impl AsyncRead + AsyncWrite + Unpin, token: &str) -> Result<(), String> {
    let mut socket = opened(stream).await;
    let question = json!({ "type": "diagnose", "token": token }).to_string();
    let sent = socket.send(Message::text(question)).await;
    sent.map_err(|error| shorten(&error.to_string(), MAX_QUOTE))?;
    match next_message(&mut socket).await? {
        Message::Text(text) => read(&text),
        _ => Err("a message that is not the bridge's".to_owned()),
    }
}

fn read(text: &str) -> Result<(), String> {
    match serde_json::from_str::<Diagnosed>(text) {
        Ok(Diagnosed { ok: true, .. }) => Ok(()),
        Ok(Diagnosed { reason, .. }) => Err(shorten(&reason.unwrap_or_default(), MAX_QUOTE)),
        Err(_) => Err(shorten(text, MAX_QUOTE)),
    }
}

/// Returns the diagnosis of another answer than 101. The gateway's own has a header, and means that the bridge is down.
fn refused(status: &str, headers: &HeaderMap) -> Diagnosis {
    match headers.contains_key("x-sidelink-preparing") {
        true => broken(&format!("{status}, the bridge does not answer")),
        false => broken(status),
    }
}

fn broken(detail: &str) -> Diagnosis {
    Diagnosis::of_code(CODE, detail)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use tokio::io::duplex;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;

    /// Returns the result against a bridge that answers each question with this message.
    async fn against(answer: Message) -> Result<(), String> {
        let (ours, theirs) = duplex(1 << 16);
        let bridge = async move {
            let mut socket = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
            let question = socket.next().await.expect("a question").expect("arrives");
            let question = question.into_text().expect("text");
            assert_eq!(question.as_str(), r#"{"token":"t","type":"diagnose"}"#);
            socket.send(answer).await.expect("is sent");
        };
        tokio::join!(diagnosis(ours, "t"), bridge).0
    }

    #[tokio::test]
    async fn the_bridge_reports_whether_livekit_accepts_the_token() {
        let text = |text: &'static str| against(Message::text(text));
        assert_eq!(text(r#"{"type":"diagnosed","ok":true}"#).await, Ok(()));
        let refused = r#"{"type":"diagnosed","ok":false,"reason":"401"}"#;
        assert_eq!(text(refused).await, Err("401".to_owned()));
        assert_eq!(text("hello").await, Err("hello".to_owned()));
        assert!(against(Message::binary(vec![1])).await.is_err());
        assert!(against(Message::Close(None)).await.is_err());
    }
}
