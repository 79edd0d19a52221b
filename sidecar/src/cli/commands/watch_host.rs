//! `sidelink watch-host`: stands in the place of a service that runs on this machine outside Docker. It looks at the port
//! from this machine's own network, so that "does not run" and "listens where no container reaches it" are told apart.
//!
//! Docker's health output is one line, which the sidecar reads: `watch-host <what> <port> <word>`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::ValueEnum;
use reqwest::Client;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::watch::print_changes;
use crate::probe::local_client;
use crate::runtime::exit::Failure;

/// By this name in `extra_hosts` Docker tells the address at which containers reach this machine: a bridge's on Linux,
/// the way out of the virtual machine on Docker Desktop.
const CONTAINERS_REACH: &str = "containers-reach";
/// Three looks fit into the healthcheck's 5 s.
const LIMIT: Duration = Duration::from_millis(1_500);

/// What is expected on the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// `GET /` is `OK` or, while it is busy, `Not Ready`.
    Livekit,
    /// Anything that takes a connection: the sidecar asks its health path itself.
    App,
}

/// What was seen, the word of it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    what: What,
    port: u16,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    NotRunning,
    Loopback4Only,
    Loopback6Only,
    NotLivekit,
}

/// What is at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Nothing,
    Expected,
    Another,
}

/// Where to look.
struct Places {
    /// Where containers knock; unknown outside Docker.
    reach: Option<SocketAddr>,
    loopback4: SocketAddr,
    loopback6: SocketAddr,
}

/// Looks each second and prints what changed, until it is stopped; with `check`, looks once.
pub async fn run(what: What, port: u16, check: bool) -> Result<(), Failure> {
    let client = local_client(LIMIT).map_err(Failure::config)?;
    if check {
        let observed = Places::of(port).await.look(&client, what).await;
        println!("{observed}");
        return match observed.verdict {
            Verdict::Ok => Ok(()),
            _ => Err(Failure::silent()),
        };
    }
    let look = async || Places::of(port).await.look(&client, what).await;
    Ok(print_changes(look).await?)
}

impl Places {
    async fn of(port: u16) -> Self {
        let reach = lookup_host((CONTAINERS_REACH, port)).await;
        Self {
            reach: reach.ok().and_then(|mut addresses| addresses.next()),
            loopback4: (Ipv4Addr::LOCALHOST, port).into(),
            loopback6: (Ipv6Addr::LOCALHOST, port).into(),
        }
    }

    /// What containers reach decides; the rest is looked at only to say why they reach nothing.
    async fn look(&self, client: &Client, what: What) -> Seen {
        let ways = [
            (self.reach, Verdict::Ok),
            (
                Some(self.loopback4),
                self.on_loopback(Verdict::Loopback4Only),
            ),
            (
                Some(self.loopback6),
                self.on_loopback(Verdict::Loopback6Only),
            ),
        ];
        let mut verdict = Verdict::NotRunning;
        for (at, found) in ways {
            let Some(at) = at else { continue };
            match what.at(client, at).await {
                At::Nothing => continue,
                At::Expected => verdict = found,
                At::Another => verdict = Verdict::NotLivekit,
            }
            break;
        }
        Seen {
            what,
            port: self.loopback4.port(),
            verdict,
        }
    }

    /// Where nobody said what containers reach, loopback is all that there is.
    fn on_loopback(&self, found: Verdict) -> Verdict {
        self.reach.map_or(Verdict::Ok, |_| found)
    }
}

impl What {
    async fn at(self, client: &Client, at: SocketAddr) -> At {
        let listens = matches!(timeout(LIMIT, TcpStream::connect(at)).await, Ok(Ok(_)));
        match self {
            _ if !listens => At::Nothing,
            Self::Livekit => livekit(client, at).await,
            Self::App => At::Expected,
        }
    }
}

/// Something listens there; LiveKit says two words and no others.
async fn livekit(client: &Client, at: SocketAddr) -> At {
    let Ok(mut response) = client.get(format!("http://{at}/")).send().await else {
        return At::Another;
    };
    let first = response.chunk().await.ok().flatten().unwrap_or_default();
    match first.trim_ascii() {
        b"OK" | b"Not Ready" => At::Expected,
        _ => At::Another,
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Livekit => "livekit",
            What::App => "app",
        };
        let word = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::NotRunning => "not_running",
            Verdict::Loopback4Only => "loopback4_only",
            Verdict::Loopback6Only => "loopback6_only",
            Verdict::NotLivekit => "not_livekit",
        };
        write!(f, "watch-host {what} {} {word}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// An address of this machine that is not its first loopback address, as a bridge's is not.
    const BRIDGE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

    /// Listens at `host` and answers everything with `body`; the port is free on all other addresses.
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

    async fn observed(what: What, port: u16) -> String {
        let places = Places {
            reach: Some((BRIDGE, port).into()),
            loopback4: (Ipv4Addr::LOCALHOST, port).into(),
            loopback6: (Ipv6Addr::LOCALHOST, port).into(),
        };
        let client = local_client(LIMIT).expect("a client");
        let told = places.look(&client, what).await.to_string();
        told.replace(&port.to_string(), "PORT")
    }

    #[tokio::test]
    async fn livekit_that_containers_reach_is_fine() {
        let port = listens("0.0.0.0", "OK").await;
        assert_eq!(
            observed(What::Livekit, port).await,
            "watch-host livekit PORT ok"
        );
        let busy = listens("0.0.0.0", "Not Ready").await;
        assert_eq!(
            observed(What::Livekit, busy).await,
            "watch-host livekit PORT ok"
        );
    }

    #[tokio::test]
    async fn livekit_on_loopback_is_told_from_none_at_all() {
        let port = listens("127.0.0.1", "OK").await;
        assert_eq!(
            observed(What::Livekit, port).await,
            "watch-host livekit PORT loopback4_only"
        );
        assert_eq!(
            observed(What::Livekit, 1).await,
            "watch-host livekit PORT not_running"
        );
    }

    #[tokio::test]
    async fn loopback_of_the_other_family_is_told() {
        let port = listens("::1", "OK").await;
        assert_eq!(
            observed(What::App, port).await,
            "watch-host app PORT loopback6_only"
        );
    }

    #[tokio::test]
    async fn another_program_on_livekits_port_is_told() {
        for host in ["0.0.0.0", "127.0.0.1"] {
            let port = listens(host, "<html>hello").await;
            assert_eq!(
                observed(What::Livekit, port).await,
                "watch-host livekit PORT not_livekit"
            );
        }
    }

    #[tokio::test]
    async fn an_app_is_whatever_takes_a_connection() {
        let port = listens("0.0.0.0", "<html>hello").await;
        assert_eq!(observed(What::App, port).await, "watch-host app PORT ok");
    }
}
