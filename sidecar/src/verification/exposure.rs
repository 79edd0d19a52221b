//! Checks that endpoints that are not for visitors are not reachable under the public name. Each is requested through
//! the name itself, so that everything between the name and the stack is included. While one is reachable, the sidecar
//! withholds the public URL.

mod checks;
mod raw_http;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::iter;
use http_body_util::BodyExt;
use hyper::body::Body;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Response, StatusCode};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout};

use super::http_checks::HttpChecks;
use super::{CheckResult, VerificationError};
use crate::http_client::innermost;
use crate::livekit::access_token::under_key;
use crate::probe::instance_header::{HEALTHZ_PATH, Responder, responder};
use checks::{EXPOSURE_CHECKS, ExposureCheck, RequestKind};
use sidelink_core::{LayerKind, PublicUrlFault};

/// Time allowed for one check. Programs of this stack answer in milliseconds; an app may be slow for an unknown path.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum of concurrent checks. A quick tunnel accepts 200 requests at once, those of visitors included.
const MAX_CONCURRENT: usize = 12;
/// Maximum size of a body in bytes. Signatures are at the beginning; LiveKit's metrics follow Go's own.
const MAX_BODY: usize = 64 * 1024;
/// At most one in this many checks may have no answer, because a filter on the route may drop a path.
const MAX_UNANSWERED_SHARE: usize = 4;
/// At least one in this many checks must have an answer. LiveKit, Icecast and the sidecar answer in milliseconds, even
/// where the app is slow.
const MIN_ANSWERED_SHARE: usize = 8;
/// Between two requests for the instance header while checks wait. Where they are answered, the connection is not slow.
const PULSE_INTERVAL: Duration = Duration::from_millis(400);

/// Answer to an exposure check.
#[derive(Debug, Default)]
struct ExposureResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

/// Sends the exposure checks to the public URL.
#[derive(Debug)]
struct ExposureProbe<'a> {
    client: &'a Client,
    /// `None` in tests: plain text.
    tls: Option<Arc<ClientConfig>>,
    host: &'a str,
    addresses: &'a [SocketAddr],
    /// Expected instance header.
    instance: &'a str,
}

/// Results of all exposure checks.
#[derive(Debug, Default, PartialEq, Eq)]
struct ExposureReport {
    /// Indices of exposed endpoints, in the table's order.
    exposed: Vec<usize>,
    /// Number of checks that a slow app did not answer in time.
    slow: usize,
    /// Number of checks without an answer of the stack.
    unanswered: usize,
    /// What the first of the unanswered checks returned.
    detail: String,
}

/// Beginning and end.
type Span = (Instant, Instant);

/// Result of one check: an answer, an error, or no answer during a span.
type CheckOutcome = Result<Result<ExposureResponse, String>, Span>;

impl HttpChecks<'_> {
    /// Runs all exposure checks.
    pub(super) async fn exposure(&self) -> CheckResult<String> {
        let probe = ExposureProbe {
            client: self.client(),
            tls: Some(Arc::new(self.tls().clone())),
            host: self.host(),
            addresses: self.addresses(),
            instance: self.instance_id(),
        };
        probe.run().await.result()
    }
}

