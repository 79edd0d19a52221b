//! What Docker and Compose say: of the engine itself, and of a container that did not start or ended.

use super::log::{Sign, find};
use crate::redaction::quote;
use sidelink_core::Diagnosis;

/// Of a connection to the Docker API that failed.
const OF_THE_API: &[Sign] = &[
    Sign::quoted(&["docker-proxy does not pass"], "docker_refused"),
    // docker-proxy's own words, in docker_proxy/engine.rs.
    Sign::plain(&["the Docker socket is missing"], "docker_sock_missing"),
    Sign::plain(&["the Docker socket is a "], "docker_sock_wrong"),
    Sign::plain(
        &["the Docker socket may not be opened"],
        "docker_permission",
    ),
    Sign::plain(
        &["nothing listens at the Docker socket"],
        "docker_sock_silent",
    ),
    // Its socket lies in a volume: without it, or with nobody behind it, it does not run.
    Sign::plain(&["Socket not found", "/docker-proxy/"], "docker_proxy_down"),
    Sign::plain(
        &["onnection refused", "/docker-proxy/"],
        "docker_proxy_down",
    ),
    Sign::quoted(&["permission denied"], "docker_permission"),
    Sign::quoted(&["Permission denied"], "docker_permission"),
    Sign::quoted(
        &["Cannot connect to the Docker daemon"],
        "docker_not_running",
    ),
    Sign::quoted(&["Connection refused"], "docker_not_running"),
    Sign::quoted(&["connection refused"], "docker_not_running"),
    Sign::quoted(&["No such file or directory"], "docker_not_running"),
    Sign::quoted(&["Socket not found"], "docker_not_running"),
];

/// Of `State.Error`, and of an answer to a start.
const OF_A_START: &[Sign] = &[
    Sign::quoted(&["port is already allocated"], "host_port_taken"),
    Sign::quoted(&["ports are not available"], "host_port_taken"),
    Sign::quoted(&["address already in use"], "host_port_taken"),
    Sign::quoted(&["No such image"], "image_missing"),
    Sign::quoted(&["pull access denied"], "image_missing"),
    Sign::quoted(&["manifest unknown"], "image_missing"),
    Sign::quoted(&["bind source path does not exist"], "mount_missing"),
    Sign::quoted(
        &["Are you trying to mount a directory onto a file"],
        "mount_missing",
    ),
    Sign::quoted(&["ounts denied"], "mount_denied"),
    Sign::quoted(&["not shared from the host"], "mount_denied"),
    Sign::quoted(&["mount", "permission denied"], "mount_denied"),
    Sign::quoted(&["mount", "operation not permitted"], "mount_denied"),
    Sign::quoted(&["network", "not found"], "network_missing"),
    Sign::quoted(&["exec format error"], "wrong_platform"),
    Sign::plain(&["no space left on device"], "disk_full"),
    Sign::plain(&["annot allocate memory"], "out_of_memory"),
    Sign::plain(&["out of memory"], "out_of_memory"),
    Sign::quoted(&["executable file not found"], "command_missing"),
    Sign::quoted(&["exec:", "no such file or directory"], "command_missing"),
    Sign::quoted(&["exec:", "permission denied"], "command_denied"),
];

/// Why the Docker API cannot be used.
pub fn lost(said: &str) -> Diagnosis {
    find(OF_THE_API, &[said]).unwrap_or_else(|| Diagnosis::Docker {
        detail: quote(said),
    })
}

/// What Docker says of one container, if that is known.
pub fn of_start(said: &str) -> Option<Diagnosis> {
    // `driver failed programming external connectivity on endpoint … (64 digits): ` says nothing to a person.
    let said = said.split_once("): ").map_or(said, |(_, cause)| cause);
    find(OF_A_START, &[said])
}

/// Why a container was never started; `None` where nobody has tried.
pub fn of_first_start(code: i64, error: &str) -> Option<Diagnosis> {
    if error.is_empty() && code == 0 {
        return None;
    }
    let known = of_start(error).or_else(|| of_exit_code(code, error));
    Some(known.unwrap_or_else(|| Diagnosis::known("engine_refused", &quote(error))))
}

/// What an exit code means by itself, whoever ended with it.
pub(crate) fn of_exit_code(code: i64, error: &str) -> Option<Diagnosis> {
    let row = match code {
        125 => "engine_refused",
        126 => "command_denied",
        127 => "command_missing",
        _ => return None,
    };
    Some(Diagnosis::known(row, &quote(error)))
}

/// Ended by a signal: what its log says is not why.
pub(crate) fn of_signal(code: i64) -> Option<Diagnosis> {
    let row = match code {
        137 => "killed",
        139 => "crashed",
        143 => "terminated",
        _ => return None,
    };
    Some(Diagnosis::known(row, ""))
}
