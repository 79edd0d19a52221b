//! One request whose path is sent exactly as written. reqwest removes `..` from a path, but hyper does not, and an
//! attacker's client does not either.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{ExposureResponse, read};

/// Sends `GET` over a separate connection to the first address that accepts it.
pub(super) async fn get(
    tls: Option<&Arc<ClientConfig>>,
    addresses: &[SocketAddr],
    host: &str,
    path: &str,
) -> Result<ExposureResponse> {
    let tcp = TcpStream::connect(addresses).await?;
    let response = match tls {
        Some(config) => {
            let name = ServerName::try_from(host.to_owned())?;
            let connector = TlsConnector::from(Arc::clone(config));
            send(connector.connect(name, tcp).await?, host, path).await?
        }
        None => send(tcp, host, path).await?,
    };
    Ok(read(response).await)
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    host: &str,
    path: &str,
) -> Result<Response<Incoming>> {
    let request = Request::get(path)
        .header(HOST, host)
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The task ends when the response has been read or dropped.
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}
