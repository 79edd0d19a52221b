//! Our marker, seen at the gateway and seen from outside.

use reqwest::Client;

use super::http::{send, text};
use crate::model::{Address, Finding, Outcome};
use crate::reason::{Reason, shorten};

/// On every answer of the gateway, its errors included.
const MARKER: &str = "x-sidelink-instance";
/// On pages that stand in for a service that is not up: they carry the marker and prove nothing.
const PREPARING: &str = "x-sidelink-preparing";
/// The whole way, through gateway and sidecar, with a small answer.
const PATH: &str = "/sidelink/healthz";

/// Asked on the port for tunnels, as a tunnel would.
pub(super) async fn gateway(client: &Client, at: &Address, instance: &str) -> Outcome {
    marker(client, &format!("http://{at}{PATH}"), instance).await
}

/// Asked under the public name, through the tunnel's edge.
pub(super) async fn outside(client: &Client, host: &str, instance: &str) -> Outcome {
    marker(client, &format!("https://{host}{PATH}"), instance).await
}

async fn marker(client: &Client, url: &str, instance: &str) -> Outcome {
    let response = send(client.get(url), url).await?;
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let status = response.status();
    match header(MARKER) {
        Some(ours) if ours == instance && header(PREPARING).is_none() && status.is_success() => {
            Ok(Finding::Works)
        }
        Some(ours) if ours == instance => Err(Reason::WrongAnswer {
            asked: url.to_owned(),
            got: status.to_string(),
        }),
        Some(_) => Err(Reason::NotOurs {
            got: "another Sidelink".to_owned(),
        }),
        None => {
            let said = text(response, url).await.unwrap_or_default();
            Err(Reason::NotOurs {
                got: format!("{status} {}", shorten(&said, 60))
                    .trim_end()
                    .to_owned(),
            })
        }
    }
}
