//! Requests to the public URL, sent as by a phone: to the address from DNS, under the public name.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode};
use rustls::ClientConfig;

use super::{CheckResult, REQUEST_TIMEOUT, VerificationError, Verifier, edge};
use crate::http_client::{build, innermost, tls_error};
use crate::livekit::access_token::for_probe;
use crate::probe::http::text;
use crate::probe::instance_header::{HEALTHZ_PATH, Responder, responder};
use crate::storage::recent_hostnames::RecentHostnames;
use crate::visitor::KnownRedirects;
use sidelink_core::{Diagnosis, LayerKind, PublicUrlFault};
use sidelink_diagnostics::recognize::answer::of_livekit;
use sidelink_diagnostics::recognize::edge::{of_the_edge, quote};
use sidelink_diagnostics::recognize::tls::of_tls;

/// Path that only Cloudflare's edge answers, with the requested host name in a line.
const TRACE: &str = "/cdn-cgi/trace";

/// Sends a visitor's requests to the public URL.
pub(super) struct HttpChecks<'a> {
    verifier: &'a Verifier,
    host: &'a str,
    client: Client,
    addresses: Vec<SocketAddr>,
}

/// An answer of this stack.
struct OwnResponse {
    status: StatusCode,
    body: String,
}

impl<'a> HttpChecks<'a> {
    /// Creates a client with new connections, so that certificate and address are checked each time.
    pub(super) fn new(
        verifier: &'a Verifier,
        host: &'a str,
        addresses: &[SocketAddr],
    ) -> CheckResult<Self> {
        let client = build(verifier.tls.clone(), REQUEST_TIMEOUT, |builder| {
            builder.resolve_to_addrs(host, addresses)
        });
        let internal = |error: anyhow::Error| VerificationError {
            layer: LayerKind::Edge,
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

    /// Checks that this stack answers.
    pub(super) async fn instance(&self) -> CheckResult<String> {
        let layer = LayerKind::Instance;
        let answer = self.ask(layer, HEALTHZ_PATH, |request| request).await?;
        if answer.status.is_success() {
            Ok(format!("{} {}", answer.status.as_u16(), HEALTHZ_PATH))
        } else {
            Err(self.wrong(layer, HEALTHZ_PATH, &answer))
        }
    }

    /// Checks that LiveKit accepts Sidelink's key, secret and clock, without joining a room.
    pub(super) async fn validate(&self, token: &str) -> CheckResult<String> {
        let path = "/sidelink/rtc/validate";
        let with_token = |request: RequestBuilder| request.bearer_auth(token);
        let answer = self.ask(LayerKind::Livekit, path, with_token).await?;
        if answer.status.is_success() {
            Ok(quote(answer.status, &answer.body))
        } else if let Some(reason) = of_livekit(answer.status, &answer.body) {
            let layer = LayerKind::Livekit;
            Err(VerificationError { layer, reason })
        } else {
            Err(self.wrong(LayerKind::Livekit, path, &answer))
        }
    }

    /// Signs a token for the probes' room, whose participants are hidden.
    pub(super) fn token(&self) -> CheckResult<String> {
        for_probe(&self.verifier.secrets).map_err(|error| VerificationError {
            layer: LayerKind::Livekit,
            reason: Diagnosis::WrongAnswer {
                asked: "a token".to_owned(),
                got: error.to_string(),
            },
        })
    }

    /// Returns this installation's id, the value of the instance header.
    pub(super) fn instance_id(&self) -> &str {
        &self.verifier.secrets.instance
    }

    /// Returns the stack's recent hostnames.
    pub(super) fn hostnames(&self) -> &RecentHostnames {
        &self.verifier.hostnames
    }

    /// Returns the redirects of the last successful page.
    pub(super) fn known_redirects(&self) -> &KnownRedirects {
        &self.verifier.known_redirects
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
        self.client.get(format!("https://{}{path}", self.host))
    }

    /// Sends a request, and repeats it once when the connection breaks, because one packet may be lost.
    async fn ask(
        &self,
        layer: LayerKind,
        path: &str,
        configure: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> CheckResult<OwnResponse> {
        let send = || configure(self.get(path)).send();
        let response = match send().await {
            Err(error) if tls_error(&error).is_none() => send().await,
            other => other,
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return Err(self.unreached(layer, &error).await),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        // A body that is too long or broken counts as empty.
        let body = text(response, path).await.unwrap_or_default();
        self.require_this_stack(layer, path, status, &headers, &body)
            .await?;
        Ok(OwnResponse { status, body })
    }

    /// Fails with the cause where another server answers.
    pub(super) async fn require_this_stack(
        &self,
        layer: LayerKind,
        path: &str,
        status: StatusCode,
        headers: &HeaderMap,
        body: &str,
    ) -> CheckResult {
        let of_the_edge = match responder(headers, self.instance_id()) {
            Responder::ThisStack => return Ok(()),
            Responder::StandIn => return Err(VerificationError::public_url(layer, behind(path))),
            Responder::OtherSidelink => {
                return Err(VerificationError::public_url(
                    LayerKind::Instance,
                    PublicUrlFault::OtherSidelink,
                ));
            }
            Responder::Unknown => of_the_edge(status, headers, body),
        };
        Err(match of_the_edge {
            Some((layer, reason)) => VerificationError { layer, reason },
            None => {
                let got = quote(status, body);
                VerificationError::public_url(LayerKind::Instance, self.other_server(got).await)
            }
        })
    }

    /// Finds out which other server answers, from the edge's answers to this name and to a known one.
    async fn other_server(&self, got: String) -> PublicUrlFault {
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
        match HttpChecks::new(self.verifier, edge::KNOWN_HOST, &addresses) {
            Ok(known) => is_the_edge(known.get(TRACE), edge::KNOWN_HOST).await,
            Err(_) => false,
        }
    }

    /// Returns the error of a request without an answer.
    pub(super) async fn unreached(
        &self,
        layer: LayerKind,
        error: &reqwest::Error,
    ) -> VerificationError {
        if let Some(tls) = tls_error(error) {
            let reason = if self.known_name_answers().await {
                of_tls(tls)
            } else {
                let got = tls.to_string();
                Diagnosis::PublicUrl(PublicUrlFault::CaptivePortal { got })
            };
            let layer = LayerKind::Tls;
            return VerificationError { layer, reason };
        }
        if error.is_connect() && self.addresses.iter().all(SocketAddr::is_ipv6) {
            return VerificationError::public_url(LayerKind::Dns, PublicUrlFault::Ipv6Only);
        }
        let detail = innermost(error);
        let target = self.host.to_owned();
        VerificationError {
            layer: if error.is_connect() {
                LayerKind::Edge
            } else {
                layer
            },
            reason: Diagnosis::Unreachable { target, detail },
        }
    }

    fn wrong(&self, layer: LayerKind, path: &str, answer: &OwnResponse) -> VerificationError {
        VerificationError {
            layer,
            reason: Diagnosis::WrongAnswer {
                asked: format!("https://{}{path}", self.host),
                got: quote(answer.status, &answer.body),
            },
        }
    }
}

/// Returns the fault of a service that the gateway reports as not up.
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
