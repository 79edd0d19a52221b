//! The app's page, the route to it, and the time that a request for it is allowed.

use std::time::Duration;

use crate::container::{Address, Container};
use crate::diagnosis::{AppFault, Diagnosis};
use crate::event::{Finding, ProbeResult};

/// Timeout of the first request; an app that works answers within milliseconds.
const FIRST_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum timeout: a first compilation takes so long, and visitors wait no longer.
const MAX_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout after it has answered once, for a pause of the process or a burst of visitors.
const ANSWERED_TIMEOUT: Duration = Duration::from_secs(10);

/// The page that visitors open, and the app's health path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The service that serves it.
    pub service: String,
    /// Path with its leading slash, perhaps with a query.
    pub path: String,
    /// Health path, if a label sets it.
    pub health: Option<String>,
    /// Names of all services, because visitors cannot follow a redirect to one.
    pub services: Vec<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            service: "app".to_owned(),
            path: "/".to_owned(),
            health: None,
            services: Vec::new(),
        }
    }
}

/// The visitors' route to the app, through the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayRoute {
    /// The gateway's port for tunnels.
    pub gateway: Address,
    /// The public hostname; `None` before there is one.
    pub host: Option<String>,
    /// Names of all services.
    pub services: Vec<String>,
}

/// The time that a request to the app is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Timeout of the request.
    pub limit: Duration,
    /// The app has answered before.
    pub answered: bool,
}

impl Patience {
    /// Returns the patience after the latest result. It grows while the app has never answered, because slow is not broken.
    pub(crate) fn after(last: Option<&ProbeResult>, answered: bool) -> Self {
        let limit = match last {
            Some(Ok(Finding::App { took })) => (2 * *took).clamp(ANSWERED_TIMEOUT, MAX_TIMEOUT),
            _ if answered => ANSWERED_TIMEOUT,
            Some(Err(Diagnosis::App {
                fault: AppFault::Slow { next, .. },
                ..
            })) => *next,
            _ => FIRST_TIMEOUT,
        };
        Self { limit, answered }
    }

    /// Returns the next timeout, when this one was too short.
    pub fn next(self) -> Duration {
        (2 * self.limit).min(MAX_TIMEOUT)
    }
}

impl Container {
    /// Returns the path that a probe requests.
    pub(crate) fn asked_path(&self) -> String {
        let path = self.health_path.as_ref().or(self.page_path.as_ref());
        path.map_or_else(|| "/".to_owned(), Clone::clone)
    }
}
