//! The app, asked through the gateway as a visitor asks; directly only to say why that fails, and where no visitor
//! comes to it.

use std::time::Duration;

use reqwest::header::HOST;
use reqwest::{Client, StatusCode};
use tokio::time::Instant;

use super::Probes;
use super::client::{causes, innermost, tls_error};
use super::marker::{Seen, observed};
use crate::config::loopback::local_host;
use crate::runtime::clock::unix_ms;
use crate::visitor::{Answer, Fetch, Get, Place, Verdict, check, page_headers};
use sidelink_core::{Address, Finding, GatewayRoute, Patience, ProbeResult};
use sidelink_core::{AppFault, Diagnosis};

/// The gateway gives up connecting after 2 s: a second question that only tells why takes no longer.
const WHY: Duration = Duration::from_secs(2);

/// What is asked of which app.
pub(super) struct Question<'a> {
    pub service: &'a str,
    pub at: &'a Address,
    pub path: &'a str,
    pub patience: Patience,
}

impl Probes {
    pub(super) async fn app(
        &self,
        asked: Question<'_>,
        route: Option<&GatewayRoute>,
    ) -> ProbeResult {
        let fault = match route {
            Some(route) => self.through_the_gateway(&asked, route).await,
            None => self.directly(&asked, asked.patience.limit).await,
        };
        fault.map_err(|fault| match fault {
            AppFault::Slow { .. } if asked.patience.answered => Diagnosis::Hung,
            fault => Diagnosis::App {
                service: asked.service.to_owned(),
                fault,
            },
        })
    }

    async fn through_the_gateway(
        &self,
        asked: &Question<'_>,
        route: &GatewayRoute,
    ) -> Result<Finding, AppFault> {
        let usual = local_host("localhost", self.local_port);
        let place = Place {
            host: route.host.as_ref().unwrap_or(&usual),
            is_public: route.host.is_some(),
            services: &route.services,
            recent: &self.hostnames,
            now: unix_ms(),
        };
        let way = Way {
            client: &self.local,
            to: &route.gateway,
            host: place.host,
            limit: asked.patience.limit,
            instance: Some(&self.secrets.instance),
        };
        let began = Instant::now();
        match check(&way, &place, asked.path, None).await {
            Ok(checked) => decided(checked.verdict, place.is_public, began.elapsed()),
            Err(trouble) => self.why(asked, &place, trouble).await,
        }
    }

    /// The gateway has no answer of the app. Its own trouble is told by its own probe.
    async fn why(
        &self,
        asked: &Question<'_>,
        place: &Place<'_>,
        trouble: Trouble,
    ) -> Result<Finding, AppFault> {
        let way = Way {
            client: &self.local,
            to: asked.at,
            host: place.host,
            limit: WHY.min(asked.patience.limit),
            instance: None,
        };
        let began = Instant::now();
        match check(&way, place, asked.path, None).await {
            Ok(_) if matches!(trouble, Trouble::StandsIn) && self.upstream != *asked.at => {
                Err(AppFault::BehindGateway {
                    upstream: self.upstream.to_string(),
                    at: asked.at.to_string(),
                })
            }
            Ok(checked) => decided(checked.verdict, place.is_public, began.elapsed()),
            Err(_) if matches!(trouble, Trouble::Late) => Err(slow(asked.patience)),
            Err(Trouble::Late) => Err(slow(Patience {
                limit: way.limit,
                ..asked.patience
            })),
            Err(trouble) => match self.silence(asked.at, trouble).await {
                // Some servers hang up on a name that they do not know.
                AppFault::Closed { .. } if !place.is_public => Ok(Finding::App {
                    took: began.elapsed(),
                }),
                fault => Err(fault),
            },
        }
    }

