//! The loop of a container that only watches this machine: it logs each change, and its healthcheck looks for itself.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

/// A user who starts LiveKit looks for the link right then.
const EVERY: Duration = Duration::from_secs(1);

/// Looks each second and prints what changed, until SIGTERM.
pub(super) async fn print_changes<T: Display + PartialEq>(
    mut look: impl AsyncFnMut() -> T,
) -> io::Result<()> {
    let mut stop = signal(SignalKind::terminate())?;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    loop {
        tokio::select! {
            _ = stop.recv() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let observed = look().await;
        if before.as_ref() != Some(&observed) {
            println!("{observed}");
            before = Some(observed);
        }
    }
}
