//! Probes cloudflared's metrics server: `/ready` reports a connection to Cloudflare's edge, `/quicktunnel` a quick
//! tunnel's name, `/config` a named tunnel's names, and `/metrics` the requests in flight.

use reqwest::{Client, StatusCode};
use serde::Deserialize;

use super::super::http::{MAX_BODY, expect_ok, send, text, wrong, wrong_body};
use super::registration::is_refused;
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult, is_hostname};

/// Gauge of requests in flight, open streams and WebSockets included; a quick tunnel accepts 200.
const IN_FLIGHT_GAUGE: &str = "cloudflared_tunnel_concurrent_requests_per_tunnel ";

#[derive(Deserialize)]
struct QuickTunnel {
    hostname: String,
}

/// Answer of `/config`; the version is -1 until Cloudflare has pushed a configuration.
#[derive(Deserialize)]
struct PushedConfig {
    version: i64,
    config: Config,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    ingress: Vec<IngressRule>,
}

#[derive(Deserialize)]
struct IngressRule {
    #[serde(default)]
    hostname: String,
}

/// Probes a quick tunnel. Its name exists before it works, so `/ready` is read too, and first: a registration between
/// the two requests then shows as "not ready".
pub(super) async fn quick(client: &Client, at: &Address) -> ProbeResult {
    let ready = ready(client, at).await?;
    let url = format!("http://{at}/quicktunnel");
    let body = text(expect_ok(client.get(&url), &url).await?, &url).await?;
    let hostname = quick_hostname(&body).ok_or_else(|| wrong_body(&url, &body))?;
    Ok(Finding::Tunnel {
        hostname: (!hostname.is_empty()).then_some(hostname),
        ready,
        in_flight: in_flight(client, at).await,
    })
}

/// Probes a named tunnel, whose names are in the configuration that Cloudflare pushes after the registration. The
/// label's name has priority, because a wildcard or a custom record may lead here under a name that no rule has.
pub(super) async fn named(client: &Client, at: &Address, label: Option<&str>) -> ProbeResult {
    let ready = ready(client, at).await?;
    if !ready && is_refused(client, at).await {
        return Err(Diagnosis::of_code("tunnel_token_refused", ""));
    }
    let url = format!("http://{at}/config");
    let body = text(expect_ok(client.get(&url), &url).await?, &url).await?;
    let pushed: PushedConfig = serde_json::from_str(&body).map_err(|_| wrong_body(&url, &body))?;
    Ok(Finding::Tunnel {
        hostname: label.map(str::to_owned).or_else(|| pushed.hostname()),
        ready,
        in_flight: in_flight(client, at).await,
    })
}

impl PushedConfig {
    /// Returns the first rule's name that is not a wildcard.
    fn hostname(self) -> Option<String> {
        if self.version < 0 {
            return None;
        }
        let mut names = self.config.ingress.into_iter().map(|rule| rule.hostname);
        names.find(|name| is_hostname(name))
    }
}

async fn ready(client: &Client, at: &Address) -> Result<bool, Diagnosis> {
    let url = format!("http://{at}/ready");
    match send(client.get(&url), &url).await?.status() {
        StatusCode::OK => Ok(true),
        StatusCode::SERVICE_UNAVAILABLE => Ok(false),
        other => Err(wrong(&url, other.to_string())),
    }
}

/// Parses the answer of `/quicktunnel`; the name is empty where cloudflared runs another kind.
fn quick_hostname(body: &str) -> Option<String> {
    let QuickTunnel { hostname } = serde_json::from_str(body).ok()?;
    (hostname.is_empty() || is_hostname(&hostname)).then_some(hostname)
}

/// Returns the requests in flight; `None` where cloudflared does not report them, which is not a fault. Reads no
/// further than the gauge's line.
async fn in_flight(client: &Client, at: &Address) -> Option<u32> {
    let response = client.get(format!("http://{at}/metrics")).send().await;
    let mut response = response.ok()?.error_for_status().ok()?;
    let (mut read, mut rest) = (0, Vec::new());
    while read < MAX_BODY {
        let Some(chunk) = response.chunk().await.ok()? else {
            break;
        };
        read += chunk.len();
        rest.extend_from_slice(&chunk);
        let whole = rest
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let lines: Vec<u8> = rest.drain(..whole).collect();
        if let Some(number) = gauge(&String::from_utf8_lossy(&lines)) {
            return Some(number);
        }
    }
    gauge(&String::from_utf8_lossy(&rest))
}

