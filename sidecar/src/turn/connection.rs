//! Carries an exchange to a TURN server over UDP, TCP or TLS.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::Failure;
use super::exchange::{Exchange, Step, TurnUser};
use crate::ice::url::{IceUrl, Transport};
use sidelink_core::TurnFault;
use sidelink_diagnostics::shorten;

/// Wait until a request is repeated over UDP, which doubles each time: RFC 8489, section 6.2.1.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest message; an answer to an Allocate has up to 200 bytes.
const MAX_MESSAGE: usize = 1500;
/// The header of a message, with its length at bytes 2 and 3.
const HEADER: usize = 20;
/// Maximum length of a quoted error.
const MAX_QUOTE: usize = 80;

/// Takes a relay of the server and gives it back, within this time.
pub(super) async fn try_server(
    at: &IceUrl,
    user: TurnUser,
    tls: &Arc<ClientConfig>,
    limit: Duration,
) -> Result<(), Failure> {
    let deadline = Instant::now() + limit;
    let no_answer = format!("no answer in {} s", limit.as_secs());
    let no_dns = |why: &str| Failure::new(TurnFault::NoDns, why);
    let to = timeout_at(deadline, address(at)).await;
    let to = to.map_err(|_| no_dns(&no_answer))?;
    let to = to.map_err(|error| no_dns(&quoted(&error)))?;
    let mut exchange = Exchange::new(user)?;
    let talk = async {
        match (at.is_secure, at.transport) {
            (false, Some(Transport::Tcp)) => over_tcp(to, &mut exchange).await,
            (false, _) => over_udp(to, &mut exchange).await,
            (true, _) => over_tls(at, to, tls, &mut exchange).await,
        }
    };
    let talked = timeout_at(deadline, talk).await;
    talked.unwrap_or_else(|_| exchange.ended(&no_answer))
}

/// Returns the server's address, of IPv4 where it has one: most networks of containers have no other.
async fn address(at: &IceUrl) -> io::Result<SocketAddr> {
    let addresses: Vec<_> = lookup_host((&*at.host, at.port)).await?.collect();
    let ipv4 = addresses.iter().find(|address| address.is_ipv4());
    let address = ipv4.or_else(|| addresses.first()).copied();
    address.ok_or_else(|| io::Error::other("it has no address"))
}

async fn over_udp(to: SocketAddr, exchange: &mut Exchange) -> Result<(), Failure> {
    let result = send_datagrams(to, exchange).await;
    result.unwrap_or_else(|error| exchange.ended(&quoted(&error)))
}

async fn send_datagrams(
    to: SocketAddr,
    exchange: &mut Exchange,
) -> io::Result<Result<(), Failure>> {
    let own: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    // The kernel then drops what any other address sends.
    socket.connect(to).await?;
    let mut message = vec![0; MAX_MESSAGE];
    let mut wait = FIRST_WAIT;
    socket.send(exchange.request()).await?;
    loop {
        let Ok(received) = timeout(wait, socket.recv(&mut message)).await else {
            socket.send(exchange.request()).await?;
            wait *= 2;
            continue;
        };
        match exchange.receive(&message[..received?]) {
            Step::Wait => {}
            Step::Send => {
                socket.send(exchange.request()).await?;
                wait = FIRST_WAIT;
            }
            Step::End(result) => return Ok(result),
        }
    }
}

async fn over_tcp(to: SocketAddr, exchange: &mut Exchange) -> Result<(), Failure> {
    match TcpStream::connect(to).await {
        Ok(stream) => over_stream(stream, exchange).await,
        Err(error) => exchange.ended(&quoted(&error)),
    }
}

async fn over_tls(
    at: &IceUrl,
    to: SocketAddr,
    tls: &Arc<ClientConfig>,
    exchange: &mut Exchange,
) -> Result<(), Failure> {
    let name = ServerName::try_from(at.host.clone())
        .map_err(|error| Failure::new(TurnFault::Tls, &error.to_string()))?;
    let stream = match TcpStream::connect(to).await {
        Ok(stream) => stream,
        Err(error) => return exchange.ended(&quoted(&error)),
    };
    let connector = TlsConnector::from(Arc::clone(tls));
    match connector.connect(name, stream).await {
        Ok(stream) => over_stream(stream, exchange).await,
        Err(error) => match of_tls(&error) {
            Some(failure) => Err(failure),
            None => exchange.ended(&quoted(&error)),
        },
    }
}

/// Returns the failure of a handshake; `None` where the connection failed.
fn of_tls(error: &io::Error) -> Option<Failure> {
    let tls: &rustls::Error = error.get_ref()?.downcast_ref()?;
    let fault = match tls {
        rustls::Error::InvalidMessage(_) => TurnFault::NotTurn, // it speaks no TLS
        _ => TurnFault::Tls,
    };
    Some(Failure::new(fault, &shorten(&tls.to_string(), MAX_QUOTE)))
}

async fn over_stream(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    exchange: &mut Exchange,
) -> Result<(), Failure> {
    let result = send_messages(&mut stream, exchange).await;
    result.unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => exchange.ended("it closed the connection"),
        io::ErrorKind::InvalidData => Err(Failure::new(TurnFault::NotTurn, "")),
        _ => exchange.ended(&quoted(&error)),
    })
}

async fn send_messages(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    exchange: &mut Exchange,
) -> io::Result<Result<(), Failure>> {
    send(stream, exchange.request()).await?;
    loop {
        let message = message(stream).await?;
        match exchange.receive(&message) {
            Step::Wait => {}
            Step::Send => send(stream, exchange.request()).await?,
            Step::End(result) => return Ok(result),
        }
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), request: &[u8]) -> io::Result<()> {
    stream.write_all(request).await?;
    stream.flush().await
}

/// Reads a message. After anything else, where the next one begins is not known: that is invalid data.
async fn message(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut message = vec![0; HEADER];
    stream.read_exact(&mut message).await?;
    let length = usize::from(u16::from_be_bytes([message[2], message[3]]));
    let is_stun =
        message[0] < 0x40 && message[4..8] == stun_types::message::MAGIC_COOKIE.to_be_bytes();
    if !is_stun || HEADER + length > MAX_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    message.resize(HEADER + length, 0);
    stream.read_exact(&mut message[HEADER..]).await?;
    Ok(message)
}

/// Returns the error without the system's number.
fn quoted(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    shorten(text, MAX_QUOTE)
}

#[cfg(test)]
mod tests;
