//! Sends one request to Docker's socket, and reports why there was no answer.

use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// Time allowed for connecting; a socket on this machine takes the connection at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Time allowed for reading calls: twice the 10 s of the sidecar, because the engine may be under load.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(20);
/// Time allowed for a stop or restart, which waits for the container's grace period: `t`, ten minutes at most.
pub(super) const ACTION_TIMEOUT: Duration = Duration::from_secs(660);
/// Maximum size of an inspection in bytes. Most have 10 kB; a healthcheck's log and mounts add to it.
const MAX_INSPECTION: usize = 4 * 1024 * 1024;

/// Docker's socket.
#[derive(Debug)]
pub(super) struct Engine {
    socket: PathBuf,
}

/// Why Docker did not answer. `sidelink_diagnostics::recognize::engine` matches these messages.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    #[error("the Docker socket is missing")]
    Missing,
    #[error(
        "the Docker socket is a directory: Docker made it, because DOCKER_SOCK names no socket"
    )]
    Directory,
    #[error("the Docker socket is a file, not a socket")]
    File,
    #[error("the Docker socket may not be opened (permission denied)")]
    Denied,
    #[error("nothing listens at the Docker socket")]
    Silent,
    #[error("Docker did not answer in {} s", .0.as_secs())]
    Late(Duration),
    #[error("Docker's answer broke off")]
    Broken,
}

impl Engine {
    pub(super) fn at(socket: PathBuf) -> Self {
        Self { socket }
    }

    /// Sends a request and returns the head of the answer within `limit`; the body is streamed.
    pub(super) async fn ask(
        &self,
        method: Method,
        target: &str,
        limit: Duration,
    ) -> Result<Response<Incoming>, EngineError> {
        let stream = match timeout(CONNECT_TIMEOUT, UnixStream::connect(&self.socket)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(connect_error(&self.socket, &error)),
            Err(_) => return Err(EngineError::Late(CONNECT_TIMEOUT)),
        };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "docker")
            .header("content-length", "0")
            .body(Empty::<Bytes>::new())
            .map_err(|_| EngineError::Broken)?;
        let answer = async {
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            // The task ends when the body has been read or dropped.
            tokio::spawn(connection);
            sender.send_request(request).await
        };
        match timeout(limit, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(EngineError::Broken),
            Err(_) => Err(EngineError::Late(limit)),
        }
    }

    /// Returns Docker's status, and the body of the inspection or of the error.
    pub(super) async fn inspect(&self, target: &str) -> Result<(StatusCode, Bytes), EngineError> {
        let answer = self.ask(Method::GET, target, READ_TIMEOUT).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_INSPECTION).collect();
        match timeout(READ_TIMEOUT, body).await {
            Ok(Ok(body)) => Ok((status, body.to_bytes())),
            Ok(Err(_)) => Err(EngineError::Broken),
            Err(_) => Err(EngineError::Late(READ_TIMEOUT)),
        }
    }
}

/// Names what is at the socket's path. Docker creates a missing `DOCKER_SOCK` as a directory.
fn connect_error(socket: &Path, error: &io::Error) -> EngineError {
    let Ok(found) = std::fs::metadata(socket).map(|metadata| metadata.file_type()) else {
        return if error.kind() == io::ErrorKind::PermissionDenied {
            EngineError::Denied
        } else {
            EngineError::Missing
        };
    };
    if found.is_dir() {
        EngineError::Directory
    } else if !found.is_socket() {
        EngineError::File
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        EngineError::Denied
    } else {
        EngineError::Silent
    }
}
