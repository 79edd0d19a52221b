//! Converts Docker's inspection of a container to the model's type. The environment is never read.

use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum,
    ContainerSummary, ContainerSummaryStateEnum, HealthStatusEnum, HealthcheckResult, HostConfig,
    RestartPolicyNameEnum,
};

use super::labels::Labels;
use super::signal;
use crate::recognition::ContainerFacts;
use crate::runtime::clock::from_rfc3339;
use sidelink_core::{Condition, Container, Dependency, Health, LanAddress, Role, Run};
use sidelink_diagnostics::quoted;
use sidelink_diagnostics::recognize::host_ip;

/// Maximum length of a healthcheck's output; enough to recognize it.
const MAX_OUTPUT: usize = 200;

/// Converts an inspection; `None` without a role, and for a one-off `docker compose run`.
pub(super) fn container(response: ContainerInspectResponse) -> Option<(Container, ContainerFacts)> {
    let config = response.config?;
    let exposed = config.exposed_ports.unwrap_or_default();
    let (labels, stop_signal) = (config.labels?, config.stop_signal);
    let label = |name: &str| labels.get(name).map(String::as_str);
    if label("com.docker.compose.oneoff") == Some("True") {
        return None;
    }
    let read = Labels::read(&labels)?;
    let state = response.state?;
    let facts = facts(&state);
    let container = Container {
        id: response.id?,
        service: label("com.docker.compose.service")?.to_owned(),
        role: read.role,
        port: read.port.or_else(|| only_port(read.role, exposed)),
        health_path: read.health_path,
        page_path: read.page_path,
        mount: read.mount,
        label_errors: read.errors,
        required: read.required,
        tunnel: read.tunnel,
        tunnel_priority: read.tunnel_priority,
        hostname: read.hostname,
        depends_on: label("com.docker.compose.depends_on").map_or_else(Vec::new, depends_on),
        stop_signal: signal::of_stop(stop_signal.as_deref()),
        finishes: response.host_config.is_some_and(finishes),
        patience: read.patience,
        readable: true,
        autoheal: read.autoheal,
        stand_in: read.stand_in,
        health: health(&state),
        started_at: state.started_at.as_deref().map_or(0, from_rfc3339),
        created_at: response.created.map_or(0, |at| from_rfc3339(&at)),
        restarts: response.restart_count.unwrap_or(0),
        run: run(state),
        lan_address: lan_address(read.role, &facts),
        recognized: None,
    };
    Some((container, facts))
}

/// Converts a list's entry, for a container that Docker does not answer an inspection of.
pub(super) fn listed(summary: ContainerSummary) -> Option<Container> {
    let status = match summary.state? {
        ContainerSummaryStateEnum::CREATED => ContainerStateStatusEnum::CREATED,
        ContainerSummaryStateEnum::RUNNING => ContainerStateStatusEnum::RUNNING,
        ContainerSummaryStateEnum::PAUSED => ContainerStateStatusEnum::PAUSED,
        ContainerSummaryStateEnum::RESTARTING => ContainerStateStatusEnum::RESTARTING,
        _ => ContainerStateStatusEnum::EXITED,
    };
    let inspection = ContainerInspectResponse {
        id: summary.id,
        state: Some(ContainerState {
            status: Some(status),
            ..ContainerState::default()
        }),
        config: Some(ContainerConfig {
            labels: summary.labels,
            ..ContainerConfig::default()
        }),
        ..ContainerInspectResponse::default()
    };
    let created_at = summary.created.and_then(|at| u64::try_from(at).ok());
    Some(Container {
        created_at: created_at.unwrap_or(0) * 1000,
        readable: false,
        ..container(inspection)?.0
    })
}

/// Parses `gate:service_completed_successfully:false,redis:service_started:false`.
fn depends_on(label: &str) -> Vec<Dependency> {
    let dependency = |part: &str| {
        let mut fields = part.split(':');
        let service = fields.next().filter(|name| !name.is_empty())?.to_owned();
        let condition = match fields.next() {
            Some("service_completed_successfully") => Condition::Completed,
            Some("service_healthy") => Condition::Healthy,
            _ => Condition::Started,
        };
        Some(Dependency { service, condition })
    };
    label.split(',').filter_map(dependency).collect()
}

