//! From Docker's account of a container to ours. Its environment is never looked at.

use bollard::models::{
    ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, HealthStatusEnum,
};

use super::labels::Labels;
use crate::clock::from_rfc3339;
use crate::diagnosis::quoted;
use crate::model::{Container, Health, Role, Run};

/// Enough of a healthcheck's output to recognise it by.
const OUTPUT: usize = 200;

/// `None` for what is no long-running service of ours: no role, or a one-off `docker compose run`.
pub(super) fn container(response: ContainerInspectResponse) -> Option<Container> {
    let config = response.config?;
    let exposed = config.exposed_ports.unwrap_or_default();
    let labels = config.labels?;
    let label = |name: &str| labels.get(name).map(String::as_str);
    if label("com.docker.compose.oneoff") == Some("True") {
        return None;
    }
    let read = Labels::read(&labels)?;
    let state = response.state?;
    Some(Container {
        id: response.id?,
        service: label("com.docker.compose.service")?.to_owned(),
        role: read.role,
        port: read.port.or_else(|| only_port(read.role, exposed)),
        health_path: read.health_path,
        page_path: read.page_path,
        mount: read.mount,
        label_mistakes: read.mistakes,
        required: read.required,
        tunnel: read.tunnel,
        order: read.order,
        hostname: read.hostname,
        depends_on: label("com.docker.compose.depends_on").map_or_else(Vec::new, depends_on),
        heal: read.heal,
        stand_in: read.stand_in,
        health: health(&state),
        started_at: state.started_at.as_deref().map_or(0, from_rfc3339),
        created_at: response.created.map_or(0, |at| from_rfc3339(&at)),
        restarts: response.restart_count.unwrap_or(0),
        run: run(state),
    })
}

/// Of `gate:service_completed_successfully:false,redis:service_started:false` the names.
fn depends_on(label: &str) -> Vec<String> {
    let name = |part: &str| part.split(':').next().map(str::to_owned);
    label
        .split(',')
        .filter_map(name)
        .filter(|name| !name.is_empty())
        .collect()
}

/// An app without `sidelink.port` listens on the only TCP port that its image names.
fn only_port(role: Role, exposed: Vec<String>) -> Option<u16> {
    let port = |name: &String| name.strip_suffix("/tcp").unwrap_or(name).parse().ok();
    let mut ports = exposed.iter().filter_map(port);
    let only = ports.next().filter(|_| role == Role::App)?;
    ports.next().is_none().then_some(only)
}

fn run(state: ContainerState) -> Run {
    match state.status {
        Some(ContainerStateStatusEnum::CREATED) => Run::Created,
        Some(ContainerStateStatusEnum::RUNNING) => Run::Running,
        Some(ContainerStateStatusEnum::PAUSED) => Run::Paused,
        Some(ContainerStateStatusEnum::RESTARTING) => Run::Restarting,
        _ => Run::Exited {
            code: state.exit_code.unwrap_or(-1),
            out_of_memory: state.oom_killed.unwrap_or(false),
            error: quoted(&state.error.unwrap_or_default(), OUTPUT),
            said: None,
            finished_at: state.finished_at.as_deref().map_or(0, from_rfc3339),
        },
    }
}

fn health(state: &ContainerState) -> Health {
    let Some(health) = &state.health else {
        return Health::None;
    };
    match health.status {
        Some(HealthStatusEnum::HEALTHY) => Health::Healthy,
        Some(HealthStatusEnum::STARTING) => Health::Starting,
        Some(HealthStatusEnum::UNHEALTHY) => {
            let last = health
                .log
                .as_ref()
                .and_then(|log| log.last())
                .and_then(|result| result.output.as_deref());
            Health::Unhealthy {
                output: quoted(last.unwrap_or_default(), OUTPUT),
            }
        }
        _ => Health::None,
    }
}
