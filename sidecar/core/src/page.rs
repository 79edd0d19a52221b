//! The app's page: what is asked, through what, and how long an answer is waited for.

use std::time::Duration;

use crate::container::{Address, Container};
use crate::diagnosis::{AppFault, Diagnosis};
use crate::event::{Finding, ProbeResult};

/// The first question; an app that works answers within milliseconds.
const FIRST: Duration = Duration::from_secs(2);
/// A first compilation takes so long; beyond it no visitor waits.
const LONGEST: Duration = Duration::from_secs(30);
/// After it has answered once: a pause of its own, a burst of visitors.
const ANSWERED: Duration = Duration::from_secs(10);

/// The page that a visitor opens, and where the app says that it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The service that shows it.
    pub service: String,
    /// With its leading slash, perhaps with a query.
    pub path: String,
    /// Where the app says that it works, if a label gives that.
    pub health: Option<String>,
    /// The names of all services: no visitor can follow a redirect to one.
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

/// The gateway in front of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Its port for tunnels.
    pub gateway: Address,
    /// The public name; `None` before there is one.
    pub host: Option<String>,
    /// The names of all services.
    pub services: Vec<String>,
}

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// This time.
    pub limit: Duration,
    /// It has answered before.
    pub answered: bool,
}

impl Patience {
    /// Grows while the app has never answered: slow is not broken.
    pub(crate) fn after(last: Option<&ProbeResult>, answered: bool) -> Self {
        let limit = match last {
            Some(Ok(Finding::App { took })) => (2 * *took).clamp(ANSWERED, LONGEST),
            _ if answered => ANSWERED,
            Some(Err(Diagnosis::App {
                fault: AppFault::Slow { next, .. },
                ..
            })) => *next,
            _ => FIRST,
        };
        Self { limit, answered }
    }

    /// The one that follows when this one was too short.
    pub fn next(self) -> Duration {
        (2 * self.limit).min(LONGEST)
    }
}

impl Container {
    /// What is asked to know whether the app works.
    pub(crate) fn asked_path(&self) -> String {
        let path = self.health_path.as_ref().or(self.page_path.as_ref());
        path.map_or_else(|| "/".to_owned(), Clone::clone)
    }
}
