//! A domain of one's own: the second Caddy, asked on its health port, which nobody publishes. Whether the name leads
//! here and the certificate is good, only the proof from outside can tell.

use reqwest::Client;

use super::super::http::expect_ok;
use crate::model::{Address, Finding, Outcome};

/// The name is the label's: without one there is nothing to prove.
pub(super) async fn probe(client: &Client, at: &Address, hostname: Option<&str>) -> Outcome {
    let url = format!("http://{at}/");
    expect_ok(client.get(&url), &url).await?;
    Ok(Finding::Tunnel {
        hostname: hostname.map(str::to_owned),
        ready: hostname.is_some(),
        in_flight: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake::{client, serve};
    use super::*;

    #[tokio::test]
    async fn the_label_names_it_and_its_health_makes_it_ready() {
        let at = serve(&[("/", 200, "")]).await;
        let told = Finding::Tunnel {
            hostname: Some("radio.example.org".to_owned()),
            ready: true,
            in_flight: None,
        };
        let outcome = probe(&client(), &at, Some("radio.example.org")).await;
        assert_eq!(outcome, Ok(told));
    }

    #[tokio::test]
    async fn a_caddy_that_does_not_work_is_told() {
        let at = serve(&[("/", 500, "")]).await;
        assert!(probe(&client(), &at, Some("a.example.org")).await.is_err());
    }
}
