//! From a request to its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, ORIGIN, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};

use super::Proxy;
use super::call::{Call, Doing, Refusal, What};
use super::engine::{ACT_TIMEOUT, NoAnswer, READ_TIMEOUT};
use super::project::{Inspection, Unknown};
use sidelink_diagnostics::shorten;

/// Enough of a refused path to know what was asked.
const LOGGED: usize = 120;

type Answer = Response<Either<Full<Bytes>, Incoming>>;

/// Why a call is not answered by Docker.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("docker-proxy does not pass this call on: {0}")]
    Refused(#[from] Refusal),
    #[error("docker-proxy: {0}")]
    NoAnswer(#[from] NoAnswer),
    #[error("docker-proxy: {0}")]
    Unknown(#[from] Unknown),
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::FORBIDDEN,
            Self::NoAnswer(NoAnswer::Late(_)) => StatusCode::GATEWAY_TIMEOUT,
            Self::NoAnswer(_) | Self::Unknown(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

/// Answers every request; what is refused or done is logged, not each question.
pub(super) async fn answer(
    proxy: Arc<Proxy>,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let asked = shorten(
        &format!("{} {}", request.method(), request.uri().path()),
        LOGGED,
    );
    let answer = match passed(&proxy, &request).await {
        Ok(answer) => {
            if request.method() == Method::POST {
                tracing::info!(asked = ?asked, status = answer.status().as_u16(), "passed on");
            }
            answer
        }
        Err(failure) => {
            tracing::warn!(asked = ?asked, "{failure}");
            told(failure.status(), &failure.to_string())
        }
    };
    Ok(answer)
}

async fn passed(proxy: &Proxy, request: &Request<Incoming>) -> Result<Answer, Failure> {
    let call = Call::parse(request.method(), request.uri())?;
    if request.headers().contains_key(UPGRADE) {
        return Err(Refusal::Upgrade.into());
    }
    if is_of_a_page(request.headers()) {
        return Err(Refusal::Page.into());
    }
    if !request.body().is_end_stream() {
        return Err(Refusal::Body.into());
    }
    if matches!(call.what, What::Ping | What::Version) {
        return send(proxy, &call, "", "", READ_TIMEOUT).await;
    }
    let project = proxy.project.name(&proxy.engine).await?;
    let What::Container { name, doing } = &call.what else {
        return send(proxy, &call, project, "", READ_TIMEOUT).await;
    };
    let (status, body) = proxy.engine.inspect(&call.inspection(name)).await?;
    if status != StatusCode::OK {
        return Ok(json(status, body));
    }
    let found = Inspection::read(&body).ok_or(NoAnswer::Broken)?;
    found.is_ours(project, doing.actions())?;
    if *doing == Doing::Inspect {
        return Ok(json(StatusCode::OK, found.without_environment()));
    }
    let limit = if doing.actions() {
        ACT_TIMEOUT
    } else {
        READ_TIMEOUT
    };
    let id = found.id().ok_or(NoAnswer::Broken)?;
    send(proxy, &call, project, id, limit).await
}

/// No web page reaches a Unix socket. Where somebody makes a TCP port of it, its requests are known by
/// these headers, and by a host name with a dot, which no client of a Unix socket sends.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map_or(&b""[..], HeaderValue::as_bytes);
    let foreign = host.contains(&b'.') && !host.ends_with(b".localhost");
    foreign || headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// Docker's status, type and body; no other header of its answer.
async fn send(
    proxy: &Proxy,
    call: &Call,
    project: &str,
    id: &str,
    limit: Duration,
) -> Result<Answer, Failure> {
    let target = call.target(project, id)?;
    let answer = proxy
        .engine
        .ask(call.method.clone(), &target, limit)
        .await?;
    let (head, body) = answer.into_parts();
    let mut passed = Response::new(Either::Right(body));
    *passed.status_mut() = head.status;
    if let Some(kind) = head.headers.get(CONTENT_TYPE) {
        passed.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    Ok(passed)
}

/// As Docker tells its own errors.
fn told(status: StatusCode, message: &str) -> Answer {
    let body = serde_json::json!({ "message": message }).to_string();
    json(status, body.into())
}

fn json(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(body)));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
