//! Sockets, tasks and the clock.

mod http_client;
mod joined;
mod livekit;
mod metrics;
mod page;
mod phone;
mod places;
pub(crate) mod publication;
mod resume;
mod senders;
pub(crate) mod server;
mod stack;
mod visitor;

use std::time::Instant;

/// Returns the time. Tests can pause it.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
