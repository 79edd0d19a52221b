//! The gateway, asked on the port for tunnels, as a tunnel would.

use reqwest::Client;

use super::http::send;
use super::marker::{PATH, Seen, observed};
use sidelink_core::{Address, Finding, ProbeResult};
use sidelink_core::{Diagnosis, PublicUrlFault};

pub(super) async fn probe(client: &Client, at: &Address, instance: &str) -> ProbeResult {
    let url = format!("http://{at}{PATH}");
    let response = send(client.get(&url), &url).await?;
    let status = response.status();
    match observed(response.headers(), instance) {
        Seen::Ours if status.is_success() => Ok(Finding::Works),
        Seen::Ours | Seen::Preparing => Err(super::http::wrong(&url, status.to_string())),
        Seen::Another => Err(Diagnosis::PublicUrl(PublicUrlFault::OtherSidelink)),
        Seen::Nothing => Err(Diagnosis::PublicUrl(PublicUrlFault::NotOurs {
            got: status.to_string(),
        })),
    }
}
