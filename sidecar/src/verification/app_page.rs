//! Checks the app's page with a phone's requests.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use tokio::time::Instant;

use super::http_checks::HttpChecks;
use super::{CheckResult, PAGE_TIMEOUT, VerificationError};
use crate::http_client::tls_error;
use crate::runtime::clock::unix_ms;
use crate::visitor::{
    Fetch, PageRequest, PageResponse, PageVerdict, VisitTarget, page_headers, recheck,
};
use sidelink_core::{AppFault, Diagnosis, LayerKind, Page};
use sidelink_diagnostics::recognize::ngrok::{PAST_THE_WARNING, WARNING};

impl HttpChecks<'_> {
    /// Checks the page; returns what was observed, and for which visitors it does not work. `follow_all` follows each
    /// redirect, also where earlier ones are known.
    pub(super) async fn app(
        &self,
        page: &Page,
        follow_all: bool,
    ) -> CheckResult<(String, Option<Diagnosis>)> {
        let visit = VisitTarget {
            host: self.host(),
            is_public: true,
            services: &page.services,
            recent: self.hostnames(),
            now: unix_ms(),
        };
        let phone = Phone {
            checks: self,
            page,
            skips_warning: AtomicBool::new(false),
        };
        let (path, health) = (&page.path, page.health.as_deref());
        let known = self.known_redirects();
        let checked = recheck(&phone, &visit, path, health, known, follow_all).await?;
        let reason = |fault| Diagnosis::App {
            service: page.service.clone(),
            fault,
        };
        let has_warning = phone.skips_warning.load(Ordering::Relaxed);
        let prefix = if has_warning { "ERR_NGROK_6024, " } else { "" };
        let observed = format!("{prefix}{}", checked.observed);
        match checked.verdict {
            PageVerdict::Works => Ok((observed, None)),
            PageVerdict::Limited(fault) => Ok((observed, Some(reason(fault)))),
            PageVerdict::Broken(fault) => Err(VerificationError {
                layer: LayerKind::App,
                reason: reason(fault),
            }),
        }
    }
}

struct Phone<'a> {
    checks: &'a HttpChecks<'a>,
    page: &'a Page,
    /// Whether ngrok's warning page was met, which a visitor passes with one tap.
    skips_warning: AtomicBool,
}

impl Fetch for Phone<'_> {
    type Error = VerificationError;

    async fn fetch(&self, get: PageRequest) -> Result<PageResponse, VerificationError> {
        match self.ask(&get).await {
            Err(error) if error.reason.code() == WARNING => {
                self.skips_warning.store(true, Ordering::Relaxed);
                self.ask(&get).await
            }
            answer => answer,
        }
    }
}

impl Phone<'_> {
    /// Sends a request, and repeats it once when the connection breaks, but not after a timeout.
    async fn ask(&self, get: &PageRequest) -> Result<PageResponse, VerificationError> {
        let began = Instant::now();
        let answer = match self.send(get, began).await {
            Err(error) if tls_error(&error).is_none() && !error.is_timeout() => {
                self.send(get, Instant::now()).await
            }
            answer => answer,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() && !error.is_connect() => return Err(self.late()),
            Err(error) => return Err(self.checks.unreached(LayerKind::App, &error).await),
        };
        let status = StatusCode::from_u16(answer.status).unwrap_or_default();
        let (headers, body) = (&answer.headers, &answer.body);
        self.checks
            .require_this_stack(LayerKind::App, &get.path, status, headers, body)
            .await?;
        Ok(answer)
    }

    async fn send(
        &self,
        get: &PageRequest,
        began: Instant,
    ) -> Result<PageResponse, reqwest::Error> {
        let mut request = self
            .checks
            .get(&get.path)
            .headers(page_headers(get))
            .timeout(PAGE_TIMEOUT);
        if self.skips_warning.load(Ordering::Relaxed) {
            request = request.header(PAST_THE_WARNING, "1");
        }
        PageResponse::read(request.send().await?, began).await
    }

    fn late(&self) -> VerificationError {
        VerificationError {
            layer: LayerKind::App,
            reason: Diagnosis::App {
                service: self.page.service.clone(),
                fault: AppFault::Slow {
                    limit: PAGE_TIMEOUT,
                    next: PAGE_TIMEOUT,
                },
            },
        }
    }
}
