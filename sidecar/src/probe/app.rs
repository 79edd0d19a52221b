//! Probes the app through the gateway, with a visitor's request. Probes it directly only to find out why that fails,
//! and where visitors do not use it.

use std::time::Duration;

use reqwest::header::HOST;
use reqwest::{Client, StatusCode};
use tokio::time::Instant;

use super::Probes;
use super::instance_header::{Responder, responder};
use crate::config::loopback::local_host;
use crate::http_client::{causes, innermost, tls_error};
use crate::runtime::clock::unix_ms;
use crate::visitor::{
    Fetch, PageRequest, PageResponse, PageVerdict, VisitTarget, check, page_headers,
};
use sidelink_core::{Address, Finding, GatewayRoute, Patience, ProbeResult};
use sidelink_core::{AppFault, Diagnosis};

/// Time allowed for a request that only finds the cause; the gateway's connect timeout is as long.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(2);

/// An app and the page to request.
pub(super) struct AppRequest<'a> {
    pub service: &'a str,
    pub at: &'a Address,
    pub path: &'a str,
    pub patience: Patience,
}

impl Probes {
    pub(super) async fn app(
        &self,
        request: AppRequest<'_>,
        route: Option<&GatewayRoute>,
    ) -> ProbeResult {
        let result = match route {
            Some(route) => self.through_the_gateway(&request, route).await,
            None => self.directly(&request, request.patience.limit).await,
        };
        result.map_err(|fault| match fault {
            AppFault::Slow { .. } if request.patience.answered => Diagnosis::Hung,
            fault => Diagnosis::App {
                service: request.service.to_owned(),
                fault,
            },
        })
    }

    async fn through_the_gateway(
        &self,
        request: &AppRequest<'_>,
        route: &GatewayRoute,
    ) -> Result<Finding, AppFault> {
        let local = local_host("localhost", self.local_port);
        let visit = VisitTarget {
            host: route.host.as_ref().unwrap_or(&local),
            is_public: route.host.is_some(),
            services: &route.services,
            recent: &self.hostnames,
            now: unix_ms(),
        };
        let fetch = AppFetch {
            client: &self.local,
            to: &route.gateway,
            host: visit.host,
            timeout: request.patience.limit,
            instance: Some(&self.secrets.instance),
        };
        let began = Instant::now();
        match check(&fetch, &visit, request.path, None).await {
            Ok(page) => result(page.verdict, visit.is_public, began.elapsed()),
            Err(error) => self.find_cause(request, &visit, error).await,
        }
    }

    /// Requests the page from the app itself, after the gateway had no answer of it. The gateway has its own probe.
    async fn find_cause(
        &self,
        request: &AppRequest<'_>,
        visit: &VisitTarget<'_>,
        gateway_error: FetchError,
    ) -> Result<Finding, AppFault> {
        let fetch = AppFetch {
            client: &self.local,
            to: request.at,
            host: visit.host,
            timeout: DIAGNOSIS_TIMEOUT.min(request.patience.limit),
            instance: None,
        };
        let began = Instant::now();
        match check(&fetch, visit, request.path, None).await {
            Ok(_)
                if matches!(gateway_error, FetchError::StandIn) && self.upstream != *request.at =>
            {
                Err(AppFault::BehindGateway {
                    upstream: self.upstream.to_string(),
                    at: request.at.to_string(),
                })
            }
            Ok(page) => result(page.verdict, visit.is_public, began.elapsed()),
            Err(_) if matches!(gateway_error, FetchError::Late) => Err(slow(request.patience)),
            Err(FetchError::Late) => Err(slow(Patience {
                limit: fetch.timeout,
                ..request.patience
            })),
            Err(error) => match self.fault(request.at, error).await {
                // Some servers close the connection when they do not know the host name.
                AppFault::Closed { .. } if !visit.is_public => Ok(Finding::App {
                    took: began.elapsed(),
                }),
                fault => Err(fault),
            },
        }
    }

