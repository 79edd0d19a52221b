//! A domain of one's own: the second Caddy, asked on its health port, which nobody publishes, whether it has the
//! certificate. Whether the name leads here and the certificate is good, only the proof from outside can tell.

use reqwest::{Client, StatusCode};

use super::super::http::{send, wrong};
use sidelink_core::Diagnosis;
use sidelink_core::{Address, Finding, ProbeResult};

/// The name is the label's: without one there is nothing to verify.
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
    use sidelink_diagnostics::Explain;

    use super::*;
    use sidelink_diagnostics::Lang;

    const NAME: Option<&str> = Some("radio.example.org");

    #[tokio::test]
    async fn the_label_names_it_and_a_certificate_makes_it_ready() {
        let at = serve(&[("/certificate", 200, "")]).await;
        let told = Finding::Tunnel {
            hostname: NAME.map(str::to_owned),
            ready: true,
            in_flight: None,
        };
        assert_eq!(probe(&client(), &at, NAME).await, Ok(told));
    }

    #[tokio::test]
    async fn without_a_certificate_it_is_said_what_that_takes() {
        let at = serve(&[("/certificate", 503, "")]).await;
        let reason = probe(&client(), &at, NAME).await.expect_err("none yet");
        assert_eq!(reason.code(), "acme");
        let next = reason.next(Lang::En).expect("a next step");
        assert!(next.contains("ports 80 and 443"), "{next}");
    }

    #[tokio::test]
    async fn what_is_no_caddy_of_ours_is_told() {
        let at = serve(&[("/", 200, "")]).await;
        assert!(probe(&client(), &at, NAME).await.is_err());
    }
}
