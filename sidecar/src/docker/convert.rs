//! From Docker's account of a container to ours. Its environment is never looked at.

use std::collections::HashMap;

use bollard::models::{
    ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, HealthStatusEnum,
};

use crate::clock::from_rfc3339;
use crate::diagnosis::scrub;
use crate::model::{Container, Health, Role, Run, TunnelKind, is_hostname};
use crate::reason::shorten;

/// Enough of a healthcheck's output to recognise it by.
const OUTPUT: usize = 200;

/// `None` for what is no long-running service of ours: no role, or a one-off `docker compose run`.
pub(super) fn container(response: ContainerInspectResponse) -> Option<Container> {
    let labels = response.config?.labels?;
    let label = |name: &str| labels.get(name).map(String::as_str);
    if label("com.docker.compose.oneoff") == Some("True") {
        return None;
    }
    let role = Role::from_label(label("sidelink.role")?);
    let state = response.state?;
    Some(Container {
        id: response.id?,
        service: label("com.docker.compose.service")?.to_owned(),
        role,
        port: label("sidelink.port").and_then(|port| port.parse().ok()),
        health_path: label("sidelink.health").map(str::to_owned),
        required: !is(&labels, "sidelink.required", "false"),
        tunnel: TunnelKind::from_label(label("sidelink.tunnel")),
        order: label("sidelink.order").and_then(|order| order.parse().ok()),
        hostname: label("sidelink.hostname").and_then(hostname),
        depends_on: label("com.docker.compose.depends_on").map_or_else(Vec::new, depends_on),
        heal: !is(&labels, "sidelink.heal", "false"),
        stand_in: is(&labels, "sidelink.stand-in", "true"),
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

/// `https://a.example/` and `a.example` alike; anything else is no hostname.
fn hostname(label: &str) -> Option<String> {
    let name = label.strip_prefix("https://").unwrap_or(label);
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    is_hostname(&name).then_some(name)
}

fn is(labels: &HashMap<String, String>, name: &str, value: &str) -> bool {
    labels.get(name).is_some_and(|text| text == value)
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
            error: shorten(&scrub(&state.error.unwrap_or_default()), OUTPUT),
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
                output: shorten(&scrub(last.unwrap_or_default()), OUTPUT),
            }
        }
        _ => Health::None,
    }
}
