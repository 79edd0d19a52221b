//! The loop of a container that watches this machine. Its healthcheck is a separate process.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

/// Between two checks; a user who has just started LiveKit waits for the result.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Checks each second and prints each change, until SIGTERM.
pub(super) async fn print_changes<T: Display + PartialEq>(
    mut check: impl AsyncFnMut() -> T,
) -> io::Result<()> {
    let mut stop = signal(SignalKind::terminate())?;
    let mut ticks = interval(CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    loop {
        tokio::select! {
            _ = stop.recv() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let observed = check().await;
        if before.as_ref() != Some(&observed) {
            println!("{observed}");
            before = Some(observed);
        }
    }
}
