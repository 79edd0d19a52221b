//! From facts about a container or the engine to a diagnosis: the one place where sources have theirs recognized.

use sidelink_core::{Container, Diagnosis, Health, Role, Run};
use sidelink_diagnostics::recognize::log::{ContainerExit, of_exit, of_output};
use sidelink_diagnostics::recognize::{engine, host_ip};

/// What Docker reports of a container besides its state; read to be recognized, and not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The exit code that Docker notes, also where a first start failed.
    pub code: i64,
    /// Docker's own error, often empty.
    pub error: String,
    /// What the healthcheck printed last.
    pub health_output: String,
    /// The last log lines of a container that ended.
    pub log: String,
}

/// Returns what a failed start, an end or the healthcheck's output means, where that is known.
pub fn of_container(container: &Container, facts: &Facts) -> Option<Diagnosis> {
    let Container { role, tunnel, .. } = *container;
    match (&container.run, &container.health) {
        (Run::Created, _) => engine::of_first_start(facts.code, &facts.error),
        (
            Run::Exited {
                code,
                out_of_memory: false,
                error,
                ..
            },
            _,
        ) => of_exit(ContainerExit {
            role,
            tunnel,
            code: *code,
            error,
            log: &facts.log,
        }),
        (Run::Running, Health::Healthy) if role == Role::HostIp => {
            host_ip::of_health(&facts.health_output)
        }
        (Run::Running, Health::Unhealthy { output }) => of_output(role, tunnel, output),
        _ => None,
    }
}

/// Returns why the Docker API cannot be used.
pub fn of_lost_engine(error: &str) -> Diagnosis {
    engine::lost(error)
}
