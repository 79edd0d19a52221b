//! Inspections under way: one at a time for each container, all containers beside each other.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::InspectContainerOptions;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::{convert, tail};
use crate::recognition;
use sidelink_core::Container;

/// An inspection takes some milliseconds; a container whose shim hangs holds its answer back for ever.
const INSPECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a container is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// It was unhealthy or could not be read.
    Doubt,
    /// An event says that something has changed.
    Changed,
    /// An event says that it has ended.
    Ended,
}

/// What came of one inspection.
#[derive(Debug)]
pub(super) struct Reading {
    pub id: String,
    pub why: Why,
    /// `Ok(None)`: gone meanwhile, or not one of the labelled containers.
    pub found: Result<Option<Container>, Unreadable>,
}

/// Docker did not answer for one container.
#[derive(Debug)]
pub(super) struct Unreadable;

type UnderWay = Pin<Box<dyn Future<Output = Reading> + Send>>;

/// All of them.
#[derive(Default)]
pub(super) struct Readings {
    under_way: FuturesUnordered<UnderWay>,
    /// Which container is being read, and why it is to be read once more after that.
    ids: BTreeMap<String, Option<(Docker, Why)>>,
}

impl Readings {
    /// Asks Docker; where it is being asked already, once more after that: the answer may be from before.
    pub(super) fn ask(&mut self, docker: &Docker, id: String, why: Why) {
        if let Some(next) = self.ids.get_mut(&id) {
            if why != Why::Doubt {
                let before = next.take().map_or(why, |(_, before)| before);
                *next = Some((docker.clone(), why.max(before)));
            }
            return;
        }
        self.ids.insert(id.clone(), None);
        self.begin(docker.clone(), id, why);
    }

    /// It has been removed: an inspection under way is from before.
    pub(super) fn forget(&mut self, id: &str) {
        self.ids.remove(id);
    }

    /// The next one that has come back; `None` while none is under way.
    pub(super) async fn next(&mut self) -> Option<Reading> {
        loop {
            let reading = self.under_way.next().await?;
            let Some(again) = self.ids.remove(&reading.id) else {
                continue;
            };
            if let Some((docker, why)) = again {
                self.ids.insert(reading.id.clone(), None);
                self.begin(docker, reading.id.clone(), why);
            }
            return Some(reading);
        }
    }

    fn begin(&mut self, docker: Docker, id: String, why: Why) {
        let reading = async move {
            let found = inspect(&docker, &id).await;
            Reading { id, why, found }
        };
        self.under_way.push(reading.boxed());
    }
}

/// Reads one container, and has its facts recognized.
pub(super) async fn inspect(docker: &Docker, id: &str) -> Result<Option<Container>, Unreadable> {
    let asked = docker.inspect_container(id, None::<InspectContainerOptions>);
    match timeout(INSPECT_TIMEOUT, asked).await {
        Ok(Ok(response)) => match convert::container(response) {
            Some((mut container, mut facts)) => {
                facts.log = tail::of(docker, &container).await;
                container.recognized = recognition::of_container(&container, &facts);
                Ok(Some(container))
            }
            None => Ok(None),
        },
        Ok(Err(bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        })) => Ok(None),
        Ok(Err(error)) => {
            tracing::debug!(id, %error, "cannot be inspected");
            Err(Unreadable)
        }
        Err(_) => {
            tracing::debug!(id, "an inspection takes too long");
            Err(Unreadable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_removed_does_not_come_back_by_an_inspection_from_before() {
        let mut readings = Readings::default();
        for id in ["1", "2"] {
            readings.ids.insert(id.to_owned(), None);
            let reading = Reading {
                id: id.to_owned(),
                why: Why::Ended,
                found: Ok(None),
            };
            readings.under_way.push(async { reading }.boxed());
        }
        readings.forget("1");
        assert_eq!(
            readings.next().await.map(|reading| reading.id),
            Some("2".to_owned())
        );
        assert!(readings.next().await.is_none());
    }
}
