//! The proxy's own Compose project, and whether a container belongs to it.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::call::{CallRefusal, is_name};
use super::engine::{Engine, EngineError};
use super::filters::PROJECT;

/// The project's name: configured, or read from the label of the container that runs this process.
#[derive(Debug)]
pub(super) struct OwnProject {
    known: OnceCell<String>,
}

/// Why the project's name cannot be determined.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProjectError {
    #[error(transparent)]
    EngineError(#[from] EngineError),
    #[error(
        "docker-proxy cannot find its own Compose project: start it with Docker Compose, or set SIDELINK_PROJECT"
    )]
    Label,
}

impl OwnProject {
    pub(super) fn new(given: Option<String>) -> Self {
        Self {
            known: OnceCell::new_with(given),
        }
    }

    pub(super) async fn name(&self, engine: &Engine) -> Result<&str, ProjectError> {
        let name = self.known.get_or_try_init(|| read(engine)).await?;
        Ok(name)
    }
}

async fn read(engine: &Engine) -> Result<String, ProjectError> {
    let own = std::env::var("HOSTNAME").unwrap_or_default();
    if !is_name(&own) {
        return Err(ProjectError::Label);
    }
    let (status, body) = engine.inspect(&format!("/containers/{own}/json")).await?;
    let inspection = Inspection::read(&body).filter(|_| status == StatusCode::OK);
    let project = inspection.and_then(|own| own.label(PROJECT).map(str::to_owned));
    project
        .filter(|name| !name.is_empty())
        .ok_or(ProjectError::Label)
}

/// Docker's inspection of one container.
pub(super) struct Inspection(Value);

impl Inspection {
    pub(super) fn read(body: &Bytes) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }

    /// Returns the full id, so that the action applies to the container that was inspected.
    pub(super) fn id(&self) -> Option<&str> {
        let id = self.0.get("Id")?.as_str()?;
        let whole = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
        whole.then_some(id)
    }

    fn label(&self, name: &str) -> Option<&str> {
        self.0.get("Config")?.get("Labels")?.get(name)?.as_str()
    }

    /// Refuses a container of another project, and with `is_action` one without a role.
    pub(super) fn is_ours(&self, project: &str, is_action: bool) -> Result<(), CallRefusal> {
        if self.label(PROJECT) != Some(project) {
            return Err(CallRefusal::Project);
        }
        if is_action && self.label("sidelink.role").is_none() {
            return Err(CallRefusal::Role);
        }
        Ok(())
    }

    /// Removes the container's environment, which often holds passwords and is not needed.
    pub(super) fn without_environment(mut self) -> Bytes {
        if let Some(config) = self.0.get_mut("Config").and_then(Value::as_object_mut) {
            config.remove("Env");
        }
        self.0.to_string().into()
    }
}