fn gauge(lines: &str) -> Option<u32> {
    let value = lines
        .lines()
        .find_map(|line| line.strip_prefix(IN_FLIGHT_GAUGE))?;
    // Prometheus writes a gauge as a float, for example `1e+03`; the cast turns a negative value into 0.
    let value: f64 = value.trim().parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast from f64 keeps within u32"
    )]
    Some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{client, serve};
    use super::*;

    const METRICS: &str = "# HELP build_info x\nbuild_info{version=\"2026.8.2\"} 1\n\
        # TYPE cloudflared_tunnel_concurrent_requests_per_tunnel gauge\n\
        cloudflared_tunnel_concurrent_requests_per_tunnel 3\n\
        cloudflared_tunnel_ha_connections 1\n";

    #[tokio::test]
    async fn a_quick_tunnel_reports_name_connection_and_load() {
        let at = serve(&[
            ("/ready", 200, r#"{"status":200,"readyConnections":1}"#),
            (
                "/quicktunnel",
                200,
                r#"{"hostname":"a-b.trycloudflare.com"}"#,
            ),
            ("/metrics", 200, METRICS),
        ])
        .await;
        let expected = Finding::Tunnel {
            hostname: Some("a-b.trycloudflare.com".to_owned()),
            ready: true,
            in_flight: Some(3),
        };
        assert_eq!(quick(&client(), &at).await, Ok(expected));
    }

    #[tokio::test]
    async fn a_quick_tunnel_without_metrics_is_still_a_tunnel() {
        let at = serve(&[
            ("/ready", 503, r#"{"status":503,"readyConnections":0}"#),
            (
                "/quicktunnel",
                200,
                r#"{"hostname":"a-b.trycloudflare.com"}"#,
            ),
        ])
        .await;
        let expected = Finding::Tunnel {
            hostname: Some("a-b.trycloudflare.com".to_owned()),
            ready: false,
            in_flight: None,
        };
        assert_eq!(quick(&client(), &at).await, Ok(expected));
    }

    async fn hostname(config: &str, label: Option<&str>) -> Option<String> {
        let at = serve(&[("/ready", 200, ""), ("/config", 200, config)]).await;
        match named(&client(), &at, label).await {
            Ok(Finding::Tunnel { hostname, .. }) => hostname,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_named_tunnel_has_its_name_once_the_configuration_is_pushed() {
        let before =
            r#"{"version":-1,"config":{"ingress":[{"hostname":"","service":"http_status:503"}]}}"#;
        assert_eq!(hostname(before, None).await, None);
        let local = r#"{"version":-1,"config":{"ingress":[{"hostname":"old.example.org"}]}}"#;
        assert_eq!(hostname(local, None).await, None, "nothing was pushed yet");
        let pushed = r#"{"version":2,"config":{"ingress":[{"hostname":"*.example.org","path":"^/rtc"},
            {"hostname":"radio.example.org","service":"http://gateway:8081"},{"hostname":"b.example.org"},{"service":"http_status:404"}]}}"#;
        assert_eq!(
            hostname(pushed, None).await.as_deref(),
            Some("radio.example.org")
        );
    }

    #[tokio::test]
    async fn the_label_decides_where_there_are_several_names() {
        let pushed = r#"{"version":1,"config":{"ingress":[{"hostname":"a.example.org"},{"hostname":"b.example.org"}]}}"#;
        assert_eq!(
            hostname(pushed, Some("b.example.org")).await.as_deref(),
            Some("b.example.org")
        );
    }

    #[tokio::test]
    async fn an_invalid_configuration_is_reported() {
        let at = serve(&[("/ready", 200, ""), ("/config", 200, "<html>")]).await;
        let outcome = named(&client(), &at, None).await;
        assert!(
            matches!(&outcome, Err(Diagnosis::WrongAnswer { got, .. }) if got == "<html>"),
            "{outcome:?}"
        );
    }

    #[test]
    fn only_a_hostname_passes() {
        assert_eq!(
            quick_hostname(r#"{"hostname":"a-b.trycloudflare.com"}"#).as_deref(),
            Some("a-b.trycloudflare.com")
        );
        assert_eq!(quick_hostname(r#"{"hostname":""}"#).as_deref(), Some(""));
        assert_eq!(quick_hostname(r#"{"hostname":"a/b"}"#), None);
        assert_eq!(quick_hostname("OK"), None);
    }

    #[test]
    fn a_gauge_matches_only_by_its_full_name() {
        assert_eq!(gauge(METRICS), Some(3));
        assert_eq!(
            gauge("cloudflared_tunnel_concurrent_requests_per_tunnel 1e+03\n"),
            Some(1000)
        );
        assert_eq!(
            gauge("cloudflared_tunnel_concurrent_requests_per_tunnel_x 9\n"),
            None
        );
    }
}
