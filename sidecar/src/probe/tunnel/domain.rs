//! Probes the Caddy of a custom domain: its health port, which is not published, reports whether it has the
//! certificate. Only the verification shows whether the name leads here and the certificate is valid.

use reqwest::{Client, StatusCode};

use super::super::http::{send, wrong};
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult};

/// Probes Caddy. The name comes from the label; without it the tunnel is never ready.
pub(super) async fn probe(client: &Client, at: &Address, hostname: Option<&str>) -> ProbeResult {
    let url = format!("http://{at}/certificate");
    match send(client.get(&url), &url).await?.status() {
        StatusCode::OK => Ok(Finding::Tunnel {
            hostname: hostname.map(str::to_owned),
            ready: hostname.is_some(),
            in_flight: None,
        }),
        StatusCode::SERVICE_UNAVAILABLE => Err(Diagnosis::of_code("acme", "")),
        other => Err(wrong(&url, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{client, serve};
    use super::*;
    use sidelink_diagnostics::{Explain, Lang};

    const NAME: Option<&str> = Some("radio.example.org");

    #[tokio::test]
    async fn the_label_has_the_name_and_a_certificate_makes_it_ready() {
        let at = serve(&[("/certificate", 200, "")]).await;
        let expected = Finding::Tunnel {
            hostname: NAME.map(str::to_owned),
            ready: true,
            in_flight: None,
        };
        assert_eq!(probe(&client(), &at, NAME).await, Ok(expected));
    }

    #[tokio::test]
    async fn without_a_certificate_the_next_step_names_the_requirements() {
        let at = serve(&[("/certificate", 503, "")]).await;
        let reason = probe(&client(), &at, NAME).await.expect_err("none yet");
        assert_eq!(reason.code(), "acme");
        let next = reason.next(Lang::En).expect("a next step");
        assert!(next.contains("ports 80 and 443"), "{next}");
    }

    #[tokio::test]
    async fn another_server_is_reported() {
        let at = serve(&[("/", 200, "")]).await;
        assert!(probe(&client(), &at, NAME).await.is_err());
    }
}
