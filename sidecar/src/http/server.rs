//! The listeners' loop: HTTP/1.1 with limits on time, size and number, which `axum::serve` does not have.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::MAX_BODY;
use super::error::Error;

/// A head that takes longer does not come; an idle connection ends then too. The gateway closes its own after 4 s.
const HEAD: Duration = Duration::from_secs(10);
/// Bodies are a few short names.
const BODY: Duration = Duration::from_secs(10);
/// Of a head: what the gateway lets through, and Node's own limit.
const MAX_HEAD: usize = 16 * 1024;
/// Where no connection can be taken, mostly because all descriptors are in use.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers on the listener until `stop` comes; then ends the open connections' waits and drains. `most` are open at
/// once; whoever comes then waits in the listener's queue.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let places = Arc::new(Semaphore::new(most));
    let (stopping, stops) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            (place, stream) = accepted => (place, stream),
        };
        match stream {
            Ok((stream, _)) => {
                let connection = answer(stream, router.clone(), stops.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!("cannot take a connection: {error}");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    stopping.send_replace(true);
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn answer(stream: TcpStream, router: Router, mut stops: watch::Receiver<bool>) {
    // A small answer must not wait for the peer's acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY: {error}");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
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
        tracing::debug!("a connection ended: {error}");
    }
}

/// Reads a body before anything is done with it, so that none takes longer than [`BODY`].
pub(super) async fn whole_body(request: Request, next: Next) -> Result<Response, Infallible> {
    if request.body().is_end_stream() {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    Ok(match timeout(BODY, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Ok(Err(_)) => Error::BAD_BODY.into_response(),
        Err(_) => Error::SLOW_BODY.into_response(),
    })
}
