//! Starts, stops and restarts containers.

use anyhow::Result;
use bollard::query_parameters::{
    RestartContainerOptionsBuilder, StartContainerOptions, StopContainerOptions,
};

use super::Api;

/// Seconds allowed for an action. A stop waits for the grace period: a few seconds in Compose, 10 by default.
const ACTION_TIMEOUT: u64 = 60;
/// Seconds that a restarted container has to stop before Docker kills it.
const STOP_GRACE: i32 = 3;

impl Api {
    /// Starts a container; succeeds where it already runs.
    pub async fn start(&self, id: &str) -> Result<()> {
        let docker = self.connect(ACTION_TIMEOUT).await?;
        let start = docker.start_container(id, None::<StartContainerOptions>);
        Ok(start.await?)
    }

    /// Restarts a container that hangs or has lost its function.
    pub async fn restart(&self, id: &str) -> Result<()> {
        let docker = self.connect(ACTION_TIMEOUT).await?;
        let options = RestartContainerOptionsBuilder::new().t(STOP_GRACE).build();
        Ok(docker.restart_container(id, Some(options)).await?)
    }

    /// Stops a container, and waits as long as Compose's `stop_grace_period`.
    pub async fn stop(&self, id: &str) -> Result<()> {
        let docker = self.connect(ACTION_TIMEOUT).await?;
        let stop = docker.stop_container(id, None::<StopContainerOptions>);
        Ok(stop.await?)
    }
}
