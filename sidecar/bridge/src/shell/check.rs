//! `sidelink bridge --check`: Docker's healthcheck of this container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::{Method, StatusCode};

use super::http_client;

/// The bridge does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Nothing listens, or it does not answer.
    #[error("the bridge does not listen yet")]
    Silent,
    /// It answers something else.
    #[error("the bridge answers {0}")]
    Status(StatusCode),
}

/// Requests the health of the bridge that listens at this address of this container.
///
/// # Errors
///
/// Returns what it answered instead.
pub async fn check(listen: SocketAddr) -> Result<(), CheckError> {
    let status = http_client::status(&reached(listen).to_string(), Method::GET, "/", None).await;
    match status {
        Some(StatusCode::OK) => Ok(()),
        Some(status) => Err(CheckError::Status(status)),
        None => Err(CheckError::Silent),
    }
}

fn reached(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}
