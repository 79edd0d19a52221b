//! Probes tunnels for their name and their connection. A tunnel's own status does not verify the public URL: the
//! verification starts from it.

mod cloudflared;
mod domain;
mod ngrok;
mod registration;

use reqwest::Client;

use sidelink_core::{Address, ProbeResult, TunnelKind};

/// Probes a tunnel. The label's `hostname` decides where a tunnel has several names, or does not report one.
pub(super) async fn probe(
    client: &Client,
    at: &Address,
    kind: TunnelKind,
    hostname: Option<&str>,
) -> ProbeResult {
    match kind {
        TunnelKind::Quick => cloudflared::quick(client, at).await,
        TunnelKind::Named => cloudflared::named(client, at, hostname).await,
        TunnelKind::Ngrok => ngrok::probe(client, at).await,
        // For kind `url` a gateway with `sidelink.hostname` is the tunnel, without a program to probe. A container
        // with that kind is probed as a custom domain.
        TunnelKind::Domain | TunnelKind::Url => domain::probe(client, at, hostname).await,
    }
}

/// Fakes of the programs that run a tunnel.
#[cfg(test)]
mod fake {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use crate::http_client::local_client;
    use crate::probe::LOCAL_TIMEOUT;
    use sidelink_core::Address;

    /// Answers each path with a status and a body, and any other path with 404.
    pub(super) async fn serve(answers: &[(&str, u16, &str)]) -> Address {
        let router = answers
            .iter()
            .fold(Router::new(), |router, (path, status, body)| {
                let status = StatusCode::from_u16(*status).expect("a status");
                let answer = (status, (*body).to_owned());
                router.route(path, get(move || async move { answer }))
            });
        crate::test_server::serve(router).await
    }

    /// Returns a client like that of the probes.
    pub(super) fn client() -> reqwest::Client {
        local_client(LOCAL_TIMEOUT).expect("a client")
    }
}
