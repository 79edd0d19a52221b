//! Errors of Docker and Compose: of the engine itself, and of containers that did not start or exited.

use super::log::{Signature, find};
use crate::redaction::quote;
use sidelink_core::Diagnosis;

/// Errors of a connection to the Docker API.
const OF_THE_API: &[Signature] = &[
    Signature::quoted(&["docker-proxy does not pass"], "docker_refused"),
    // docker-proxy's texts, in docker_proxy/engine.rs.
    Signature::plain(&["the Docker socket is missing"], "docker_sock_missing"),
    Signature::plain(&["the Docker socket is a "], "docker_sock_wrong"),
    Signature::plain(
        &["the Docker socket may not be opened"],
        "docker_permission",
    ),
    Signature::plain(
        &["nothing listens at the Docker socket"],
        "docker_sock_silent",
    ),
    // docker-proxy's socket is in a volume. If it is missing or silent, docker-proxy does not run.
    Signature::plain(&["Socket not found", "/docker-proxy/"], "docker_proxy_down"),
    Signature::plain(
        &["onnection refused", "/docker-proxy/"],
        "docker_proxy_down",
    ),
    Signature::quoted(&["permission denied"], "docker_permission"),
    Signature::quoted(&["Permission denied"], "docker_permission"),
    Signature::quoted(
        &["Cannot connect to the Docker daemon"],
        "docker_not_running",
    ),
    Signature::quoted(&["Connection refused"], "docker_not_running"),
    Signature::quoted(&["connection refused"], "docker_not_running"),
    Signature::quoted(&["No such file or directory"], "docker_not_running"),
    Signature::quoted(&["Socket not found"], "docker_not_running"),
];

/// Texts of `State.Error`, and of an answer to a start.
const OF_A_START: &[Signature] = &[
    Signature::quoted(&["port is already allocated"], "host_port_taken"),
    Signature::quoted(&["ports are not available"], "host_port_taken"),
    Signature::quoted(&["address already in use"], "host_port_taken"),
    Signature::quoted(&["No such image"], "image_missing"),
    Signature::quoted(&["pull access denied"], "image_missing"),
    Signature::quoted(&["manifest unknown"], "image_missing"),
    Signature::quoted(&["bind source path does not exist"], "mount_missing"),
    Signature::quoted(
        &["Are you trying to mount a directory onto a file"],
        "mount_missing",
    ),
    Signature::quoted(&["ounts denied"], "mount_denied"),
    Signature::quoted(&["not shared from the host"], "mount_denied"),
    Signature::quoted(&["mount", "permission denied"], "mount_denied"),
    Signature::quoted(&["mount", "operation not permitted"], "mount_denied"),
    Signature::quoted(&["network", "not found"], "network_missing"),
    Signature::quoted(&["exec format error"], "wrong_platform"),
    Signature::plain(&["no space left on device"], "disk_full"),
    Signature::plain(&["annot allocate memory"], "out_of_memory"),
    Signature::plain(&["out of memory"], "out_of_memory"),
    Signature::quoted(&["executable file not found"], "command_missing"),
    Signature::quoted(&["exec:", "no such file or directory"], "command_missing"),
    Signature::quoted(&["exec:", "permission denied"], "command_denied"),
];

/// Recognizes why the Docker API cannot be used.
pub fn lost(error: &str) -> Diagnosis {
    find(OF_THE_API, &[error]).unwrap_or_else(|| Diagnosis::Docker {
        detail: quote(error),
    })
}

/// Recognizes Docker's error about one container.
pub fn of_start(error: &str) -> Option<Diagnosis> {
    // `driver failed programming external connectivity on endpoint … (64 digits): ` does not help users.
    let cause = error.split_once("): ").map_or(error, |(_, cause)| cause);
    find(OF_A_START, &[cause])
}

/// Recognizes why a first start failed; `None` when none was attempted.
pub fn of_first_start(code: i64, error: &str) -> Option<Diagnosis> {
    if error.is_empty() && code == 0 {
        return None;
    }
    let known = of_start(error).or_else(|| of_exit_code(code, error));
    Some(known.unwrap_or_else(|| Diagnosis::of_code("engine_refused", &quote(error))))
}

/// Recognizes an exit code that has the same meaning for every program.
pub(crate) fn of_exit_code(code: i64, error: &str) -> Option<Diagnosis> {
    let diagnosis = match code {
        125 => "engine_refused",
        126 => "command_denied",
        127 => "command_missing",
        _ => return None,
    };
    Some(Diagnosis::of_code(diagnosis, &quote(error)))
}

/// Recognizes an exit by a signal, whose cause is not in the log.
pub(crate) fn of_signal(code: i64) -> Option<Diagnosis> {
    let diagnosis = match code {
        137 => "killed",
        139 => "crashed",
        143 => "terminated",
        _ => return None,
    };
    Some(Diagnosis::of_code(diagnosis, ""))
}
