//! What the doctor and a bug report want of Docker: its version, the last lines of each labelled container, and the
//! containers whose labels are misspelt.

use std::collections::BTreeMap;

use anyhow::Result;
use bollard::Docker;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;

use super::{Api, EngineVersion, PROJECT, TIMEOUT, labelled, labels, list};
use crate::config::settings::Settings;

/// Compose's name of a service.
const SERVICE: &str = "com.docker.compose.service";
/// Lines of each container.
const LINES: usize = 200;
/// Of each container: a line may be long.
const MAX_BYTES: usize = 256 * 1024;

/// The last lines of one container.
#[derive(Debug)]
pub struct Log {
    /// Compose's name.
    pub service: String,
    /// Its standard output and error, with times.
    pub text: String,
    /// From `sidelink.hostname`.
    pub hostname: Option<String>,
    /// Of the image, as `compose.yaml` names it.
    pub image: String,
}

/// A service that is not watched, although it has labels that were meant for Sidelink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwatched {
    /// Compose's name.
    pub service: String,
    /// Names of the labels; none of them is `sidelink.role`.
    pub labels: Vec<String>,
}

impl Api {
    /// As the settings describe it.
    pub fn of(settings: &Settings) -> Self {
        Self {
            host: settings.docker_host.clone(),
            project: settings.project.clone(),
        }
    }

    /// Asks the engine which one it is.
    pub async fn version(&self) -> Result<EngineVersion> {
        let version = self.connect(TIMEOUT).await?.version().await?;
        Ok(EngineVersion::of(&version))
    }

    /// Of every labelled container of the project, also of those that ended.
    pub async fn logs(&self) -> Result<Vec<Log>> {
        let docker = self.connect(TIMEOUT).await?;
        let (project, _) = self.project(&docker).await?;
        let mut logs = Vec::new();
        for container in labelled(&docker, &project).await? {
            let mut labels = container.labels.unwrap_or_default();
            logs.push(Log {
                service: labels.remove(SERVICE).unwrap_or_default(),
                hostname: labels.remove("sidelink.hostname"),
                image: container.image.unwrap_or_default(),
                text: tail(&docker, &container.id.unwrap_or_default()).await,
            });
        }
        Ok(logs)
    }

    /// Of every container of the project, also of those that ended. A misspelt label is in no filter.
    pub async fn unwatched(&self) -> Result<Vec<Unwatched>> {
        let docker = self.connect(TIMEOUT).await?;
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

/// What cannot be read is told in its place.
async fn tail(docker: &Docker, id: &str) -> String {
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .tail(&LINES.to_string())
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
