//! LiveKit's side: its HTTP port for signalling, and the UDP socket to its media port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderValue};
use prost::Message as _;
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::http_client;
use crate::signal::join;
use crate::signal::proto::{Request, Response, SignalRequest, SignalResponse};
use crate::wire::message::LeaveReason;

/// Time to connect, and to take the participant in.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// LiveKit is in the same network: a message that takes longer is not taken at all.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
/// Size of a message, bytes: fifty participants with 32 KiB of metadata each.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Why LiveKit does not take a participant in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JoinError {
    #[error("LiveKit does not answer")]
    Unreachable,
    #[error("LiveKit refuses the token")]
    Refused,
    #[error("LiveKit answers {0}")]
    Failed(StatusCode),
}

impl JoinError {
    /// Returns the reason for the page, and whether another attempt can work.
    pub(super) fn leave(self) -> (LeaveReason, bool) {
        match self {
            Self::Refused => (LeaveReason::Expired, false),
            Self::Unreachable | Self::Failed(_) => (LeaveReason::ServerUnreachable, true),
        }
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::Refused,
            status => Self::Failed(status),
        }
    }
}

/// A connection on which LiveKit's WebSocket is opened.
pub(super) struct Connection {
    stream: TcpStream,
    host: String,
}

/// The open WebSocket.
pub(super) struct SignalSocket(WebSocketStream<TcpStream>);

impl Connection {
    pub(super) async fn open(host: &str) -> Result<Self, JoinError> {
        let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(host)).await;
        let stream = stream.map_err(|_| JoinError::Unreachable)?;
        let stream = stream.map_err(|error| {
            tracing::warn!(%error, "cannot connect to LiveKit");
            JoinError::Unreachable
        })?;
        let _ = stream.set_nodelay(true);
        Ok(Self {
            stream,
            host: host.to_owned(),
        })
    }

    /// Joins. The token travels in a header, because URLs are logged.
    pub(super) async fn join(self, path: &str, token: &str) -> Result<SignalSocket, JoinError> {
        let url = format!("ws://{}{path}", self.host);
        let mut request = url
            .into_client_request()
            .map_err(|_| JoinError::Unreachable)?;
        let bearer = bearer(token).ok_or(JoinError::Refused)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE));
        let opened = client_async_with_config(request, self.stream, Some(config));
        let opened = timeout(CONNECT_TIMEOUT, opened).await;
        match opened.map_err(|_| JoinError::Unreachable)? {
            Ok((socket, _)) => Ok(SignalSocket(socket)),
            Err(Error::Http(response)) => Err(JoinError::of(response.status())),
            Err(_) => Err(JoinError::Unreachable),
        }
    }
}

/// Opens a UDP socket to LiveKit's media port. The kernel drops what others send to it.
pub(super) async fn media_socket(media: &str) -> io::Result<UdpSocket> {
    let addresses: Vec<SocketAddr> = lookup_host(media).await?.collect();
    let v4 = addresses.iter().find(|address| address.is_ipv4());
    let server = v4.or(addresses.first()).ok_or(io::ErrorKind::NotFound)?;
    let any: IpAddr = match server.ip() {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    Ok(socket)
}

impl SignalSocket {
    /// Returns the next message; `Some(None)` is one that the bridge does not read, `None` the end.
    pub(super) async fn next(&mut self) -> Option<Option<Response>> {
        match self.0.next().await? {
            Ok(Message::Binary(bytes)) => Some(
                SignalResponse::decode(bytes)
                    .ok()
                    .and_then(|response| response.message),
            ),
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(_) => Some(None),
        }
    }

    /// Sends a message. Returns false if LiveKit is gone.
    pub(super) async fn send(&mut self, request: Request) -> bool {
        let bytes = SignalRequest {
            message: Some(request),
        }
        .encode_to_vec();
        let sent = timeout(SEND_TIMEOUT, self.0.send(Message::Binary(bytes.into()))).await;
        matches!(sent, Ok(Ok(())))
    }

    /// Closes the socket.
    pub(super) async fn close(mut self) {
        let _ = timeout(SEND_TIMEOUT, self.0.close(None)).await;
    }
}

/// Asks whether LiveKit takes a participant with this token in.
pub(super) async fn validate(host: &str, token: &str) -> Result<(), JoinError> {
    let bearer = bearer(token).ok_or(JoinError::Refused)?;
    let path = join::validate_path();
    let status = http_client::status(host, &path, bearer).await;
    match status {
        Some(StatusCode::OK) => Ok(()),
        Some(status) => Err(JoinError::of(status)),
        None => Err(JoinError::Unreachable),
    }
}

fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}
