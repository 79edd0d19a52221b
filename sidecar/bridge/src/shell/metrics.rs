//! `/metrics`, in the text format of prometheus-client.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Prefix of all names.
const PREFIX: &str = "sidelink_bridge";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

/// What the bridge counts.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    calls: Gauge,
    joined: Counter,
    resumed: Counter,
    refused: Family<Refusal, Counter>,
    bytes: Family<Direction, Counter>,
    join_milliseconds: Gauge<u64, AtomicU64>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            calls: Gauge::default(),
            joined: Counter::default(),
            resumed: Counter::default(),
            refused: Family::default(),
            bytes: Family::default(),
            join_milliseconds: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("calls", "Phones in a call", metrics.calls.clone());
        registry.register("joined", "Phones that joined", metrics.joined.clone());
        registry.register(
            "resumed",
            "Sockets that resumed a call",
            metrics.resumed.clone(),
        );
        registry.register(
            "refused",
            "Sockets and phones refused, by reason",
            metrics.refused.clone(),
        );
        registry.register(
            "frame_bytes",
            "Bytes of frames, by direction",
            metrics.bytes.clone(),
        );
        registry.register(
            "join_milliseconds",
            "Duration of the last join",
            metrics.join_milliseconds.clone(),
        );
        metrics
    }

    pub(super) fn joined(&self, took: std::time::Duration) {
        self.joined.inc();
        self.join_milliseconds
            .set(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    }

    pub(super) fn resumed(&self) {
        self.resumed.inc();
    }

    pub(super) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Refusal { reason }).inc();
    }

    pub(super) fn up(&self, bytes: usize) {
        self.bytes
            .get_or_create(&Direction { direction: "up" })
            .inc_by(bytes as u64);
    }

    pub(super) fn down(&self, bytes: usize) {
        self.bytes
            .get_or_create(&Direction { direction: "down" })
            .inc_by(bytes as u64);
    }

    /// Returns the bytes of both directions.
    pub(super) fn carried(&self) -> u64 {
        let carried = |direction| {
            let direction = Direction { direction };
            self.bytes.get_or_create(&direction).get()
        };
        carried("up") + carried("down")
    }

    /// Returns the text. `calls`: phones in a call.
    pub(super) fn text(&self, calls: usize) -> String {
        self.calls.set(i64::try_from(calls).unwrap_or(i64::MAX));
        let mut out = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut out, &self.registry);
        out
    }
}
