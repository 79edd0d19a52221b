//! Probes the bridge: it answers, and a setting has not turned it off.

use reqwest::Client;
use serde::Deserialize;

use super::http::{expect_ok, text, wrong_body};
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult};

/// The bridge's health.
#[derive(Deserialize)]
struct Health {
    /// Phones at once; zero where media over the tunnel is off.
    limit: usize,
    /// Sent and received since it started.
    bytes: u64,
    /// Bytes a month that the tunnel carries, where it has a limit.
    quota: Option<u64>,
}

pub(super) async fn probe(client: &Client, at: &Address) -> ProbeResult {
    let url = format!("http://{at}/");
    let response = expect_ok(client.get(&url), &url).await?;
    let body = text(response, &url).await?;
    match serde_json::from_str(&body) {
        Ok(Health { limit: 0, .. }) => {
            Ok(Finding::Limited(Diagnosis::of_code("media_tunnel_off", "")))
        }
        Ok(Health { bytes, quota, .. }) => Ok(Finding::Bridge { bytes, quota }),
        Err(_) => Err(wrong_body(&url, &body)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::routing::get;

    use super::*;
    use crate::http_client::local_client;
    use crate::test_server::serve;

    async fn probed(health: &'static str) -> ProbeResult {
        let bridge = Router::new().route("/", get(move || async move { health }));
        let address = serve(bridge).await;
        let client = local_client(Duration::from_secs(2)).expect("a client");
        probe(&client, &address).await
    }

    #[tokio::test]
    async fn a_bridge_without_places_is_off() {
        let found = |bytes, quota| Ok(Finding::Bridge { bytes, quota });
        let health = r#"{"calls":6,"limit":6,"bytes":7,"quota":null}"#;
        assert_eq!(probed(health).await, found(7, None));
        let health = r#"{"calls":0,"limit":6,"bytes":0,"quota":1000}"#;
        assert_eq!(probed(health).await, found(0, Some(1_000)));
        let off = Diagnosis::of_code("media_tunnel_off", "");
        assert_eq!(
            probed(r#"{"calls":0,"limit":0,"bytes":0,"quota":null}"#).await,
            Ok(Finding::Limited(off))
        );
        assert!(probed("hello").await.is_err());
    }
}
