//! Whether Cloudflare refuses a named tunnel's token. cloudflared says nothing of it at the log level that it is run
//! with, and lives on; what it counts tells.

use reqwest::Client;

use super::super::http::{expect_ok, text};
use sidelink_core::Address;

const REFUSED: &str = "cloudflared_tunnel_tunnel_register_fail{";
const TAKEN: &str = "cloudflared_tunnel_tunnel_register_success{";
/// After a first refusal it goes on to HTTP/2, where any other than `Unauthorized` ends it.
const TWICE: f64 = 2.0;

/// No registration of this run was taken, and it has outlived two refusals.
pub(super) async fn is_refused(client: &Client, at: &Address) -> bool {
    let url = format!("http://{at}/metrics");
    let Ok(response) = expect_ok(client.get(&url), &url).await else {
        return false;
    };
    let metrics = text(response, &url).await.unwrap_or_default();
    sum(&metrics, TAKEN) == 0.0 && sum(&metrics, REFUSED) >= TWICE
}

/// Of a counter, whatever its labels.
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
    const TAKEN: &str =
        "cloudflared_tunnel_tunnel_register_success{rpcName=\"registerConnection\"} 1\n";

    async fn told(ready: u16, metrics: &str) -> Option<&'static str> {
        let answers = [
            ("/ready", ready, ""),
            ("/config", 200, CONFIG),
            ("/metrics", 200, metrics),
        ];
        let at = serve(&answers).await;
        match named(&client(), &at, None).await {
            Ok(Finding::Tunnel { .. }) => None,
            Err(reason) => Some(reason.code()),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_token_that_is_refused_again_and_again_is_told() {
        let metrics = format!("# TYPE x counter\n{FAILED} 2\n");
        assert_eq!(told(503, &metrics).await, Some("tunnel_token_refused"));
    }

    #[tokio::test]
    async fn one_failure_or_a_lost_connection_is_no_refusal() {
        assert_eq!(told(503, &format!("{FAILED} 1\n")).await, None);
        assert_eq!(told(503, &format!("{FAILED} 7\n{TAKEN}")).await, None);
        assert_eq!(told(200, &format!("{FAILED} 7\n")).await, None);
    }
}