impl ExposureProbe<'_> {
    async fn run(&self) -> ExposureReport {
        let checks = (0..EXPOSURE_CHECKS.len()).map(|index| async move {
            let began = Instant::now();
            let answer = timeout(CHECK_TIMEOUT, self.send(&EXPOSURE_CHECKS[index])).await;
            (index, answer.map_err(|_| (began, Instant::now())))
        });
        let mut pulses = Vec::new();
        let outcomes: Vec<(usize, CheckOutcome)> = {
            let mut all = pin!(iter(checks).buffer_unordered(MAX_CONCURRENT).collect());
            loop {
                tokio::select! {
                    outcomes = &mut all => break outcomes,
                    pulse = self.pulse() => pulses.extend(pulse),
                }
            }
        };
        let mut report = ExposureReport::default();
        for (index, outcome) in outcomes {
            report.add(index, outcome, &pulses, self.instance);
        }
        report.exposed.sort_unstable();
        report
    }

    /// Requests the instance header after a delay; returns the span of a successful request.
    async fn pulse(&self) -> Option<Span> {
        sleep(PULSE_INTERVAL).await;
        let began = Instant::now();
        let request = self.client.get(self.url(HEALTHZ_PATH)).send();
        let response = timeout(CHECK_TIMEOUT, request).await.ok()?.ok()?;
        let is_ours = responder(response.headers(), self.instance) == Responder::ThisStack;
        is_ours.then(|| (began, Instant::now()))
    }

    fn url(&self, path: &str) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.host)
    }

    async fn send(&self, check: &ExposureCheck) -> Result<ExposureResponse, String> {
        if let RequestKind::Raw = check.request {
            let response = raw_http::get(self.tls.as_ref(), self.addresses, self.host, check.path);
            return response
                .await
                .map_err(|error| error.root_cause().to_string());
        }
        // Repeated once when the connection breaks, because one packet may be lost.
        let response = match self.request(check).await {
            Err(_) => self.request(check).await,
            response => response,
        };
        match response {
            Ok(response) => Ok(read(response.into()).await),
            Err(error) => Err(innermost(&error)),
        }
    }

    async fn request(&self, check: &ExposureCheck) -> Result<Response, reqwest::Error> {
        let url = self.url(check.path);
        let request = match check.request {
            RequestKind::Get | RequestKind::Raw => self.client.get(url),
            RequestKind::Post => self
                .client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body("{}"),
            // Signing cannot fail; without a token the endpoint refuses the request.
            RequestKind::Key(key, secret) => self
                .client
                .get(url)
                .bearer_auth(under_key(key, secret).unwrap_or_default()),
        };
        request.send().await
    }
}

impl ExposureReport {
    fn add(&mut self, index: usize, outcome: CheckOutcome, pulses: &[Span], instance: &str) {
        let check = &EXPOSURE_CHECKS[index];
        let detail = match outcome {
            Ok(Ok(answer)) if check.is_exposed(&answer) => return self.exposed.push(index),
            Ok(Ok(answer)) if answer.is_of_stack(instance) => return,
            Ok(Ok(answer)) => answer.status.to_string(),
            Ok(Err(error)) => error,
            // An app may be slow for unknown paths. On a broken connection there is no pulse either.
            Err(wait) if pulses.iter().any(|pulse| is_within(*pulse, wait)) => {
                self.slow += 1;
                return;
            }
            Err(_) => format!("no answer in {} s", CHECK_TIMEOUT.as_secs()),
        };
        if self.unanswered == 0 {
            self.detail = detail;
        }
        self.unanswered += 1;
    }

    fn result(self) -> CheckResult<String> {
        let all = EXPOSURE_CHECKS.len();
        let layer = LayerKind::Exposure;
        if !self.exposed.is_empty() {
            let exposed = self.exposed.iter().map(|&index| &EXPOSURE_CHECKS[index]);
            let found = checks::describe(exposed);
            return Err(VerificationError::public_url(
                layer,
                PublicUrlFault::Exposed { found },
            ));
        }
        let closed = all - self.unanswered - self.slow;
        if self.unanswered * MAX_UNANSWERED_SHARE > all || closed * MIN_ANSWERED_SHARE < all {
            let fault = PublicUrlFault::ExposureUnseen {
                answered: closed,
                of: all,
                got: self.detail,
            };
            return Err(VerificationError::public_url(layer, fault));
        }
        Ok(format!("{closed}/{all} closed"))
    }
}

fn is_within((began, ended): Span, (from, to): Span) -> bool {
    from <= began && ended <= to
}

impl ExposureResponse {
    /// Returns whether the stack answers; errors of the edge show nothing of what is behind it.
    fn is_of_stack(&self, instance: &str) -> bool {
        let is_error =
            self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error();
        !is_error || responder(&self.headers, instance) != Responder::Unknown
    }
}

/// Reads the beginning of the body; keeps what has arrived where the connection breaks.
async fn read(response: hyper::Response<impl Body<Data = Bytes> + Unpin>) -> ExposureResponse {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    while body.len() < MAX_BODY {
        match incoming.frame().await {
            Some(Ok(frame)) => body.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
            Some(Err(_)) | None => break,
        }
    }
    ExposureResponse {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
