//! One request to Docker's socket, and why there was no answer.

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

/// A socket on this machine answers at once or is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The sidecar waits 10 s for an answer; an engine under load gets the double.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(20);
/// A stop or restart waits for the container's grace period, ten minutes at most (`t`), as Docker does.
pub(super) const ACT_TIMEOUT: Duration = Duration::from_secs(660);
/// An inspection has some 10 kB; a healthcheck's log and many mounts make it longer.
const MAX_INSPECTION: usize = 4 * 1024 * 1024;

/// Docker's socket.
#[derive(Debug)]
pub(super) struct Engine {
    socket: PathBuf,
}

/// Why Docker did not answer. The sidecar knows these sentences (`diagnosis/engine.rs`).
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
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

    /// The head of the answer within `limit`; its body comes as Docker sends it.
    pub(super) async fn ask(
        &self,
        method: Method,
        target: &str,
        limit: Duration,
    ) -> Result<Response<Incoming>, NoAnswer> {
        let stream = match timeout(CONNECT_TIMEOUT, UnixStream::connect(&self.socket)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(why(&self.socket, &error)),
            Err(_) => return Err(NoAnswer::Late(CONNECT_TIMEOUT)),
        };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "docker")
            .header("content-length", "0")
            .body(Empty::<Bytes>::new())
            .map_err(|_| NoAnswer::Broken)?;
        let answer = async {
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            // It ends with the answer's body, which ends with whoever reads it.
            tokio::spawn(connection);
            sender.send_request(request).await
        };
        match timeout(limit, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(NoAnswer::Broken),
            Err(_) => Err(NoAnswer::Late(limit)),
        }
    }

    /// What Docker says of a container; its own status and words where that is not 200.
    pub(super) async fn inspect(&self, target: &str) -> Result<(StatusCode, Bytes), NoAnswer> {
        let answer = self.ask(Method::GET, target, READ_TIMEOUT).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_INSPECTION).collect();
        match timeout(READ_TIMEOUT, body).await {
            Ok(Ok(body)) => Ok((status, body.to_bytes())),
            Ok(Err(_)) => Err(NoAnswer::Broken),
            Err(_) => Err(NoAnswer::Late(READ_TIMEOUT)),
        }
    }
}

/// A missing `DOCKER_SOCK` is made by Docker itself, as a directory.
fn why(socket: &Path, error: &io::Error) -> NoAnswer {
    let Ok(found) = std::fs::metadata(socket).map(|metadata| metadata.file_type()) else {
        return if error.kind() == io::ErrorKind::PermissionDenied {
            NoAnswer::Denied
        } else {
            NoAnswer::Missing
        };
    };
    if found.is_dir() {
        NoAnswer::Directory
    } else if !found.is_socket() {
        NoAnswer::File
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        NoAnswer::Denied
    } else {
        NoAnswer::Silent
    }
}
