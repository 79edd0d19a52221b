//! The last lines of a container that ended, only to be recognised: they are neither kept nor passed on.

use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use tokio::time::timeout;

use sidelink_core::{Container, Run};

/// Enough for the cause of an end and what a program prints after it.
const LINES: &str = "20";
const BYTES: usize = 8 * 1024;
/// A container's end is not told later than this for want of its log.
const LIMIT: Duration = Duration::from_secs(2);

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

/// The latest bytes of both streams; what could be read, when it takes too long.
async fn read(docker: &Docker, container: &Container) -> Vec<u8> {
    // What earlier runs of it said is not why this one ended.
    let since = i32::try_from(container.started_at / 1000).unwrap_or(0);
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .tail(LINES)
        .since(since)
        .build();
    let mut stream = Box::pin(docker.logs(&container.id, Some(options)));
    let mut log = Vec::new();
    let all = async {
        while let Some(Ok(piece)) = stream.next().await {
            log.extend_from_slice(&piece.into_bytes());
            let over = log.len().saturating_sub(BYTES);
            log.drain(..over);
        }
    };
    if timeout(LIMIT, all).await.is_err() {
        tracing::debug!(container.id, "a log took too long to read");
    }
    log
}
