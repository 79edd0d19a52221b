//! `sidelink healthcheck`: the image has no shell and no other HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::config::settings::Settings;
use crate::runtime::exit::CommandFailure;

/// Requests `/healthz` of the service in this container.
pub async fn run() -> Result<(), CommandFailure> {
    let settings = Settings::from_env().map_err(CommandFailure::config)?;
    answers(settings.public_listen, "/healthz").await
}

/// Requests a path of the listener in this container.
pub(super) async fn answers(listening: SocketAddr, path: &str) -> Result<(), CommandFailure> {
    let client = crate::http_client::local_client(std::time::Duration::from_secs(2))
        .map_err(CommandFailure::config)?;
    client
        .get(format!("http://{}{path}", reached(listening)))
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}

/// Returns the address at which this container reaches its own listener.
fn reached(mut listening: SocketAddr) -> SocketAddr {
    if listening.ip().is_unspecified() {
        listening.set_ip(match listening.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listening
}

#[cfg(test)]
mod tests {
    use super::reached;

    #[test]
    fn the_healthcheck_uses_the_listener_of_the_settings() {
        for (listening, asked) in [
            ("0.0.0.0:8787", "127.0.0.1:8787"),
            ("[::]:9000", "[::1]:9000"),
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            let listening = listening.parse().expect("an address");
            assert_eq!(reached(listening).to_string(), asked);
        }
    }
}
