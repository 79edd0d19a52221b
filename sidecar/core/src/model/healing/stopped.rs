//! Whether somebody stopped a container, judged from its end alone.

use crate::container::{Container, Run};

/// Stopped by somebody's wish, judged from the first sight of a container that had already ended.
///
/// An engine that goes down takes the sidecar with it, so what ended within 15 s of the sidecar's
/// own previous end (Docker gives each container 10 s to stop) went down together with it. Exit
/// code 137 is that of a stop whose grace period was over; 255 is Docker's for a machine that lost power.
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

/// It ended while Docker's events could not be read, with the exit code of a stop: 0, 130, 143, or that of
/// its own stop signal. Whether somebody wished it is not known, so it is not undone.
pub(in crate::model) fn ended_as_if_stopped(container: &Container) -> bool {
    let Run::Exited {
        code,
        out_of_memory: false,
        ..
    } = container.run
    else {
        return false;
    };
    // LiveKit ends with 0 where it cannot start, and says why.
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
