//! The link, opened as a phone would open it: at the address that DNS gives, under the public name.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use rustls::ClientConfig;

use super::{REQUEST, Step, Trouble, Verifier, edge};
use crate::livekit::access_token::for_probe;
use crate::probe::client::{build, innermost, tls_error};
use crate::probe::http::text;
use crate::probe::marker::{self, Seen, observed};
use crate::storage::recent_hostnames::Hostnames;
use crate::visitor::LatestWay;
use sidelink_core::LayerKind;
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_diagnostics::recognize::answer::of_livekit;
use sidelink_diagnostics::recognize::edge::{of_the_edge, quote};
use sidelink_diagnostics::recognize::tls::of_tls;

/// Answers from Cloudflare's edge alone, with the name that was asked in a line of its own.
const TRACE: &str = "/cdn-cgi/trace";

/// A visitor's connection to the link.
pub(super) struct Visit<'a> {
    verifier: &'a Verifier,
    host: &'a str,
    client: Client,
    addresses: Vec<SocketAddr>,
}

/// An answer of this stack.
struct Answer {
    status: StatusCode,
    body: String,
}

impl<'a> Visit<'a> {
    /// A new connection, so that certificate and address are verified each time.
    pub(super) fn new(
        verifier: &'a Verifier,
        host: &'a str,
        addresses: &[SocketAddr],
    ) -> Step<Self> {
        let client = build(verifier.tls.clone(), REQUEST, |builder| {
            builder.resolve_to_addrs(host, addresses)
        });
        let internal = |error: anyhow::Error| Trouble {
            at: LayerKind::Edge,
            reason: Diagnosis::Unreachable {
                target: host.to_owned(),
                detail: error.to_string(),
            },
        };
        Ok(Self {
            verifier,
            host,
            client: client.map_err(internal)?,
            addresses: addresses.to_vec(),
        })
    }

    /// Our marker, and nobody else's.
    pub(super) async fn marker(&self) -> Step<String> {
        let at = LayerKind::Instance;
        let answer = self.ask(at, marker::PATH, |request| request).await?;
        if answer.status.is_success() {
            Ok(format!("{} {}", answer.status.as_u16(), marker::PATH))
        } else {
            Err(self.wrong(at, marker::PATH, &answer))
        }
    }

    /// LiveKit takes our key, our secret and our clock; nothing is joined.
    pub(super) async fn validate(&self, token: &str) -> Step<String> {
        let path = "/sidelink/rtc/validate";
        let with_token = |request: RequestBuilder| request.bearer_auth(token);
        let answer = self.ask(LayerKind::Livekit, path, with_token).await?;
        if answer.status.is_success() {
            Ok(quote(answer.status, &answer.body))
        } else if let Some(reason) = of_livekit(answer.status, &answer.body) {
            let at = LayerKind::Livekit;
            Err(Trouble { at, reason })
        } else {
            Err(self.wrong(LayerKind::Livekit, path, &answer))
        }
    }

    /// For the room of probes, where nobody sees or hears anybody.
    pub(super) fn token(&self) -> Step<String> {
        for_probe(&self.verifier.secrets).map_err(|error| Trouble {
            at: LayerKind::Livekit,
            reason: Diagnosis::WrongAnswer {
                asked: "a token".to_owned(),
                got: error.to_string(),
            },
        })
    }

    /// This installation's id, which its marker bears.
    pub(super) fn instance(&self) -> &str {
        &self.verifier.secrets.instance
    }

    /// The names that this stack had before.
    pub(super) fn hostnames(&self) -> &Hostnames {
        &self.verifier.hostnames
    }

    /// How the app's page was opened last.
    pub(super) fn latest_way(&self) -> &LatestWay {
        &self.verifier.latest_way
    }

