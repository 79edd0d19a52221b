//! A tunnel's own account of itself, asked as its kind wants it. None of them is believed about the link:
//! a name and a connection are where the proof begins.

mod cloudflared;
mod domain;
mod ngrok;
mod registration;

use reqwest::Client;

use sidelink_core::{Address, ProbeResult, TunnelKind};

/// `hostname` is the label's: where a tunnel cannot say its name, or has several, it decides.
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
        // A gateway with `sidelink.hostname` is the tunnel of kind `url`: there is no program of ours to ask.
        // A container that calls itself one is asked for its health, as one's own domain is.
        TunnelKind::Domain | TunnelKind::Url => domain::probe(client, at, hostname).await,
    }
}

/// Programs that speak a tunnel's protocol over a real socket.
#[cfg(test)]
mod fake {
    use std::collections::BTreeMap;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use sidelink_core::Address;

    /// Answers each path with a status and a body, anything else with 404, until the test ends.
    pub(super) async fn serve(answers: &[(&str, u16, &str)]) -> Address {
        let answers: BTreeMap<String, String> = answers
            .iter()
            .map(|(path, status, body)| {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                ((*path).to_owned(), head + body)
            })
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = socket.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]);
                let path = request.split(' ').nth(1).unwrap_or_default();
                let nothing = "HTTP/1.1 404 -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let answer = answers.get(path).map_or(nothing, String::as_str);
                // A reader that has seen enough hangs up.
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Address {
            host: "127.0.0.1".to_owned(),
            port,
        }
    }

    /// As the probes have it.
    pub(super) fn client() -> reqwest::Client {
        crate::probe::local_client(std::time::Duration::from_secs(2)).expect("a client")
    }
}
