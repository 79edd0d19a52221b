//! cloudflared's metrics server: `/ready` says that it has a connection to Cloudflare's edge, `/quicktunnel` the name of
//! a quick tunnel, `/config` the names of one with a token, `/metrics` how much it carries.

use reqwest::{Client, StatusCode};
use serde::Deserialize;

use super::super::http::{MAX_BODY, expect_ok, send, text, wrong};
use super::registration::is_refused;
use sidelink_core::Diagnosis;
use sidelink_core::{Address, Finding, ProbeResult, is_hostname};
use sidelink_diagnostics::quoted;

/// Open streams and WebSockets count too; a quick tunnel takes 200.
const IN_FLIGHT: &str = "cloudflared_tunnel_concurrent_requests_per_tunnel ";

#[derive(Deserialize)]
struct QuickTunnel {
    hostname: String,
}

/// What `/config` shows; the version is -1 until Cloudflare has pushed one.
#[derive(Deserialize)]
struct Pushed {
    version: i64,
    config: Config,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    ingress: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    hostname: String,
}

/// The port opens only after the quick service has answered; the name exists before it works, hence `/ready` too.
/// `/ready` is read first: a registration between the two then shows as "not yet", never as a name without one.
pub(super) async fn quick(client: &Client, at: &Address) -> ProbeResult {
    let ready = ready(client, at).await?;
    let url = format!("http://{at}/quicktunnel");
    let body = text(expect_ok(client.get(&url), &url).await?, &url).await?;
    let hostname = quick_hostname(&body).ok_or_else(|| wrong(&url, quoted(&body, 80)))?;
    Ok(Finding::Tunnel {
        hostname: (!hostname.is_empty()).then_some(hostname),
        ready,
        in_flight: in_flight(client, at).await,
    })
}

/// The names stand in the configuration that Cloudflare pushes after the registration. `wanted`, when given, is the
/// name: a wildcard or a record of one's own may lead here under a name that no rule has.
pub(super) async fn named(client: &Client, at: &Address, wanted: Option<&str>) -> ProbeResult {
    let ready = ready(client, at).await?;
    if !ready && is_refused(client, at).await {
        return Err(Diagnosis::of_code("tunnel_token_refused", ""));
    }
    let url = format!("http://{at}/config");
    let body = text(expect_ok(client.get(&url), &url).await?, &url).await?;
    let pushed: Pushed = serde_json::from_str(&body).map_err(|_| wrong(&url, quoted(&body, 80)))?;
    Ok(Finding::Tunnel {
        hostname: wanted.map(str::to_owned).or_else(|| pushed.hostname()),
        ready,
        in_flight: in_flight(client, at).await,
    })
}

impl Pushed {
    /// The first that is one name and not many.
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

/// Empty: no quick tunnel.
fn quick_hostname(body: &str) -> Option<String> {
    let QuickTunnel { hostname } = serde_json::from_str(body).ok()?;
    (hostname.is_empty() || is_hostname(&hostname)).then_some(hostname)
}

/// `None` where it is not said: a number for people is no reason to doubt a tunnel. Read no further than its line.
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
        .find_map(|line| line.strip_prefix(IN_FLIGHT))?;
    // Prometheus writes a gauge as a float, `1e+03` among them; what is below 0 or no number is told as 0.
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
    async fn a_quick_tunnel_tells_name_connection_and_load() {
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
        let told = Finding::Tunnel {
            hostname: Some("a-b.trycloudflare.com".to_owned()),
            ready: true,
            in_flight: Some(3),
        };
        assert_eq!(quick(&client(), &at).await, Ok(told));
    }

    #[tokio::test]
    async fn a_quick_tunnel_without_metrics_is_no_less_a_tunnel() {
        let at = serve(&[
            ("/ready", 503, r#"{"status":503,"readyConnections":0}"#),
            (
                "/quicktunnel",
                200,
                r#"{"hostname":"a-b.trycloudflare.com"}"#,
            ),
        ])
        .await;
        let told = Finding::Tunnel {
            hostname: Some("a-b.trycloudflare.com".to_owned()),
            ready: false,
            in_flight: None,
        };
        assert_eq!(quick(&client(), &at).await, Ok(told));
    }

    async fn names(config: &str, wanted: Option<&str>) -> Option<String> {
        let at = serve(&[("/ready", 200, ""), ("/config", 200, config)]).await;
        match named(&client(), &at, wanted).await {
            Ok(Finding::Tunnel { hostname, .. }) => hostname,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_named_tunnel_has_its_name_once_the_configuration_is_pushed() {
        let before =
            r#"{"version":-1,"config":{"ingress":[{"hostname":"","service":"http_status:503"}]}}"#;
        assert_eq!(names(before, None).await, None);
        let local = r#"{"version":-1,"config":{"ingress":[{"hostname":"old.example.org"}]}}"#;
        assert_eq!(names(local, None).await, None, "nothing was pushed yet");
        let pushed = r#"{"version":2,"config":{"ingress":[{"hostname":"*.example.org","path":"^/rtc"},
            {"hostname":"radio.example.org","service":"http://gateway:8081"},{"hostname":"b.example.org"},{"service":"http_status:404"}]}}"#;
        assert_eq!(
            names(pushed, None).await.as_deref(),
            Some("radio.example.org")
        );
    }

    #[tokio::test]
    async fn the_label_decides_where_there_are_several_names() {
        let pushed = r#"{"version":1,"config":{"ingress":[{"hostname":"a.example.org"},{"hostname":"b.example.org"}]}}"#;
        assert_eq!(
            names(pushed, Some("b.example.org")).await.as_deref(),
            Some("b.example.org")
        );
    }

    #[tokio::test]
    async fn what_is_no_configuration_is_told() {
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
    fn a_gauge_is_read_by_its_whole_name() {
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
