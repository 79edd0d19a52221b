//! ngrok's agent, on its API: the public address of the endpoint that leads to the gateway, and whether the agent has
//! its session. The agent counts no requests in flight, and asking it costs nothing of the plan.

use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use super::super::http::{expect_ok, send, text, wrong};
use sidelink_core::Diagnosis;
use sidelink_core::{Address, Finding, ProbeResult, is_hostname};
use sidelink_diagnostics::quoted;

/// The service that every tunnel of the stack points at.
const GATEWAY: &str = "gateway";

/// An endpoint, as `/api/endpoints` has it, or `/api/tunnels` of agents before 3.16.
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
struct Status {
    status: String,
}

/// No endpoint yet is no error: the agent's API answers before its session stands.
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
        Ok(told) if status.is_success() => Ok(told.endpoints),
        _ => Err(wrong(&url, format!("{status} {}", quoted(&body, 80)))),
    }
}

/// While the agent connects again its endpoints stay in the list. Agents that have no such route are believed.
async fn online(client: &Client, at: &Address) -> Result<bool, Diagnosis> {
    let url = format!("http://{at}/api/status");
    let response = match expect_ok(client.get(&url), &url).await {
        Err(Diagnosis::WrongAnswer { got, .. }) if got.starts_with("404") => return Ok(true),
        other => other?,
    };
    let body = text(response, &url).await?;
    let Status { status } =
        serde_json::from_str(&body).map_err(|_| wrong(&url, quoted(&body, 80)))?;
    Ok(status == "online")
}

impl Endpoint {
    /// The public name, of an https endpoint that leads to the gateway.
    fn hostname(&self) -> Option<String> {
        let url = Url::parse(&self.url).ok()?;
        let name = url.host_str()?;
        let ours = url.scheme() == "https" && self.upstream.is_gateway();
        (ours && is_hostname(name)).then(|| name.to_owned())
    }
}

impl Upstream {
    /// `http://gateway:8081` and `gateway:8081` alike.
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

    fn told(hostname: Option<&str>, ready: bool) -> ProbeResult {
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
        assert_eq!(outcome, told(Some("abc.ngrok-free.dev"), true));
    }

    #[tokio::test]
    async fn an_agent_that_connects_again_is_not_ready() {
        let reconnecting = ("/api/status", 200, r#"{"status":"reconnecting"}"#);
        let at = serve(&[("/api/endpoints", 200, ENDPOINTS), reconnecting]).await;
        let outcome = probe(&client(), &at).await;
        assert_eq!(outcome, told(Some("abc.ngrok-free.dev"), false));
    }

    #[tokio::test]
    async fn no_endpoint_yet_is_waited_for() {
        let at = serve(&[("/api/endpoints", 200, r#"{"endpoints":[]}"#), ONLINE]).await;
        assert_eq!(probe(&client(), &at).await, told(None, false));
    }

    #[tokio::test]
    async fn an_older_agent_is_asked_for_its_tunnels() {
        let tunnels = r#"{"tunnels":[{"name":"gateway","public_url":"https://abc.ngrok.app","proto":"https",
            "config":{"addr":"http://gateway:8081","inspect":false}}],"uri":"/api/tunnels"}"#;
        let at = serve(&[("/api/tunnels", 200, tunnels)]).await;
        assert_eq!(
            probe(&client(), &at).await,
            told(Some("abc.ngrok.app"), true)
        );
    }

    #[tokio::test]
    async fn a_name_that_is_none_never_passes() {
        let strange = r#"{"endpoints":[{"url":"https://a_b.ngrok.app","upstream":{"url":"http://gateway:8081"}}]}"#;
        let at = serve(&[("/api/endpoints", 200, strange), ONLINE]).await;
        assert_eq!(probe(&client(), &at).await, told(None, false));
    }

    #[tokio::test]
    async fn what_is_no_agent_is_told() {
        let at = serve(&[("/api/endpoints", 200, "hello")]).await;
        let outcome = probe(&client(), &at).await;
        assert!(
            matches!(&outcome, Err(Diagnosis::WrongAnswer { got, .. }) if got.contains("hello")),
            "{outcome:?}"
        );
    }
}
