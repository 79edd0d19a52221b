//! The socket that the sidecar connects to.

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

/// The sidecar has a dozen at most: the event stream, a question each container, what is being done.
const MAX_CONNECTIONS: usize = 64;
/// For a request's head, and between two requests of one connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// The sidecar's requests have three headers and 300 bytes.
const MAX_HEADERS: usize = 32;
const MAX_HEAD: usize = 16 * 1024;
/// Where the process has no file left, a moment later one may be free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the process is asked to end.
pub async fn run(paths: Paths, project: Option<String>) -> Result<()> {
    let listener = bind(&paths.listen)?;
    let proxy = Proxy::new(paths.docker, project);
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tracing::info!(socket = %paths.listen.display(), "docker-proxy listens");
    // An open event stream is cut: it would hold up `docker compose down`.
    tokio::select! {
        () = accept(listener, proxy) => {}
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}

/// A socket of an earlier run is replaced; anything else that lies there is left alone.
pub(super) fn bind(path: &Path) -> Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path)?,
        Ok(_) => bail!("{} is there and is not a socket: remove it", path.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    let listener =
        UnixListener::bind(path).with_context(|| format!("cannot listen on {}", path.display()))?;
    // The sidecar is another user. Who may come near is decided by who has the volume: on the host
    // it lies in a folder of root's.
    fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

pub(super) async fn accept(listener: UnixListener, proxy: Arc<Proxy>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let proxy = Arc::clone(&proxy);
                tokio::spawn(async move {
                    connection(stream, proxy).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
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