    pub(super) fn host(&self) -> &str {
        self.host
    }

    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn tls(&self) -> &ClientConfig {
        &self.verifier.tls
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, self.host, path)
    }

    fn request(&self, method: Method, host: &str, path: &str) -> RequestBuilder {
        self.client.request(method, format!("https://{host}{path}"))
    }

    /// Asks, and once more when the connection breaks: one lost packet is no broken link.
    async fn ask(
        &self,
        at: LayerKind,
        path: &str,
        more: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Step<Answer> {
        let send = || more(self.get(path)).send();
        let response = match send().await {
            Err(error) if tls_error(&error).is_none() => send().await,
            other => other,
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return Err(self.unreached(at, &error).await),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        // A body that is too long or breaks off tells as much as an empty one.
        let body = text(response, path).await.unwrap_or_default();
        self.ours(at, path, status, &headers, &body).await?;
        Ok(Answer { status, body })
    }

    pub(super) async fn ours(
        &self,
        at: LayerKind,
        path: &str,
        status: StatusCode,
        headers: &HeaderMap,
        body: &str,
    ) -> Step {
        let of_the_edge = match observed(headers, self.instance()) {
            Seen::Ours => return Ok(()),
            Seen::Preparing => return Err(Trouble::outside(at, behind(path))),
            Seen::Another => {
                return Err(Trouble::outside(
                    LayerKind::Instance,
                    PublicUrlFault::OtherSidelink,
                ));
            }
            Seen::Nothing => of_the_edge(status, headers, body),
        };
        Err(match of_the_edge {
            Some((at, reason)) => Trouble { at, reason },
            None => {
                let got = quote(status, body);
                Trouble::outside(LayerKind::Instance, self.stranger(got).await)
            }
        })
    }

    /// Who answers in our place: asked of the edge itself, and under a name that is certainly not ours.
    async fn stranger(&self, got: String) -> PublicUrlFault {
        if is_the_edge(self.get(TRACE), self.host).await {
            PublicUrlFault::NotOurs { got }
        } else if self.known_name_answers().await {
            PublicUrlFault::Filtered { got }
        } else {
            PublicUrlFault::CaptivePortal { got }
        }
    }

    async fn known_name_answers(&self) -> bool {
        let Ok(addresses) = edge::addresses().await else {
            return false;
        };
        match Visit::new(self.verifier, edge::KNOWN, &addresses) {
            Ok(known) => is_the_edge(known.get(TRACE), edge::KNOWN).await,
            Err(_) => false,
        }
    }

    /// No answer at all.
    pub(super) async fn unreached(&self, at: LayerKind, error: &reqwest::Error) -> Trouble {
        if let Some(tls) = tls_error(error) {
            let reason = if self.known_name_answers().await {
                of_tls(tls)
            } else {
                let got = tls.to_string();
                Diagnosis::PublicUrl(PublicUrlFault::CaptivePortal { got })
            };
            let at = LayerKind::Tls;
            return Trouble { at, reason };
        }
        if error.is_connect() && self.addresses.iter().all(SocketAddr::is_ipv6) {
            return Trouble::outside(LayerKind::Dns, PublicUrlFault::Ipv6Only);
        }
        let detail = innermost(error);
        let target = self.host.to_owned();
        Trouble {
            at: if error.is_connect() {
                LayerKind::Edge
            } else {
                at
            },
            reason: Diagnosis::Unreachable { target, detail },
        }
    }

    fn wrong(&self, at: LayerKind, path: &str, answer: &Answer) -> Trouble {
        Trouble {
            at,
            reason: Diagnosis::WrongAnswer {
                asked: format!("https://{}{path}", self.host),
                got: quote(answer.status, &answer.body),
            },
        }
    }
}

/// What the gateway says of a part that is not up.
pub(super) fn behind(path: &str) -> PublicUrlFault {
    PublicUrlFault::BehindGateway {
        asked: path.to_owned(),
    }
}

async fn is_the_edge(request: RequestBuilder, host: &str) -> bool {
    let Ok(response) = request.send().await else {
        return false;
    };
    let body = text(response, TRACE).await.unwrap_or_default();
    body.lines()
        .any(|line| line.strip_prefix("h=") == Some(host))
}
