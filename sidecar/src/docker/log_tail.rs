//! Reads the last log lines of an ended container, only to recognize the cause: they are not stored or sent on.

use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use tokio::time::timeout;

use sidelink_core::{Container, Run};

/// Maximum number of lines; the cause is followed by few others.
const MAX_LINES: &str = "20";
/// Maximum size in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// Time allowed for reading the log; it delays the report of the container's end.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the last lines of a container that ended, for its diagnosis; empty for any other.
pub(super) async fn of(docker: &Docker, container: &Container) -> String {
    let Run::Exited {
        out_of_memory: false,
        ..
    } = container.run
    else {
        return String::new();
    };
    let log = read(docker, container).await;
    String::from_utf8_lossy(&log).into_owned()
}

/// Returns the last bytes of both streams, or what has been read when the time is over.
async fn read(docker: &Docker, container: &Container) -> Vec<u8> {
    // The log of earlier runs does not explain the end of this one.
    let since = i32::try_from(container.started_at / 1000).unwrap_or(0);
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .tail(MAX_LINES)
        .since(since)
        .build();
    let mut stream = Box::pin(docker.logs(&container.id, Some(options)));
    let mut log = Vec::new();
    let all = async {
        while let Some(Ok(chunk)) = stream.next().await {
            log.extend_from_slice(&chunk.into_bytes());
            let excess = log.len().saturating_sub(MAX_BYTES);
            log.drain(..excess);
        }
    };
    if timeout(READ_TIMEOUT, all).await.is_err() {
        tracing::debug!(container.id, "reading the log takes too long");
    }
    log
}
