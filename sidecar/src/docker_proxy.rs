//! Filters calls to Docker's socket: only the calls that the sidecar needs pass.
//!
//! docker-proxy listens on a Unix socket in a volume that only it and the sidecar share, and its
//! container has no network, so neither the host's users nor a web page reach it. A call is parsed
//! into a `call::Call`, and a new request is built from that. Headers, encodings and parameters
//! that the rules do not list never reach Docker.

mod call;
mod check;
mod engine;
mod filters;
mod listen;
mod project;
mod serve;
#[cfg(test)]
mod tests;

pub use check::check;
pub use listen::run;

use std::path::PathBuf;
use std::sync::Arc;

use engine::Engine;
use project::OwnProject;

/// Paths of the proxy's socket and of Docker's.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The proxy's own socket, in a volume shared with the sidecar.
    pub listen: PathBuf,
    /// Docker's socket, as `DOCKER_SOCK` mounts it.
    pub docker: PathBuf,
}

/// State shared by all requests.
#[derive(Debug)]
struct Proxy {
    engine: Engine,
    project: OwnProject,
}

impl Proxy {
    fn new(docker: PathBuf, project: Option<String>) -> Arc<Self> {
        Arc::new(Self {
            engine: Engine::at(docker),
            project: OwnProject::new(project),
        })
    }
}
