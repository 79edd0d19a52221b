//! Recognizes known causes in what Docker reports of a container or of itself.

use sidelink_core::{Container, Diagnosis, Health, Role, Run};
use sidelink_diagnostics::recognize::log::{ContainerExit, of_exit, of_output};
use sidelink_diagnostics::recognize::{engine, host_ip};

/// What Docker reports of a container besides its state; used to recognize the cause, and not stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerFacts {
    /// Exit code, or the code of a failed first start.
    pub code: i64,
    /// Docker's error, of a failed first start too; often empty.
    pub error: String,
    /// Output of the last healthcheck.
    pub health_output: String,
    /// Last log lines of an ended container.
    pub log: String,
}

/// Returns the known cause of a failed start, an end or a healthcheck's output.
pub fn of_container(container: &Container, facts: &ContainerFacts) -> Option<Diagnosis> {
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
