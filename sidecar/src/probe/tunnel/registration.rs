//! Detects that Cloudflare refuses a named tunnel's token. cloudflared keeps running and logs nothing at its log level,
//! but it counts failed registrations.

use reqwest::Client;

use super::super::http::{expect_ok, text};
use sidelink_core::Address;

const FAILED: &str = "cloudflared_tunnel_tunnel_register_fail{";
const SUCCEEDED: &str = "cloudflared_tunnel_tunnel_register_success{";
/// After a first refusal cloudflared tries HTTP/2, where an error other than `Unauthorized` ends the process.
const MIN_REFUSALS: f64 = 2.0;

/// Returns whether no registration of this run succeeded, and two or more failed.
pub(super) async fn is_refused(client: &Client, at: &Address) -> bool {
    let url = format!("http://{at}/metrics");
    let Ok(response) = expect_ok(client.get(&url), &url).await else {
        return false;
    };
    let metrics = text(response, &url).await.unwrap_or_default();
    sum(&metrics, SUCCEEDED) == 0.0 && sum(&metrics, FAILED) >= MIN_REFUSALS
}

/// Sums a counter over all labels.
fn sum(metrics: &str, name: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(name));
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::super::cloudflared::named;
    use super::super::fake::{client, serve};
    use sidelink_core::Finding;

    const CONFIG: &str = r#"{"version":-1,"config":{"ingress":[]}}"#;
    const FAILED: &str = "cloudflared_tunnel_tunnel_register_fail{error=\"server_error\",rpcName=\"registerConnection\"}";
    const SUCCESS: &str =
        "cloudflared_tunnel_tunnel_register_success{rpcName=\"registerConnection\"} 1\n";

    async fn code(ready: u16, metrics: &str) -> Option<&'static str> {
        let answers = [
            ("/ready", ready, ""),
            ("/config", 200, CONFIG),
            ("/metrics", 200, metrics),
        ];
        let at = serve(&answers).await;
        match named(&client(), &at, None).await {
            Ok(Finding::Tunnel { .. }) => None,
            Err(diagnosis) => Some(diagnosis.code()),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_token_that_is_refused_twice_is_reported() {
        let metrics = format!("# TYPE x counter\n{FAILED} 2\n");
        assert_eq!(code(503, &metrics).await, Some("tunnel_token_refused"));
    }

    #[tokio::test]
    async fn one_failure_or_a_lost_connection_is_not_a_refusal() {
        assert_eq!(code(503, &format!("{FAILED} 1\n")).await, None);
        assert_eq!(code(503, &format!("{FAILED} 7\n{SUCCESS}")).await, None);
        assert_eq!(code(200, &format!("{FAILED} 7\n")).await, None);
    }
}
