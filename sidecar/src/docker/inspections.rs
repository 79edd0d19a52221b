//! Runs inspections: one at a time per container, all containers concurrently.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::InspectContainerOptions;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::{convert, log_tail};
use crate::recognition;
use sidelink_core::Container;

/// Time allowed for an inspection. It takes milliseconds, but never ends where the container's shim hangs.
const INSPECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a container is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReadReason {
    /// It was unhealthy or could not be read.
    Reread,
    /// An event reports a change.
    Changed,
    /// An event reports its end.
    Ended,
}

/// Result of one inspection.
#[derive(Debug)]
pub(super) struct InspectionResult {
    pub id: String,
    pub reason: ReadReason,
    /// The container; `Ok(None)` where it was removed or has no role.
    pub container: Result<Option<Container>, Unreadable>,
}

/// Docker did not answer for one container.
#[derive(Debug)]
pub(super) struct Unreadable;

type PendingInspection = Pin<Box<dyn Future<Output = InspectionResult> + Send>>;

/// All running inspections.
#[derive(Default)]
pub(super) struct Inspections {
    pending: FuturesUnordered<PendingInspection>,
    /// Containers being inspected, and why one is inspected once more after that.
    ids: BTreeMap<String, Option<(Docker, ReadReason)>>,
}

impl Inspections {
    /// Starts an inspection. Repeats a running one when it ends, because its result may be outdated.
    pub(super) fn request(&mut self, docker: &Docker, id: String, reason: ReadReason) {
        if let Some(next) = self.ids.get_mut(&id) {
            if reason != ReadReason::Reread {
                let queued = next.take().map_or(reason, |(_, queued)| queued);
                *next = Some((docker.clone(), reason.max(queued)));
            }
            return;
        }
        self.ids.insert(id.clone(), None);
        self.begin(docker.clone(), id, reason);
    }

    /// Discards the running inspection of a removed container.
    pub(super) fn forget(&mut self, id: &str) {
        self.ids.remove(id);
    }

    /// Returns the next result; `None` while no inspection runs.
    pub(super) async fn next(&mut self) -> Option<InspectionResult> {
        loop {
            let result = self.pending.next().await?;
            let Some(queued) = self.ids.remove(&result.id) else {
                continue;
            };
            if let Some((docker, reason)) = queued {
                self.ids.insert(result.id.clone(), None);
                self.begin(docker, result.id.clone(), reason);
            }
            return Some(result);
        }
    }

    fn begin(&mut self, docker: Docker, id: String, reason: ReadReason) {
        let inspection = async move {
            let container = inspect(&docker, &id).await;
            InspectionResult {
                id,
                reason,
                container,
            }
        };
        self.pending.push(inspection.boxed());
    }
}

/// Inspects one container, and recognizes known causes of its state.
pub(super) async fn inspect(docker: &Docker, id: &str) -> Result<Option<Container>, Unreadable> {
    let inspection = docker.inspect_container(id, None::<InspectContainerOptions>);
    match timeout(INSPECT_TIMEOUT, inspection).await {
        Ok(Ok(response)) => match convert::container(response) {
            Some((mut container, mut facts)) => {
                facts.log = log_tail::of(docker, &container).await;
                container.recognized = recognition::of_container(&container, &facts);
                Ok(Some(container))
            }
            None => Ok(None),
        },
        Ok(Err(bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        })) => Ok(None),
        Ok(Err(error)) => {
            tracing::debug!(id, %error, "cannot inspect the container");
            Err(Unreadable)
        }
        Err(_) => {
            tracing::debug!(id, "the inspection takes too long");
            Err(Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_outdated_inspection_does_not_bring_back_a_removed_container() {
        let mut inspections = Inspections::default();
        for id in ["1", "2"] {
            inspections.ids.insert(id.to_owned(), None);
            let result = InspectionResult {
                id: id.to_owned(),
                reason: ReadReason::Ended,
                container: Ok(None),
            };
            inspections.pending.push(async { result }.boxed());
        }
        inspections.forget("1");
        assert_eq!(
            inspections.next().await.map(|result| result.id),
            Some("2".to_owned())
        );
        assert!(inspections.next().await.is_none());
    }
}