/// Returns whether exit code 0 is final; `restart: always` and `unless-stopped` start the container again.
fn finishes(host: HostConfig) -> bool {
    let policy = host.restart_policy.and_then(|policy| policy.name);
    !matches!(
        policy,
        Some(RestartPolicyNameEnum::ALWAYS | RestartPolicyNameEnum::UNLESS_STOPPED)
    )
}

/// Returns the only TCP port that an app's image exposes, for an app without `sidelink.port`.
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
            error: quoted(&state.error.unwrap_or_default(), MAX_OUTPUT),
            finished_at: state.finished_at.as_deref().map_or(0, from_rfc3339),
        },
    }
}

fn lan_address(role: Role, facts: &ContainerFacts) -> Option<LanAddress> {
    let output = (role == Role::HostIp).then_some(&facts.health_output)?;
    host_ip::address(output)
}

/// Reads what only the diagnosis needs.
fn facts(state: &ContainerState) -> ContainerFacts {
    ContainerFacts {
        code: state.exit_code.unwrap_or(0),
        error: state.error.clone().unwrap_or_default(),
        health_output: last_check(state)
            .and_then(|check| check.output.clone())
            .unwrap_or_default(),
        log: String::new(),
    }
}

fn last_check(state: &ContainerState) -> Option<&HealthcheckResult> {
    state.health.as_ref()?.log.as_ref()?.last()
}

fn health(state: &ContainerState) -> Health {
    let Some(health) = &state.health else {
        return Health::None;
    };
    let last = last_check(state);
    let output = last.and_then(|result| result.output.as_deref());
    let output = output.unwrap_or_default();
    match health.status {
        Some(HealthStatusEnum::HEALTHY) => Health::Healthy,
        Some(HealthStatusEnum::STARTING) => Health::Starting,
        Some(HealthStatusEnum::UNHEALTHY) => {
            let code = last.and_then(|result| result.exit_code).unwrap_or(1);
            unhealthy(code, output)
        }
        _ => Health::None,
    }
}

/// Distinguishes a failed check from one that could not run: exit code -1, or the shell's 126 or 127. A check that
/// reached its time limit also has -1.
fn unhealthy(code: i64, output: &str) -> Health {
    let late = output.starts_with("Health check exceeded timeout");
    if matches!(code, -1 | 126 | 127) && !late {
        // The end of runc's message names what is missing: `exec: "curl": executable file not found in $PATH`.
        let end = output.rfind("exec: ").map_or(output, |at| &output[at..]);
        let output = quoted(end.trim_end().trim_end_matches(": unknown"), MAX_OUTPUT);
        return Health::CannotRun { output };
    }
    Health::Unhealthy {
        output: quoted(output, MAX_OUTPUT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_have_their_condition() {
        let label = "gate:service_completed_successfully:false,redis:service_healthy:true,app:service_started:false,";
        let read = depends_on(label);
        let read: Vec<_> = read
            .iter()
            .map(|d| (d.service.as_str(), d.condition))
            .collect();
        let expected = [
            ("gate", Condition::Completed),
            ("redis", Condition::Healthy),
            ("app", Condition::Started),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_healthcheck_that_cannot_run_is_not_one_that_fails() {
        let runc = "OCI runtime exec failed: exec failed: unable to start container process: exec: \"curl\": executable file not found in $PATH: unknown";
        for (code, output, expected) in [
            (
                -1,
                runc,
                Some("exec: \"curl\": executable file not found in $PATH"),
            ),
            (
                127,
                "/bin/sh: 1: wget: not found\n",
                Some("/bin/sh: 1: wget: not found"),
            ),
            (
                126,
                "/check.sh: Permission denied",
                Some("/check.sh: Permission denied"),
            ),
            (-1, "Health check exceeded timeout (3s)", None),
            (1, "curl: (22) The requested URL returned error: 500", None),
            (7, "", None),
        ] {
            let health = unhealthy(code, output);
            let found = match &health {
                Health::CannotRun { output } => Some(output.as_str()),
                _ => None,
            };
            assert_eq!(found, expected, "{code} {output}");
        }
    }
}
