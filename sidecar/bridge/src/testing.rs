//! What the unit tests share.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Returns the same instant in each call: tests add to it.
pub(crate) fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(|| tokio::time::Instant::now().into_std())
}

/// Returns a duration of milliseconds.
pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
