//! `sidelink watch-host`: watches the port of a service that runs on this machine outside Docker. It is in this machine's
//! network, so it distinguishes a service that does not run from one that no container reaches.
//!
//! Docker's health output is one line, which the sidecar reads: `watch-host <service> <port> <verdict>`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::ValueEnum;
use reqwest::Client;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::watch::print_changes;
use crate::http_client::local_client;
use crate::runtime::exit::CommandFailure;

/// Under this name in `extra_hosts` Docker gives the address at which containers reach this machine: a bridge's on Linux,
/// the virtual machine's gateway on Docker Desktop.
const CONTAINERS_REACH: &str = "containers-reach";
/// Three attempts fit into the healthcheck's 5 s.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The expected service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WatchedService {
    /// `GET /` is `OK` or, while it is busy, `Not Ready`.
    Livekit,
    /// Anything that accepts a connection; the sidecar probes its health path.
    App,
}

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PortReport {
    what: WatchedService,
    port: u16,
    verdict: PortVerdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PortVerdict {
    Ok,
    NotRunning,
    Loopback4Only,
    Loopback6Only,
    NotLivekit,
}

/// The listener at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listener {
    None,
    Expected,
    Another,
}

/// The addresses to check.
struct PortAddresses {
    /// The address at which containers reach this machine; `None` outside Docker.
    reach: Option<SocketAddr>,
    loopback4: SocketAddr,
    loopback6: SocketAddr,
}

/// Checks each second and prints each change, until SIGTERM; with `check`, checks once.
pub async fn run(what: WatchedService, port: u16, check: bool) -> Result<(), CommandFailure> {
    let client = local_client(CONNECT_TIMEOUT).map_err(CommandFailure::config)?;
    if check {
        let observed = PortAddresses::of(port).await.check(&client, what).await;
        println!("{observed}");
        return match observed.verdict {
            PortVerdict::Ok => Ok(()),
            _ => Err(CommandFailure::silent()),
        };
    }
    let check = async || PortAddresses::of(port).await.check(&client, what).await;
    Ok(print_changes(check).await?)
}

impl PortAddresses {
    async fn of(port: u16) -> Self {
        let reach = lookup_host((CONTAINERS_REACH, port)).await;
        Self {
            reach: reach.ok().and_then(|mut addresses| addresses.next()),
            loopback4: (Ipv4Addr::LOCALHOST, port).into(),
            loopback6: (Ipv6Addr::LOCALHOST, port).into(),
        }
    }

    /// The address that containers reach decides. Loopback is checked only to report why they reach nothing.
    async fn check(&self, client: &Client, what: WatchedService) -> PortReport {
        let candidates = [
            (self.reach, PortVerdict::Ok),
            (
                Some(self.loopback4),
                self.on_loopback(PortVerdict::Loopback4Only),
            ),
            (
                Some(self.loopback6),
                self.on_loopback(PortVerdict::Loopback6Only),
            ),
        ];
        let mut verdict = PortVerdict::NotRunning;
        for (at, found) in candidates {
            let Some(at) = at else { continue };
            match what.at(client, at).await {
                Listener::None => continue,
                Listener::Expected => verdict = found,
                Listener::Another => verdict = PortVerdict::NotLivekit,
            }
            break;
        }
        PortReport {
            what,
            port: self.loopback4.port(),
            verdict,
        }
    }

    /// Outside Docker, loopback is the only address.
    fn on_loopback(&self, found: PortVerdict) -> PortVerdict {
        self.reach.map_or(PortVerdict::Ok, |_| found)
    }
}

impl WatchedService {
    async fn at(self, client: &Client, at: SocketAddr) -> Listener {
        let listens = matches!(
            timeout(CONNECT_TIMEOUT, TcpStream::connect(at)).await,
            Ok(Ok(_))
        );
        match self {
            _ if !listens => Listener::None,
            Self::Livekit => livekit(client, at).await,
            Self::App => Listener::Expected,
        }
    }
}

/// Recognizes LiveKit by its two answers.
async fn livekit(client: &Client, at: SocketAddr) -> Listener {
    let Ok(mut response) = client.get(format!("http://{at}/")).send().await else {
        return Listener::Another;
    };
    let first = response.chunk().await.ok().flatten().unwrap_or_default();
    match first.trim_ascii() {
        b"OK" | b"Not Ready" => Listener::Expected,
        _ => Listener::Another,
    }
}

impl fmt::Display for PortReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            WatchedService::Livekit => "livekit",
            WatchedService::App => "app",
        };
        let verdict = match self.verdict {
            PortVerdict::Ok => "ok",
            PortVerdict::NotRunning => "not_running",
            PortVerdict::Loopback4Only => "loopback4_only",
            PortVerdict::Loopback6Only => "loopback6_only",
            PortVerdict::NotLivekit => "not_livekit",
        };
        write!(f, "watch-host {what} {} {verdict}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// An address of this machine other than its first loopback address, as a bridge's.
    const BRIDGE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

    /// Listens at `host` and answers every request with `body`. The port is free on all other addresses.
    async fn listens(host: &str, body: &'static str) -> u16 {
        let listener = TcpListener::bind((host, 0)).await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let _ = socket.read(&mut [0; 1024]).await;
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        port
    }

    async fn observed(what: WatchedService, port: u16) -> String {
        let addresses = PortAddresses {
            reach: Some((BRIDGE, port).into()),
            loopback4: (Ipv4Addr::LOCALHOST, port).into(),
            loopback6: (Ipv6Addr::LOCALHOST, port).into(),
        };
        let client = local_client(CONNECT_TIMEOUT).expect("a client");
        let line = addresses.check(&client, what).await.to_string();
        line.replace(&port.to_string(), "PORT")
    }

    #[tokio::test]
    async fn livekit_that_containers_reach_is_ok() {
        let port = listens("0.0.0.0", "OK").await;
        assert_eq!(
            observed(WatchedService::Livekit, port).await,
            "watch-host livekit PORT ok"
        );
        let busy = listens("0.0.0.0", "Not Ready").await;
        assert_eq!(
            observed(WatchedService::Livekit, busy).await,
            "watch-host livekit PORT ok"
        );
    }

    #[tokio::test]
    async fn livekit_on_loopback_is_distinguished_from_none() {
        let port = listens("127.0.0.1", "OK").await;
        assert_eq!(
            observed(WatchedService::Livekit, port).await,
            "watch-host livekit PORT loopback4_only"
        );
        assert_eq!(
            observed(WatchedService::Livekit, 1).await,
            "watch-host livekit PORT not_running"
        );
    }

    #[tokio::test]
    async fn loopback_of_the_other_family_is_reported() {
        let port = listens("::1", "OK").await;
        assert_eq!(
            observed(WatchedService::App, port).await,
            "watch-host app PORT loopback6_only"
        );
    }

    #[tokio::test]
    async fn another_program_on_livekits_port_is_reported() {
        for host in ["0.0.0.0", "127.0.0.1"] {
            let port = listens(host, "<html>hello").await;
            assert_eq!(
                observed(WatchedService::Livekit, port).await,
                "watch-host livekit PORT not_livekit"
            );
        }
    }

    #[tokio::test]
    async fn an_app_is_anything_that_accepts_a_connection() {
        let port = listens("0.0.0.0", "<html>hello").await;
        assert_eq!(
            observed(WatchedService::App, port).await,
            "watch-host app PORT ok"
        );
    }
}
