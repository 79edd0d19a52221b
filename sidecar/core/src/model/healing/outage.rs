//! Whether a service needs a start or restart, and how long Sidelink waits before it.

use std::time::Duration;

use super::super::Finding;
use super::super::service::Service;
use crate::backoff::ExponentialBackoff;
use crate::container::{Health, Run};
use crate::diagnosis::Diagnosis;
use crate::role::Role;

/// Delay before a start: Docker reports a stop signal after sending it, so the exit may be known first.
const STOP_REPORT_DELAY: Duration = Duration::from_millis(300);
/// A service that worked no longer answers: even a long pause of the process is over by then.
const HUNG_TIMEOUT: Duration = Duration::from_secs(15);
/// An app accepts connections but is silent. A worker that computes for a visitor looks the same, and browsers and
/// proxies stop waiting after 60 to 100 s.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// A service has not answered yet, and its healthcheck's `start_period` is over.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// cloudflared reconnects automatically within 20 s of a lost connection (one retry), within 80 s of three.
const TUNNEL_RECONNECT_TIMEOUT: Duration = Duration::from_secs(180);
/// Delays after starts that did not last.
const BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// The same for a tunnel: longer, up to five minutes, because each start of a quick tunnel requests a hostname.
const BACKOFF_TUNNEL: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 300_000);
/// The same for failed starts. They are retried without limit, because a port or folder may become available.
const BACKOFF_NOT_STARTED: ExponentialBackoff = ExponentialBackoff::from_millis(2_000, 60_000);
/// The same for a running process after [`MAX_ACTIONS`]: it is still restarted, but rarely.
const BACKOFF_RARELY: ExponentialBackoff = ExponentialBackoff::from_millis(120_000, 900_000);
/// Starts in a row; with the backoff above that is half a minute. After that an operator is needed.
pub(super) const MAX_ACTIONS: u32 = 5;

/// Why a service needs a start or restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outage {
    /// Its process ended.
    Ended,
    /// Docker could not start it, or no start was attempted; a start may help after this time.
    NotStarted(Duration),
    /// Its process runs but does not work; a restart helps after this time.
    Runs(Duration),
}

impl Service {
    /// Returns why it needs a start or restart.
    pub(super) fn outage(&self) -> Option<Outage> {
        if !self.container.readable || self.is_done() {
            return None;
        }
        if let Run::Exited { error, .. } = &self.container.run {
            // Docker reports an error when the last start failed.
            let outage = match error.as_str() {
                "" => Outage::Ended,
                _ => Outage::NotStarted(STOP_REPORT_DELAY),
            };
            return (!self.stop_asked && !self.suspended).then_some(outage);
        }
        if self.container.failed_to_start() {
            return Some(Outage::NotStarted(STOP_REPORT_DELAY));
        }
        let patience = self.container.is_running().then(|| self.patience());
        patience.flatten().map(Outage::Runs)
    }

    /// Returns how long the fault of its running process may last; `None` without a fault.
    fn patience(&self) -> Option<Duration> {
        let tunnel = self.container.role == Role::Tunnel;
        let probed = self.target().is_some();
        let was_ok = self.probes.was_ok();
        match (&self.container.health, self.probes.last()) {
            (_, Some(Ok(Finding::Tunnel { ready: false, .. }))) => Some(TUNNEL_RECONNECT_TIMEOUT),
            (_, Some(Err(Diagnosis::Hung))) if was_ok => {
                Some(self.patience_or(match self.container.role {
                    Role::App => BUSY_TIMEOUT,
                    _ => HUNG_TIMEOUT,
                }))
            }
            (_, Some(Err(why))) if was_ok && why.is_silence() => {
                Some(self.patience_or(HUNG_TIMEOUT))
            }
            // A failing healthcheck alone causes nothing when Sidelink's probe works. A tunnel's asks the same /ready.
            (Health::Unhealthy { .. }, Some(Err(_))) if probed && !tunnel => {
                Some(self.patience_or(if was_ok { HUNG_TIMEOUT } else { START_TIMEOUT }))
            }
            (Health::Unhealthy { .. }, _) if !probed => Some(self.patience_or(Duration::ZERO)),
            _ => None,
        }
    }

    /// Returns the patience of its label, or the usual one.
    fn patience_or(&self, usual: Duration) -> Duration {
        self.container.patience.unwrap_or(usual)
    }

    /// Returns the delay before the next start or restart.
    pub(super) fn delay(&self, outage: Outage) -> Duration {
        let backoff = match (self.container.role, outage) {
            (Role::Tunnel, _) => BACKOFF_TUNNEL,
            (_, Outage::NotStarted(_)) => BACKOFF_NOT_STARTED,
            _ => BACKOFF,
        };
        let (patience, runs) = match outage {
            Outage::Ended => (STOP_REPORT_DELAY, false),
            Outage::NotStarted(patience) => (patience, false),
            Outage::Runs(patience) => (patience, true),
        };
        match self.budget.actions() {
            0 => patience,
            actions if runs && actions >= MAX_ACTIONS => {
                patience.max(BACKOFF_RARELY.after(actions - MAX_ACTIONS + 1))
            }
            actions => patience.max(backoff.after(actions)),
        }
    }

    /// Reports whether the budget limits the attempts: only for a process that exits repeatedly.
    ///
    /// A failed start and a process that runs are tried without limit, because their cause may go away. So is a tunnel
    /// that waits for the internet.
    pub(super) fn is_limited_by_budget(&self, outage: Outage, why: &Diagnosis) -> bool {
        let waits = self.container.role == Role::Tunnel && why.is_temporary();
        outage == Outage::Ended && !waits
    }
}
