//! The app's page, opened as a phone opens it.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use tokio::time::Instant;

use super::http_checks::Visit;
use super::{PAGE, Step, Trouble};
use crate::probe::client::tls_error;
use crate::runtime::clock::unix_ms;
use crate::visitor::{Answer, Fetch, Get, Place, Verdict, check_again, page_headers};
use sidelink_core::{AppFault, Diagnosis};
use sidelink_core::{LayerKind, Page};
use sidelink_diagnostics::recognize::ngrok::{PAST_THE_WARNING, WARNING};

impl Visit<'_> {
    /// What was seen, and for whom it does not work. With `whole` each of many redirects is followed.
    pub(super) async fn app(&self, page: &Page, whole: bool) -> Step<(String, Option<Diagnosis>)> {
        let place = Place {
            host: self.host(),
            is_public: true,
            services: &page.services,
            recent: self.hostnames(),
            now: unix_ms(),
        };
        let phone = Phone {
            visit: self,
            page,
            past_the_warning: AtomicBool::new(false),
        };
        let (path, health) = (&page.path, page.health.as_deref());
        let checked = check_again(&phone, &place, path, health, self.latest_way(), whole).await?;
        let reason = |fault| Diagnosis::App {
            service: page.service.clone(),
            fault,
        };
        let warned = phone.past_the_warning.load(Ordering::Relaxed);
        let before = if warned { "ERR_NGROK_6024, " } else { "" };
        let observed = format!("{before}{}", checked.observed);
        match checked.verdict {
            Verdict::Works => Ok((observed, None)),
            Verdict::Limited(fault) => Ok((observed, Some(reason(fault)))),
            Verdict::Broken(fault) => Err(Trouble {
                at: LayerKind::App,
                reason: reason(fault),
            }),
        }
    }
}

struct Phone<'a> {
    visit: &'a Visit<'a>,
    page: &'a Page,
    /// Behind ngrok's warning page, which a visitor passes with one tap.
    past_the_warning: AtomicBool,
}

impl Fetch for Phone<'_> {
    type Error = Trouble;

    async fn fetch(&self, get: Get) -> Result<Answer, Trouble> {
        match self.ask(&get).await {
            Err(trouble) if trouble.reason.code() == WARNING => {
                self.past_the_warning.store(true, Ordering::Relaxed);
                self.ask(&get).await
            }
            answer => answer,
        }
    }
}

impl Phone<'_> {
    /// Once more when the connection breaks: one lost packet is no broken link. What is slow is not asked twice.
    async fn ask(&self, get: &Get) -> Result<Answer, Trouble> {
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
            Err(error) => return Err(self.visit.unreached(LayerKind::App, &error).await),
        };
        let status = StatusCode::from_u16(answer.status).unwrap_or_default();
        let (headers, body) = (&answer.headers, &answer.body);
        let ours = self
            .visit
            .ours(LayerKind::App, &get.path, status, headers, body);
        ours.await.map(|()| answer)
    }

    async fn send(&self, get: &Get, began: Instant) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .visit
            .get(&get.path)
            .headers(page_headers(get))
            .timeout(PAGE);
        if self.past_the_warning.load(Ordering::Relaxed) {
            request = request.header(PAST_THE_WARNING, "1");
        }
        Answer::read(request.send().await?, began).await
    }

    fn late(&self) -> Trouble {
        Trouble {
            at: LayerKind::App,
            reason: Diagnosis::App {
                service: self.page.service.clone(),
                fault: AppFault::Slow {
                    limit: PAGE,
                    next: PAGE,
                },
            },
        }
    }
}
