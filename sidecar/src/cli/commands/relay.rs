//! `sidelink relay`: forwards connections to an app in another Compose project. It is in both networks. No other
//! container of this stack joins the app's network, where its name could be taken for one of the app's services.
//!
//! It forwards bytes unchanged. It looks the name up at each connection, because a recreated container has another
//! address.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::runtime::descriptors;
use crate::runtime::exit::CommandFailure;
use sidelink_core::Address;

/// The gateway's own limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// 16 KiB each: half of the memory that the container may have.
const MAX_CONNECTIONS: u64 = 4_000;
/// Descriptors beside the connections.
const OTHER_DESCRIPTORS: u64 = 64;

/// Forwards connections until SIGTERM; with `check`, opens one and prints the result.
pub async fn run(to: &str, network: &str, port: u16, check: bool) -> Result<(), CommandFailure> {
    let to = address(to).map_err(CommandFailure::config)?;
    if check {
        return match connect(&to, network).await {
            Ok(_) => Ok(()),
            Err(why) => {
                println!("{why}");
                Err(CommandFailure::silent())
            }
        };
    }
    let max = max_connections(descriptors::raise());
    let mut stop = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    tokio::select! {
        _ = stop.recv() => Ok(()),
        () = relay(listener, Arc::new(to), Arc::from(network), max) => Ok(()),
    }
}

/// Returns the limit of connections, which need two descriptors each.
fn max_connections(descriptors: u64) -> usize {
    let max = (descriptors.saturating_sub(OTHER_DESCRIPTORS) / 2).min(MAX_CONNECTIONS);
    usize::try_from(max).unwrap_or(usize::MAX)
}

async fn relay(listener: TcpListener, to: Arc<Address>, network: Arc<str>, max: usize) {
    let permits = Arc::new(Semaphore::new(max));
    loop {
        let Ok((mut visitor, _)) = listener.accept().await else {
            continue; // the visitor has closed it already
        };
        // Closed at once: in the kernel's queue the gateway would wait for an answer that never comes.
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            continue;
        };
        let (to, network) = (Arc::clone(&to), Arc::clone(&network));
        tokio::spawn(async move {
            let _permit = permit;
            if let Ok(mut app) = connect(&to, &network).await {
                let _ = (visitor.set_nodelay(true), app.set_nodelay(true));
                let _ = copy_bidirectional(&mut visitor, &mut app).await;
            }
        });
    }
}

async fn connect(to: &Address, network: &str) -> Result<TcpStream, String> {
    let at = look_up(to, network).await.ok_or_else(|| {
        format!(
            "{} has no address in the network {network}: start it in that network; see docker network inspect {network}",
            to.host
        )
    })?;
    match timeout(CONNECT_TIMEOUT, TcpStream::connect(at)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(format!(
            "{to} does not accept a connection ({error}): make it listen on 0.0.0.0, port {}",
            to.port
        )),
        Err(_) => Err(format!(
            "{to} does not accept a connection within {} s",
            CONNECT_TIMEOUT.as_secs()
        )),
    }
}

/// Looks up `app.theirs_default` first, because the plain name may be one of this stack.
async fn look_up(to: &Address, network: &str) -> Option<SocketAddr> {
    for name in [format!("{}.{network}", to.host), to.host.clone()] {
        if let Ok(mut found) = lookup_host((name, to.port)).await
            && let Some(at) = found.next()
        {
            return Some(at);
        }
    }
    None
}

fn address(text: &str) -> anyhow::Result<Address> {
    let parts = text.rsplit_once(':');
    let parts =
        parts.and_then(|(host, port)| Some((host, port.parse().ok().filter(|&port| port != 0)?)));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match parts {
        Some((host, port)) if !host.is_empty() && host.chars().all(plain) => Ok(Address {
            host: host.to_owned(),
            port,
        }),
        _ => anyhow::bail!(
            "SIDELINK_APP is {text:?}: use a service's name and its port, e.g. SIDELINK_APP=web:8000"
        ),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Starts an app, and a relay before it that takes one connection.
    async fn relayed() -> (TcpListener, SocketAddr) {
        let app = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let to = Address {
            host: "127.0.0.1".to_owned(),
            port: app.local_addr().expect("bound").port(),
        };
        let ours = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = ours.local_addr().expect("bound");
        tokio::spawn(relay(ours, Arc::new(to), "none".into(), 1));
        (app, at)
    }

    #[tokio::test]
    async fn bytes_and_the_end_of_a_stream_are_forwarded() {
        let (app, at) = relayed().await;
        let mut visitor = TcpStream::connect(at).await.expect("listens");
        visitor.write_all(b"GET").await.expect("writes");
        visitor.shutdown().await.expect("ends its half");
        let (mut taken, _) = app.accept().await.expect("is connected");
        let mut asked = String::new();
        taken
            .read_to_string(&mut asked)
            .await
            .expect("reads to the end");
        taken.write_all(b"200").await.expect("answers");
        drop(taken);
        let mut answer = String::new();
        visitor
            .read_to_string(&mut answer)
            .await
            .expect("reads to the end");
        assert_eq!((asked.as_str(), answer.as_str()), ("GET", "200"));
    }

    #[tokio::test]
    async fn one_connection_too_many_is_closed_at_once() {
        let (app, at) = relayed().await;
        let _first = TcpStream::connect(at).await.expect("listens");
        let _taken = app.accept().await.expect("is connected");
        let mut second = TcpStream::connect(at).await.expect("listens");
        let mut answer = Vec::new();
        assert_eq!(second.read_to_end(&mut answer).await.unwrap_or(0), 0);
        assert_eq!(
            (
                max_connections(1024),
                max_connections(1_000_000),
                max_connections(10)
            ),
            (480, 4_000, 0)
        );
    }

    #[tokio::test]
    async fn an_app_that_cannot_be_reached_is_named() {
        let closed = Address {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        let why = connect(&closed, "theirs")
            .await
            .expect_err("nothing listens");
        assert!(
            why.starts_with("127.0.0.1:1 does not accept a connection"),
            "{why}"
        );
        let nameless = Address {
            host: "missing.invalid".to_owned(),
            port: 80,
        };
        let why = connect(&nameless, "theirs")
            .await
            .expect_err("no such name");
        assert!(why.contains("no address in the network theirs"), "{why}");
    }

    #[test]
    fn an_app_is_a_name_and_a_port() {
        assert_eq!(address("web:8000").expect("is one").to_string(), "web:8000");
        for bad in ["web", "web:", "web:0", ":80", "http://web:80", "we b:80"] {
            assert!(
                address(bad)
                    .expect_err(bad)
                    .to_string()
                    .contains("SIDELINK_APP"),
                "{bad}"
            );
        }
    }
}