    /// No visitor comes to it, so that it answers is enough.
    async fn directly(&self, asked: &Question<'_>, limit: Duration) -> Result<Finding, AppFault> {
        let host = asked.at.to_string();
        let place = Place {
            host: &host,
            is_public: false,
            services: &[],
            recent: &self.hostnames,
            now: unix_ms(),
        };
        let way = Way {
            client: &self.local,
            to: asked.at,
            host: &host,
            limit,
            instance: None,
        };
        let began = Instant::now();
        match check(&way, &place, asked.path, None).await {
            Ok(checked) => match checked.verdict {
                Verdict::Broken(fault) if is_alive(&fault, asked.path) => Ok(Finding::App {
                    took: began.elapsed(),
                }),
                verdict => decided(verdict, false, began.elapsed()),
            },
            Err(Trouble::Late) => Err(slow(asked.patience)),
            Err(trouble) => Err(self.silence(asked.at, trouble).await),
        }
    }

    async fn silence(&self, at: &Address, trouble: Trouble) -> AppFault {
        let port = at.port;
        match trouble {
            Trouble::Refused | Trouble::StandsIn | Trouble::Late => AppFault::Refused { port },
            Trouble::NotHttp | Trouble::Closed(_) if speaks_tls(&self.local, at).await => {
                AppFault::Tls
            }
            Trouble::NotHttp => AppFault::NotHttp { port },
            Trouble::Closed(detail) => AppFault::Closed { port, detail },
        }
    }
}

/// Before there is a public name, what depends on the name is left to the verification from outside.
fn decided(verdict: Verdict, is_public: bool, took: Duration) -> Result<Finding, AppFault> {
    match verdict {
        Verdict::Broken(AppFault::HostRefused { .. }) if !is_public => Ok(Finding::App { took }),
        Verdict::Broken(fault) => Err(fault),
        Verdict::Works | Verdict::Limited(_) => Ok(Finding::App { took }),
    }
}

/// An app that only other containers ask answers, whatever it says of its page.
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

/// Requests to one address under one name.
struct Way<'a> {
    client: &'a Client,
    to: &'a Address,
    host: &'a str,
    limit: Duration,
    /// Whose marker the answers bear, where they come through the gateway.
    instance: Option<&'a str>,
}

/// Why there is no answer of the app.
#[derive(Debug)]
enum Trouble {
    /// The gateway answers in its place, or is not there itself.
    StandsIn,
    Refused,
    Late,
    Closed(String),
    NotHttp,
}

impl Fetch for Way<'_> {
    type Error = Trouble;

    async fn fetch(&self, get: Get) -> Result<Answer, Trouble> {
        let request = self
            .client
            .get(format!("http://{}{}", self.to, get.path))
            .headers(page_headers(&get))
            .header(HOST, self.host)
            .timeout(self.limit);
        // The gateway says the same to the app, and drops it from whoever comes through it.
        let request = request.header("x-forwarded-proto", "https");
        let began = Instant::now();
        let response = request.send().await.map_err(|error| trouble(&error))?;
        let ours = |instance| observed(response.headers(), instance);
        if self.instance.map(ours) == Some(Seen::Preparing) {
            return Err(Trouble::StandsIn);
        }
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Trouble::NotHttp);
        }
        Answer::read(response, began)
            .await
            .map_err(|error| trouble(&error))
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Late;
    }
    if error.is_connect() {
        return Trouble::Refused;
    }
    let parsed = |said: String| {
        ["parsed", "invalid HTTP", "unexpected message"]
            .iter()
            .any(|word| said.contains(word))
    };
    if causes(error).any(|cause| parsed(cause.to_string())) {
        return Trouble::NotHttp;
    }
    Trouble::Closed(innermost(error))
}

/// It answers a TLS handshake: with a certificate that is not trusted, as a rule.
async fn speaks_tls(client: &Client, at: &Address) -> bool {
    let request = client.get(format!("https://{at}/")).timeout(WHY);
    match request.send().await {
        Ok(_) => true,
        Err(error) => matches!(
            tls_error(&error),
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_))
        ),
    }
}
