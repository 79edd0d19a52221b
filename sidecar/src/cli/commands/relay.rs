//! `sidelink relay`: stands in the app's place where the app is a container of another Compose project. It is in both
//! networks, so that nothing else of ours is in theirs, where our names would answer for their services.
//!
//! Bytes are passed on as they are; the name is looked up at each connection, since a container that is made anew has
//! another address.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::runtime::descriptors;
use crate::runtime::exit::Failure;
use sidelink_core::Address;

/// As long as the gateway waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// 16 KiB each: half of the memory that the container may have.
const MAX_CONNECTIONS: u64 = 4_000;
/// Descriptors beside the connections.
const OTHERS: u64 = 64;

/// Passes connections on until it is stopped; with `check`, opens one and says what came of it.
pub async fn run(to: &str, network: &str, port: u16, check: bool) -> Result<(), Failure> {
    let to = address(to).map_err(Failure::config)?;
    if check {
        return match connect(&to, network).await {
            Ok(_) => Ok(()),
            Err(why) => {
                println!("{why}");
                Err(Failure::silent())
            }
        };
    }
    let most = most(descriptors::raise());
    let mut stop = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    tokio::select! {
        _ = stop.recv() => Ok(()),
        () = relay(listener, Arc::new(to), Arc::from(network), most) => Ok(()),
    }
}

/// Two descriptors each.
fn most(descriptors: u64) -> usize {
    let most = (descriptors.saturating_sub(OTHERS) / 2).min(MAX_CONNECTIONS);
    usize::try_from(most).unwrap_or(usize::MAX)
}

async fn relay(listener: TcpListener, to: Arc<Address>, network: Arc<str>, most: usize) {
    let places = Arc::new(Semaphore::new(most));
    loop {
        let Ok((mut visitor, _)) = listener.accept().await else {
            continue; // he has hung up already
        };
        // Refused at once: in the kernel's queue the gateway would wait for an answer that never comes.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let (to, network) = (Arc::clone(&to), Arc::clone(&network));
        tokio::spawn(async move {
            let _place = place;
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
            "{} has no address in the network {network}: does it run, and is it in that network? docker network inspect {network}",
            to.host
        )
    })?;
    match timeout(CONNECT_TIMEOUT, TcpStream::connect(at)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(format!(
            "{to} takes no connection ({error}): does it listen on 0.0.0.0, port {}?",
            to.port
        )),
        Err(_) => Err(format!(
            "{to} takes no connection within {} s",
            CONNECT_TIMEOUT.as_secs()
        )),
    }
}

/// `app.theirs_default` is their `app`, whoever else is called so; a plain name may be ours.
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

    /// An app, and where the relay before it has room for one connection.
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
    async fn bytes_pass_both_ways_and_an_end_is_passed_on() {
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
    async fn one_too_many_is_ended_at_once() {
        let (app, at) = relayed().await;
        let _first = TcpStream::connect(at).await.expect("listens");
        let _taken = app.accept().await.expect("is connected");
        let mut second = TcpStream::connect(at).await.expect("listens");
        let mut answer = Vec::new();
        assert_eq!(second.read_to_end(&mut answer).await.unwrap_or(0), 0);
        assert_eq!((most(1024), most(1_000_000), most(10)), (480, 4_000, 0));
    }

    #[tokio::test]
    async fn who_is_not_there_is_named() {
        let nobody = Address {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        let why = connect(&nobody, "theirs")
            .await
            .expect_err("nobody listens");
        assert!(why.starts_with("127.0.0.1:1 takes no connection"), "{why}");
        let nameless = Address {
            host: "nobody.invalid".to_owned(),
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