    /// Requests an app that visitors do not use; any answer is enough.
    async fn directly(
        &self,
        request: &AppRequest<'_>,
        timeout: Duration,
    ) -> Result<Finding, AppFault> {
        let host = request.at.to_string();
        let visit = VisitTarget {
            host: &host,
            is_public: false,
            services: &[],
            recent: &self.hostnames,
            now: unix_ms(),
        };
        let fetch = AppFetch {
            client: &self.local,
            to: request.at,
            host: &host,
            timeout,
            instance: None,
        };
        let began = Instant::now();
        match check(&fetch, &visit, request.path, None).await {
            Ok(page) => match page.verdict {
                PageVerdict::Broken(fault) if is_alive(&fault, request.path) => Ok(Finding::App {
                    took: began.elapsed(),
                }),
                verdict => result(verdict, false, began.elapsed()),
            },
            Err(FetchError::Late) => Err(slow(request.patience)),
            Err(error) => Err(self.fault(request.at, error).await),
        }
    }

    async fn fault(&self, at: &Address, error: FetchError) -> AppFault {
        let port = at.port;
        match error {
            FetchError::Refused | FetchError::StandIn | FetchError::Late => {
                AppFault::Refused { port }
            }
            FetchError::NotHttp | FetchError::Closed(_) if speaks_tls(&self.local, at).await => {
                AppFault::Tls
            }
            FetchError::NotHttp => AppFault::NotHttp { port },
            FetchError::Closed(detail) => AppFault::Closed { port, detail },
        }
    }
}

/// Translates a verdict. Before there is a public name, faults that depend on it are left to the verification.
fn result(verdict: PageVerdict, is_public: bool, took: Duration) -> Result<Finding, AppFault> {
    match verdict {
        PageVerdict::Broken(AppFault::HostRefused { .. }) if !is_public => {
            Ok(Finding::App { took })
        }
        PageVerdict::Broken(fault) => Err(fault),
        PageVerdict::Works | PageVerdict::Limited(_) => Ok(Finding::App { took }),
    }
}

/// Returns whether the answer of an app that only other containers use shows that it works.
fn is_alive(fault: &AppFault, path: &str) -> bool {
    match fault {
        AppFault::NotFound { .. } => path == "/",
        AppFault::Redirect { .. } | AppFault::HostRefused { .. } | AppFault::OtherStatus { .. } => {
            true
        }
        _ => false,
    }
}

fn slow(patience: Patience) -> AppFault {
    AppFault::Slow {
        limit: patience.limit,
        next: patience.next(),
    }
}

/// Sends requests to one address under one host name.
struct AppFetch<'a> {
    client: &'a Client,
    to: &'a Address,
    host: &'a str,
    timeout: Duration,
    /// Expected instance header, for requests through the gateway.
    instance: Option<&'a str>,
}

/// Why there is no answer from the app.
#[derive(Debug)]
enum FetchError {
    /// The gateway answers in place of the app.
    StandIn,
    Refused,
    Late,
    Closed(String),
    NotHttp,
}

impl Fetch for AppFetch<'_> {
    type Error = FetchError;

    async fn fetch(&self, get: PageRequest) -> Result<PageResponse, FetchError> {
        let request = self
            .client
            .get(format!("http://{}{}", self.to, get.path))
            .headers(page_headers(&get))
            .header(HOST, self.host)
            .timeout(self.timeout);
        // The gateway sends the same to the app, and drops it from requests that it receives.
        let request = request.header("x-forwarded-proto", "https");
        let began = Instant::now();
        let response = request.send().await.map_err(|error| fetch_error(&error))?;
        let responder = |instance| responder(response.headers(), instance);
        if self.instance.map(responder) == Some(Responder::StandIn) {
            return Err(FetchError::StandIn);
        }
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(FetchError::NotHttp);
        }
        PageResponse::read(response, began)
            .await
            .map_err(|error| fetch_error(&error))
    }
}

fn fetch_error(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Late;
    }
    if error.is_connect() {
        return FetchError::Refused;
    }
    let is_parse_error = |message: String| {
        ["parsed", "invalid HTTP", "unexpected message"]
            .iter()
            .any(|part| message.contains(part))
    };
    if causes(error).any(|cause| is_parse_error(cause.to_string())) {
        return FetchError::NotHttp;
    }
    FetchError::Closed(innermost(error))
}

/// Returns whether the app answers a TLS handshake, usually with an untrusted certificate.
async fn speaks_tls(client: &Client, at: &Address) -> bool {
    let request = client
        .get(format!("https://{at}/"))
        .timeout(DIAGNOSIS_TIMEOUT);
    match request.send().await {
        Ok(_) => true,
        Err(error) => matches!(
            tls_error(&error),
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_))
        ),
    }
}
