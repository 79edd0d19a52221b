//! One request whose path goes out exactly as it is written: every HTTP client at hand takes `..` out of a
//! path before it sends it, and what a gateway makes of `..` is the question.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Answer, MAX_BODY};

/// `GET`, over a connection of its own, to the first address that takes it.
pub(super) async fn get(
    tls: Option<&ClientConfig>,
    addresses: &[SocketAddr],
    host: &str,
    path: &str,
) -> io::Result<Answer> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    let mut tcp = TcpStream::connect(addresses).await?;
    let bytes = match tls {
        Some(config) => over_tls(&mut tcp, config, host, request.as_bytes()).await?,
        None => over_tcp(&mut tcp, request.as_bytes()).await?,
    };
    parse(&bytes).ok_or_else(|| io::Error::other("not an answer of HTTP"))
}

async fn over_tcp(tcp: &mut TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    tcp.write_all(request).await?;
    let mut bytes = Vec::new();
    tcp.take(MAX_BODY as u64).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// rustls turns bytes into bytes; carrying them is ours.
async fn over_tls(
    tcp: &mut TcpStream,
    config: &ClientConfig,
    host: &str,
    request: &[u8],
) -> io::Result<Vec<u8>> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut tls =
        ClientConnection::new(Arc::new(config.clone()), name).map_err(io::Error::other)?;
    // Kept until the handshake is done.
    io::Write::write_all(&mut tls.writer(), request)?;
    let mut received = vec![0; 16 * 1024];
    let mut bytes = Vec::new();
    while bytes.len() < MAX_BODY {
        while tls.wants_write() {
            let mut out = Vec::new();
            tls.write_tls(&mut out)?;
            tcp.write_all(&out).await?;
        }
        let count = match tcp.read(&mut received).await {
            // A connection that breaks off has told what it has told.
            Err(_) if !bytes.is_empty() => break,
            other => other?,
        };
        let mut over = count == 0;
        let mut rest = &received[..count];
        while !rest.is_empty() {
            tls.read_tls(&mut rest)?;
            let state = tls.process_new_packets().map_err(io::Error::other)?;
            let begin = bytes.len();
            bytes.resize(begin + state.plaintext_bytes_to_read(), 0);
            io::Read::read_exact(&mut tls.reader(), &mut bytes[begin..])?;
            over |= state.peer_has_closed();
        }
        if over {
            break;
        }
    }
    Ok(bytes)
}

/// As much of an answer as signs are looked for in; a chunked body keeps its chunks' lengths.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::try_from(value.trim()),
        ) else {
            continue;
        };
        headers.append(name, value);
    }
    // A chunk's length stands before what it holds.
    let body = match (headers.get("transfer-encoding"), body.split_once("\r\n")) {
        (Some(_), Some((_, chunk))) => chunk,
        _ => body,
    };
    Some(Answer {
        status: StatusCode::try_from(status).ok()?,
        headers,
        body: body.to_owned(),
    })
}
