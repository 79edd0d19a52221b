//! Counters and histograms of this process, as Prometheus reads them. What follows from the latest snapshot is added by
//! `http/metrics.rs`.
//!
//! Labels are roles, service names and codes: never a token, a host name or a visitor's path.

use std::time::Duration;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use sidelink_core::{Finding, ProbeResult, Target, Verification};

/// Begins the name of every metric.
pub const PREFIX: &str = "sidelink";

/// Upper bounds in seconds. A verification is stopped after ten.
const DURATION_BUCKETS: [f64; 8] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Names of labels with their values.
type MetricLabels<const N: usize> = [(&'static str, &'static str); N];

/// All counters and histograms.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    verifications: Family<MetricLabels<1>, Counter>,
    verification_duration: Histogram,
    probes: Family<MetricLabels<2>, Counter>,
    restarts: Family<[(&'static str, String); 2], Counter>,
    links_created: Counter,
    links_joined: Counter,
    links_ended: Counter,
    refused_requests: Family<[(&'static str, u16); 1], Counter>,
}

/// What a request did to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAction {
    /// A link was handed out.
    Create,
    /// A person got LiveKit's address and an access token.
    Join,
    /// A link was ended by a request.
    End,
}

impl LinkAction {
    /// Returns the name for a span.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Join => "join",
            Self::End => "end",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            verifications: Family::default(),
            verification_duration: Histogram::new(DURATION_BUCKETS),
            probes: Family::default(),
            restarts: Family::default(),
            links_created: Counter::default(),
            links_joined: Counter::default(),
            links_ended: Counter::default(),
            refused_requests: Family::default(),
        };
        // From the start, so that a rate is right from the first failure on.
        for result in [OK, LIMITED, FAILED] {
            drop(metrics.verifications.get_or_create(&[("result", result)]));
        }
        metrics.register();
        metrics
    }
}

const OK: &str = "ok";
const LIMITED: &str = "limited";
const FAILED: &str = "failed";

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "verifications",
            "Verifications of the public URL that ended, by result",
            self.verifications.clone(),
        );
        registry.register(
            "verification_duration_seconds",
            "Time that a verification took",
            self.verification_duration.clone(),
        );
        registry.register(
            "probes",
            "Probes of services, by role and result",
            self.probes.clone(),
        );
        registry.register(
            "restarts",
            "Starts and restarts that Docker was asked for, by service and code of the diagnosis",
            self.restarts.clone(),
        );
        registry.register(
            "links_created",
            "Requests that got a link, repeated ones included",
            self.links_created.clone(),
        );
        registry.register(
            "links_joined",
            "Requests that joined by a link",
            self.links_joined.clone(),
        );
        registry.register(
            "links_ended",
            "Links that a request ended",
            self.links_ended.clone(),
        );
        registry.register(
            "refused_requests",
            "Requests that got an error, by HTTP status; without /runtime-config, health checks, unknown paths and foreign names or origins",
            self.refused_requests.clone(),
        );
    }

    /// Counts a verification that ended. One that a newer one replaces does not.
    pub fn verified(&self, verification: &Verification, took: Duration) {
        let result = match verification {
            verification if !verification.works() => FAILED,
            verification if verification.limited.is_empty() => OK,
            _ => LIMITED,
        };
        self.verifications
            .get_or_create(&[("result", result)])
            .inc();
        self.verification_duration.observe(took.as_secs_f64());
    }

    /// Counts a probe.
    pub fn probed(&self, target: &Target, outcome: &ProbeResult) {
        let result = match outcome {
            Err(_) => FAILED,
            Ok(Finding::Limited(_)) => LIMITED,
            Ok(Finding::Tunnel { ready: false, .. }) => "not_ready",
            Ok(_) => OK,
        };
        let labels = [("role", target.role().as_str()), ("result", result)];
        self.probes.get_or_create(&labels).inc();
    }

    /// Counts a start or restart that Docker is asked for.
    pub fn restarted(&self, service: &str, code: &'static str) {
        let labels = [("service", service.to_owned()), ("code", code.to_owned())];
        self.restarts.get_or_create(&labels).inc();
    }

    /// Counts what a request did to a link.
    pub fn link(&self, action: LinkAction) {
        match action {
            LinkAction::Create => self.links_created.inc(),
            LinkAction::Join => self.links_joined.inc(),
            LinkAction::End => self.links_ended.inc(),
        };
    }

    /// Counts a request that got this HTTP status instead of what it asked for.
    pub fn refused(&self, status: u16) {
        self.refused_requests
            .get_or_create(&[("code", status)])
            .inc();
    }

    /// Appends all of them in the text format.
    pub fn write(&self, out: &mut String) {
        // Writing into a string cannot fail.
        let _ = encode_registry(out, &self.registry);
    }
}
