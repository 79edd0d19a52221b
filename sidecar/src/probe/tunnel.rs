//! cloudflared's own account of itself, on its metrics server.

use reqwest::{Client, StatusCode};
use serde::Deserialize;

use super::http::{expect_ok, send, text, wrong};
use crate::model::{Address, Finding, Outcome, is_hostname};

#[derive(Deserialize)]
struct QuickTunnel {
    hostname: String,
}

/// The port opens only after the quick service has answered; the name exists before it works, hence `/ready` too.
/// `/ready` is read first: a registration between the two then shows as "not yet", never as a name without one.
pub(super) async fn probe(client: &Client, at: &Address) -> Outcome {
    let ready_url = format!("http://{at}/ready");
    let ready = match send(client.get(&ready_url), &ready_url).await?.status() {
        StatusCode::OK => true,
        StatusCode::SERVICE_UNAVAILABLE => false,
        other => return Err(wrong(&ready_url, other.to_string())),
    };
    let url = format!("http://{at}/quicktunnel");
    let body = text(expect_ok(client.get(&url), &url).await?, &url).await?;
    let hostname = hostname(&body).ok_or_else(|| wrong(&url, crate::reason::shorten(&body, 80)))?;
    Ok(Finding::Tunnel {
        hostname: (!hostname.is_empty()).then_some(hostname),
        ready,
        in_flight: None,
    })
}

/// Empty: no quick tunnel.
fn hostname(body: &str) -> Option<String> {
    let QuickTunnel { hostname } = serde_json::from_str(body).ok()?;
    (hostname.is_empty() || is_hostname(&hostname)).then_some(hostname)
}

#[cfg(test)]
mod tests {
    use super::hostname;

    #[test]
    fn only_a_hostname_passes() {
        assert_eq!(
            hostname(r#"{"hostname":"a-b.trycloudflare.com"}"#).as_deref(),
            Some("a-b.trycloudflare.com")
        );
        assert_eq!(hostname(r#"{"hostname":""}"#).as_deref(), Some(""));
        assert_eq!(hostname(r#"{"hostname":"a/b"}"#), None);
        assert_eq!(hostname("OK"), None);
    }
}
