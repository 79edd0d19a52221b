//! Answers one request.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, ORIGIN, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};

use super::Proxy;
use super::call::{Call, CallRefusal, ContainerOperation, Operation};
use super::engine::{ACTION_TIMEOUT, EngineError, READ_TIMEOUT};
use super::project::{Inspection, ProjectError};
use sidelink_diagnostics::shorten;

/// Maximum length of a logged method and path.
const MAX_LOGGED: usize = 120;

type ProxyResponse = Response<Either<Full<Bytes>, Incoming>>;

/// Why the proxy answers in place of Docker.
#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error("docker-proxy does not pass this call on: {0}")]
    Refused(#[from] CallRefusal),
    #[error("docker-proxy: {0}")]
    EngineError(#[from] EngineError),
    #[error("docker-proxy: {0}")]
    ProjectError(#[from] ProjectError),
}

impl ProxyError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::FORBIDDEN,
            Self::EngineError(EngineError::Late(_)) => StatusCode::GATEWAY_TIMEOUT,
            Self::EngineError(_) | Self::ProjectError(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

/// Answers a request. Logs actions and refusals, but not reading calls.
pub(super) async fn answer(
    proxy: Arc<Proxy>,
    request: Request<Incoming>,
) -> Result<ProxyResponse, Infallible> {
    let asked = shorten(
        &format!("{} {}", request.method(), request.uri().path()),
        MAX_LOGGED,
    );
    let answer = match pass_on(&proxy, &request).await {
        Ok(answer) => {
            if request.method() == Method::POST {
                tracing::info!(asked = ?asked, status = answer.status().as_u16(), "passed on");
            }
            answer
        }
        Err(failure) => {
            tracing::warn!(asked = ?asked, error = %failure, "not passed on");
            error_response(failure.status(), &failure.to_string())
        }
    };
    Ok(answer)
}

async fn pass_on(proxy: &Proxy, request: &Request<Incoming>) -> Result<ProxyResponse, ProxyError> {
    let call = Call::parse(request.method(), request.uri())?;
    if request.headers().contains_key(UPGRADE) {
        return Err(CallRefusal::Upgrade.into());
    }
    if is_of_a_page(request.headers()) {
        return Err(CallRefusal::Page.into());
    }
    if !request.body().is_end_stream() {
        return Err(CallRefusal::Body.into());
    }
    if matches!(call.operation, Operation::Ping | Operation::Version) {
        return send(proxy, &call, "", "", READ_TIMEOUT).await;
    }
    let project = proxy.project.name(&proxy.engine).await?;
    let Operation::Container { name, operation } = &call.operation else {
        return send(proxy, &call, project, "", READ_TIMEOUT).await;
    };
    let (status, body) = proxy.engine.inspect(&call.inspection(name)).await?;
    if status != StatusCode::OK {
        return Ok(json(status, body));
    }
    let found = Inspection::read(&body).ok_or(EngineError::Broken)?;
    found.is_ours(project, operation.is_action())?;
    if *operation == ContainerOperation::Inspect {
        return Ok(json(StatusCode::OK, found.without_environment()));
    }
    let limit = if operation.is_action() {
        ACTION_TIMEOUT
    } else {
        READ_TIMEOUT
    };
    let id = found.id().ok_or(EngineError::Broken)?;
    send(proxy, &call, project, id, limit).await
}

/// Returns whether a web page sends the request. Web pages reach the socket only where an operator
/// exposes it on TCP; such requests carry these headers or a host name with a dot.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map_or(&b""[..], HeaderValue::as_bytes);
    let foreign = host.contains(&b'.') && !host.ends_with(b".localhost");
    foreign || headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// Sends the call to Docker; passes its status, content type and body back, but no other header.
async fn send(
    proxy: &Proxy,
    call: &Call,
    project: &str,
    id: &str,
    limit: Duration,
) -> Result<ProxyResponse, ProxyError> {
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

/// Builds an error in the format of the Docker API.
fn error_response(status: StatusCode, message: &str) -> ProxyResponse {
    let body = serde_json::json!({ "message": message }).to_string();
    json(status, body.into())
}

fn json(status: StatusCode, body: Bytes) -> ProxyResponse {
    let mut answer = Response::new(Either::Left(Full::new(body)));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
