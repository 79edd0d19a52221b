//! What all phones share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::metrics::Metrics;
use super::places::Places;
use super::resume::Registry;
use super::senders::Senders;
use crate::rtc::Dtls;
use crate::settings::Settings;

/// What all phones share.
pub(super) struct Stack {
    pub(super) settings: Settings,
    pub(super) dtls: Dtls,
    /// Places of phones in a call.
    pub(super) places: Places,
    /// Places of sockets whose hello is awaited.
    pub(super) waiting: Places,
    pub(super) registry: Registry,
    pub(super) senders: Senders,
    pub(super) metrics: Metrics,
    /// Whether the bridge ends.
    pub(super) stopping: watch::Receiver<bool>,
    /// Held by each phone until it has left.
    pub(super) alive: mpsc::WeakSender<()>,
    calls: AtomicU64,
}

impl Stack {
    pub(super) fn new(
        settings: Settings,
        dtls: Dtls,
        stopping: watch::Receiver<bool>,
        alive: mpsc::WeakSender<()>,
    ) -> Arc<Self> {
        let (total, per_address) = (settings.phones, settings.phones_per_address);
        Arc::new(Self {
            places: Places::new(total, per_address),
            waiting: Places::of_waiting(total, per_address),
            settings,
            dtls,
            registry: Registry::default(),
            senders: Senders::default(),
            metrics: Metrics::new(),
            stopping,
            alive,
            calls: AtomicU64::new(0),
        })
    }

    /// Returns a number for the log.
    pub(super) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }
}
