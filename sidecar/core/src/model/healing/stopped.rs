//! Whether a container was stopped manually, judged from its exit alone.

use crate::container::{Container, Run};

/// Reports whether a container that had ended when it was first observed was stopped manually.
///
/// When the engine stops, it stops the sidecar too. So a container that ended within 15 s of the sidecar's previous
/// exit ended together with it; Docker gives each container 10 s to stop. Exit code 137 is a stop whose grace period
/// was over; 255 is Docker's code for a machine that lost power.
pub(in crate::model) fn was_stopped_by_hand(
    container: &Container,
    own_previous_end: Option<u64>,
) -> bool {
    let Run::Exited {
        code, finished_at, ..
    } = container.run
    else {
        return false;
    };
    let together = own_previous_end.is_some_and(|end| end.abs_diff(finished_at) < 15_000);
    (ended_as_if_stopped(container) || (code == 137 && !out_of_memory(container))) && !together
}

/// Reports whether it ended with the exit code of a stop: 0, 130, 143, or that of its stop signal.
///
/// For exits while Docker's events could not be read. The stop may be intentional, so it is not undone.
pub(in crate::model) fn ended_as_if_stopped(container: &Container) -> bool {
    let Run::Exited {
        code,
        out_of_memory: false,
        ..
    } = container.run
    else {
        return false;
    };
    // LiveKit exits with 0 when it cannot start, but logs the reason.
    let of_a_stop = matches!(code, 0 | 130 | 143) || code == 128 + i64::from(container.stop_signal);
    of_a_stop && container.recognized.is_none()
}

fn out_of_memory(container: &Container) -> bool {
    matches!(
        container.run,
        Run::Exited {
            out_of_memory: true,
            ..
        }
    )
}
