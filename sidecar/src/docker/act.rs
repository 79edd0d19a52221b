//! What is done to a container.

use anyhow::Result;
use bollard::query_parameters::{
    RestartContainerOptionsBuilder, StartContainerOptions, StopContainerOptions,
};

use super::Api;

/// A stop waits for the container: Compose's grace periods are a few seconds, Docker's own is 10.
const TIMEOUT_ACT: u64 = 60;
/// What hangs or is lost gets so many seconds to end by itself.
const GRACE: i32 = 3;

impl Api {
    /// Starts a container that ended; one that runs already is fine.
    pub async fn start(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let start = docker.start_container(id, None::<StartContainerOptions>);
        Ok(start.await?)
    }

    /// Ends its process, which hangs or is of no use any more, and starts it again.
    pub async fn restart(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let options = RestartContainerOptionsBuilder::new().t(GRACE).build();
        Ok(docker.restart_container(id, Some(options)).await?)
    }

    /// Asks it to end, and waits as long as Compose's `stop_grace_period`.
    pub async fn stop(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let stop = docker.stop_container(id, None::<StopContainerOptions>);
        Ok(stop.await?)
    }
}
