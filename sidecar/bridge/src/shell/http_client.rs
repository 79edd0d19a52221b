//! One request whose status is the answer.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, HeaderValue};
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Time for the whole request. LiveKit waits some seconds itself.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Sends a GET request to a host and port. Returns `None` without an answer.
pub(super) async fn status(
    host: &str,
    path: &str,
    authorization: HeaderValue,
) -> Option<StatusCode> {
    timeout(TIMEOUT, ask(host, path, authorization))
        .await
        .ok()?
}

async fn ask(host: &str, path: &str, authorization: HeaderValue) -> Option<StatusCode> {
    let stream = TcpStream::connect(host).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    let request = Request::builder()
        .uri(path)
        .header(HOST, host)
        .header(AUTHORIZATION, authorization)
        .body(Empty::<Bytes>::new())
        .ok()?;
    tokio::select! {
        answer = sender.send_request(request) => Some(answer.ok()?.status()),
        _ = connection => None,
    }
}
