//! `sidelink docker-proxy`.

use crate::config::log_format::LogFormat;
use crate::docker_proxy::{Paths, check, run as serve};
use crate::runtime::exit::CommandFailure;
use crate::runtime::log;

/// Serves; with `only_check`, sends one request and ends.
pub async fn run(
    paths: Paths,
    project: Option<String>,
    only_check: bool,
) -> Result<(), CommandFailure> {
    if only_check {
        return check(&paths.listen)
            .await
            .map_err(|error| CommandFailure::unavailable(error.to_string()));
    }
    log::start(LogFormat::Text);
    let project = project.filter(|name| !name.is_empty());
    serve(paths, project).await.map_err(CommandFailure::config)
}
