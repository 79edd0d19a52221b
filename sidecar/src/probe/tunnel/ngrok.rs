//! Probes the API of ngrok's agent: the public address of the endpoint that leads to the gateway, and whether the
//! agent has a session. The agent does not count requests in flight, and probing it does not use the plan's quota.

use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use super::super::http::{MAX_QUOTE, require_success, send, text, wrong, wrong_body};
use sidelink_core::{Address, Diagnosis, Finding, ProbeResult, is_hostname};
use sidelink_diagnostics::quoted;

/// Service that each tunnel of the stack leads to.
const GATEWAY: &str = "gateway";

/// An endpoint of `/api/endpoints`, or of `/api/tunnels` in agents before 3.16.
#[derive(Deserialize)]
struct Endpoint {
    #[serde(alias = "public_url", default)]
    url: String,
    #[serde(alias = "config", default)]
    upstream: Upstream,
}

#[derive(Default, Deserialize)]
struct Upstream {
    #[serde(alias = "addr", default)]
    url: String,
}

#[derive(Deserialize)]
struct Endpoints {
    #[serde(alias = "tunnels")]
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct AgentStatus {
    status: String,
}

/// Probes the agent. A missing endpoint is not an error, because the API answers before the session is established.
pub(super) async fn probe(client: &Client, at: &Address) -> ProbeResult {
    let endpoints = endpoints(client, at).await?;
    let hostname = endpoints.iter().find_map(Endpoint::hostname);
    Ok(Finding::Tunnel {
        ready: hostname.is_some() && online(client, at).await?,
        hostname,
        in_flight: None,
    })
}

async fn endpoints(client: &Client, at: &Address) -> Result<Vec<Endpoint>, Diagnosis> {
    let mut url = format!("http://{at}/api/endpoints");
    let mut response = send(client.get(&url), &url).await?;
    if response.status() == StatusCode::NOT_FOUND {
        url = format!("http://{at}/api/tunnels");
        response = send(client.get(&url), &url).await?;
    }
    let status = response.status();
    let body = text(response, &url).await?;
    match serde_json::from_str::<Endpoints>(&body) {
        Ok(list) if status.is_success() => Ok(list.endpoints),
        _ => Err(wrong(
            &url,
            format!("{status} {}", quoted(&body, MAX_QUOTE)),
        )),
    }
}

/// Returns whether the agent has a session; while it reconnects, its endpoints stay in the list. An agent without this
/// route counts as online.
async fn online(client: &Client, at: &Address) -> Result<bool, Diagnosis> {
    let url = format!("http://{at}/api/status");
    let response = send(client.get(&url), &url).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(true);
    }
    let body = text(require_success(response, &url).await?, &url).await?;
    let AgentStatus { status } =
        serde_json::from_str(&body).map_err(|_| wrong_body(&url, &body))?;
    Ok(status == "online")
}

impl Endpoint {
    /// Returns the public name where this is an https endpoint that leads to the gateway.
    fn hostname(&self) -> Option<String> {
        let url = Url::parse(&self.url).ok()?;
        let name = url.host_str()?;
        let ours = url.scheme() == "https" && self.upstream.is_gateway();
        (ours && is_hostname(name)).then(|| name.to_owned())
    }
}

impl Upstream {
    /// Accepts `http://gateway:8081` and `gateway:8081`.
    fn is_gateway(&self) -> bool {
        let address = self.url.split("://").last().unwrap_or_default();
        let host = address.split([':', '/']).next();
        host == Some(GATEWAY)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{client, serve};
    use super::*;

    const ENDPOINTS: &str = r#"{"endpoints":[
        {"name":"ssh","url":"tcp://1.tcp.ngrok.io:12345","upstream":{"url":"gateway:22"}},
        {"name":"other","url":"https://other.ngrok-free.dev","upstream":{"url":"http://elsewhere:80"}},
        {"name":"gateway","url":"https://abc.ngrok-free.dev","upstream":{"url":"http://gateway:8081","protocol":"http1"}}]}"#;
    const ONLINE: (&str, u16, &str) = ("/api/status", 200, r#"{"status":"online"}"#);

    fn finding(hostname: Option<&str>, ready: bool) -> ProbeResult {
        Ok(Finding::Tunnel {
            hostname: hostname.map(str::to_owned),
            ready,
            in_flight: None,
        })
    }

    #[tokio::test]
    async fn the_endpoint_that_leads_to_the_gateway_gives_the_name() {
        let at = serve(&[("/api/endpoints", 200, ENDPOINTS), ONLINE]).await;
        let outcome = probe(&client(), &at).await;
        assert_eq!(outcome, finding(Some("abc.ngrok-free.dev"), true));
    }

    #[tokio::test]
    async fn an_agent_that_connects_again_is_not_ready() {
        let reconnecting = ("/api/status", 200, r#"{"status":"reconnecting"}"#);
        let at = serve(&[("/api/endpoints", 200, ENDPOINTS), reconnecting]).await;
        let outcome = probe(&client(), &at).await;
        assert_eq!(outcome, finding(Some("abc.ngrok-free.dev"), false));
    }

    #[tokio::test]
    async fn a_missing_endpoint_is_not_an_error() {
        let at = serve(&[("/api/endpoints", 200, r#"{"endpoints":[]}"#), ONLINE]).await;
        assert_eq!(probe(&client(), &at).await, finding(None, false));
    }

    #[tokio::test]
    async fn an_older_agent_has_its_endpoints_under_tunnels() {
        let tunnels = r#"{"tunnels":[{"name":"gateway","public_url":"https://abc.ngrok.app","proto":"https",
            "config":{"addr":"http://gateway:8081","inspect":false}}],"uri":"/api/tunnels"}"#;
        let at = serve(&[("/api/tunnels", 200, tunnels)]).await;
        assert_eq!(
            probe(&client(), &at).await,
            finding(Some("abc.ngrok.app"), true)
        );
    }

    #[tokio::test]
    async fn an_invalid_name_never_passes() {
        let strange = r#"{"endpoints":[{"url":"https://a_b.ngrok.app","upstream":{"url":"http://gateway:8081"}}]}"#;
        let at = serve(&[("/api/endpoints", 200, strange), ONLINE]).await;
        assert_eq!(probe(&client(), &at).await, finding(None, false));
    }

    #[tokio::test]
    async fn another_server_is_reported() {
        let at = serve(&[("/api/endpoints", 200, "hello")]).await;
        let outcome = probe(&client(), &at).await;
        assert!(
            matches!(&outcome, Err(Diagnosis::WrongAnswer { got, .. }) if got.contains("hello")),
            "{outcome:?}"
        );
    }
}
