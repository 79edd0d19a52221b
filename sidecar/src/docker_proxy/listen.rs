//! Serves the socket that the sidecar connects to.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::{Paths, Proxy, serve};

/// Maximum of open connections. The sidecar uses a dozen: the event stream, inspections and actions.
const MAX_CONNECTIONS: usize = 64;
/// Time allowed for a request's head, and between two requests of a connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of headers; the sidecar sends three.
const MAX_HEADERS: usize = 32;
/// Maximum size of a request's head in bytes; the sidecar's have 300.
const MAX_HEAD: usize = 16 * 1024;
/// Delay after a failed accept, for example while the process has no file descriptor left.
const ACCEPT_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Serves until the process receives SIGTERM or SIGINT.
pub async fn run(paths: Paths, project: Option<String>) -> Result<()> {
    let listener = bind(&paths.listen)?;
    let proxy = Proxy::new(paths.docker, project);
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tracing::info!(socket = %paths.listen.display(), "docker-proxy listens");
    // Open event streams are cut, because they would delay `docker compose down`.
    tokio::select! {
        () = accept(listener, proxy) => {}
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}

/// Binds the socket. Replaces a socket of an earlier run, and fails where another kind of file exists.
pub(super) fn bind(path: &Path) -> Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path)?,
        Ok(_) => bail!(
            "cannot listen on {}: the file is not a socket; remove it",
            path.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    let listener =
        UnixListener::bind(path).with_context(|| format!("cannot listen on {}", path.display()))?;
    // The sidecar runs as another user. Access is limited by the volume, which only root can open
    // on the host.
    fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

pub(super) async fn accept(listener: UnixListener, proxy: Arc<Proxy>) {
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let proxy = Arc::clone(&proxy);
                tokio::spawn(async move {
                    connection(stream, proxy).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY_INTERVAL).await;
            }
        }
    }
}

async fn connection(stream: UnixStream, proxy: Arc<Proxy>) {
    let service = service_fn(move |request| serve::answer(Arc::clone(&proxy), request));
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}
