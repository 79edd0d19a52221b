//! A filter in front of Docker's socket: what the sidecar may ask of Docker, and nothing else.
//!
//! It listens on a Unix socket in a volume that only docker-proxy and the sidecar share, and its
//! container has no network, so neither the host's users nor a web page reach it. A call is parsed
//! into a `call::Call` and sent on as a new request made from that, so no header, encoding or
//! parameter that the rules do not know passes.

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

/// Where it listens and what it stands in front of.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Its own socket, in a volume that the sidecar shares.
    pub listen: PathBuf,
    /// Docker's socket, as `DOCKER_SOCK` mounts it.
    pub docker: PathBuf,
}

/// Everything that one request needs.
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
