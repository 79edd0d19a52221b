//! The listeners' loop: HTTP/1.1 with limits on time, size and number, which `axum::serve` does not have.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::Service;

use super::MAX_BODY;
use super::error::Error;

/// Time for a request's head, and for an idle connection. The gateway closes its own after 4 s.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Size of a head, bytes: what the gateway lets through, and Node's limit.
const MAX_HEAD: usize = 16 * 1024;
/// Delay after a connection could not be accepted, mostly because all descriptors are in use.
const ACCEPT_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// A service that answers on a listener.
pub trait Site:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
> Site for S
{
}

/// Serves the listener until `stop` completes, then drains the open connections. At most `max` are open at once; more
/// wait in the listener's queue.
pub async fn serve(
    listener: TcpListener,
    site: impl Site,
    max: usize,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let permits = Arc::new(Semaphore::new(max));
    let (stopping, stops) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, stream) = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            (permit, stream) = accepted => (permit, stream),
        };
        match stream {
            Ok((stream, _)) => {
                let connection = answer(stream, site.clone(), stops.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY_INTERVAL).await;
            }
        }
    }
    drop(listener);
    stopping.send_replace(true);
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn answer(stream: TcpStream, site: impl Site, mut stops: watch::Receiver<bool>) {
    // A small response must not wait for the peer's acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let answered = move |request| {
        let mut site = site.clone();
        async move {
            match whole(request).await {
                Ok(request) => site.call(request).await,
                Err(error) => Ok(error.into_response()),
            }
        }
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service_fn(answered))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let stopping = async {
        // A sender that is gone means the same.
        let _ = stops.wait_for(|&stops| stops).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Reads the whole body, at most [`MAX_BODY`] within [`BODY_TIMEOUT`].
async fn whole(request: hyper::Request<Incoming>) -> Result<Request, Error> {
    let (head, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(head, Body::empty()));
    }
    let limited = Limited::new(body, MAX_BODY);
    let read = timeout(BODY_TIMEOUT, limited.collect()).await;
    let whole = read.map_err(|_| Error::SLOW_BODY)?;
    let whole = whole.map_err(|_| Error::BAD_BODY)?;
    Ok(Request::from_parts(head, Body::from(whole.to_bytes())))
}
