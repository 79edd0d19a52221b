//! Reads what the doctor and a support bundle need: the engine's version, container logs and misspelt labels.

use std::collections::BTreeMap;

use anyhow::Result;
use bollard::Docker;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;

use super::{Api, EngineVersion, PROJECT, REQUEST_TIMEOUT, labelled, labels, list};
use crate::config::settings::Settings;

/// Label that holds Compose's name of the service.
const SERVICE: &str = "com.docker.compose.service";
/// Maximum number of log lines per container.
const MAX_LINES: usize = 200;
/// Maximum size of a container's log in bytes, because a line may be long.
const MAX_BYTES: usize = 256 * 1024;

/// The last lines of one container.
#[derive(Debug)]
pub struct ContainerLog {
    /// Compose's name of the service.
    pub service: String,
    /// Standard output and error, with times.
    pub text: String,
    /// Value of `sidelink.hostname`.
    pub hostname: Option<String>,
    /// Image name, as in `compose.yaml`.
    pub image: String,
}

/// A service that Sidelink does not watch, although it has labels meant for Sidelink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwatched {
    /// Compose's name of the service.
    pub service: String,
    /// Names of the labels; `sidelink.role` is not among them.
    pub labels: Vec<String>,
}

impl Api {
    /// Returns the API that the settings describe.
    pub fn of(settings: &Settings) -> Self {
        Self {
            host: settings.docker_host.clone(),
            project: settings.project.clone(),
        }
    }

    /// Returns the engine's version.
    pub async fn version(&self) -> Result<EngineVersion> {
        let version = self.connect(REQUEST_TIMEOUT).await?.version().await?;
        Ok(EngineVersion::of(&version))
    }

    /// Returns the log of each container with a role, including those that ended.
    pub async fn logs(&self) -> Result<Vec<ContainerLog>> {
        let docker = self.connect(REQUEST_TIMEOUT).await?;
        let (project, _) = self.project(&docker).await?;
        let mut logs = Vec::new();
        for container in labelled(&docker, &project).await? {
            let mut labels = container.labels.unwrap_or_default();
            logs.push(ContainerLog {
                service: labels.remove(SERVICE).unwrap_or_default(),
                hostname: labels.remove("sidelink.hostname"),
                image: container.image.unwrap_or_default(),
                text: tail(&docker, &container.id.unwrap_or_default()).await,
            });
        }
        Ok(logs)
    }

    /// Returns services with misspelt labels. Lists all containers, because no filter finds a misspelt label.
    pub async fn unwatched(&self) -> Result<Vec<Unwatched>> {
        let docker = self.connect(REQUEST_TIMEOUT).await?;
        let (project, _) = self.project(&docker).await?;
        let mut found = BTreeMap::new();
        for container in list(&docker, vec![format!("{PROJECT}={project}")]).await? {
            let mut all = container.labels.unwrap_or_default();
            let labels = labels::without_role(&all);
            if !labels.is_empty() {
                found.insert(all.remove(SERVICE).unwrap_or_default(), labels);
            }
        }
        let unwatched = |(service, labels)| Unwatched { service, labels };
        Ok(found.into_iter().map(unwatched).collect())
    }
}

/// Returns the last lines of a container's log, or the error in their place.
async fn tail(docker: &Docker, id: &str) -> String {
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .tail(&MAX_LINES.to_string())
        .build();
    let mut lines = docker.logs(id, Some(options));
    let mut text = String::new();
    while let Some(line) = lines.next().await {
        match line {
            Ok(line) if text.len() < MAX_BYTES => text.push_str(&line.to_string()),
            Ok(_) => return text + "\n… more\n",
            Err(error) => return text + &format!("\n(cannot be read: {error})\n"),
        }
    }
    text
}
