//! Probes the gateway on its port for tunnels.

use reqwest::Client;

use super::http::send;
use super::instance_header::{HEALTHZ_PATH, Responder, responder};
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult, PublicUrlFault};

pub(super) async fn probe(client: &Client, at: &Address, instance: &str) -> ProbeResult {
    let url = format!("http://{at}{HEALTHZ_PATH}");
    let response = send(client.get(&url), &url).await?;
    let status = response.status();
    match responder(response.headers(), instance) {
        Responder::ThisStack if status.is_success() => Ok(Finding::Works),
        Responder::ThisStack | Responder::StandIn => {
            Err(super::http::wrong(&url, status.to_string()))
        }
        Responder::OtherSidelink => Err(Diagnosis::PublicUrl(PublicUrlFault::OtherSidelink)),
        Responder::Unknown => Err(Diagnosis::PublicUrl(PublicUrlFault::NotOurs {
            got: status.to_string(),
        })),
    }
}
