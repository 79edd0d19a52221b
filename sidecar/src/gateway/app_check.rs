//! Checks the app each time that it starts to work, before a user meets the problem.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use tokio::sync::{mpsc, watch};

use super::{local_https, taken_routes};
use crate::config::settings::Routes;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::{Address, Event, Notice, Role};

/// Time allowed for a request; the app has just answered a probe.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Requests to the app, and what their answers are compared with.
#[derive(Debug)]
pub struct AppCheck {
    /// Client with [`REQUEST_TIMEOUT`] that follows no redirect.
    pub client: Client,
    /// The gateway's upstream.
    pub app: Address,
    /// Place of the gateway's own routes.
    pub routes: Routes,
    /// The gateway's port on this machine.
    pub local_port: u16,
}

impl AppCheck {
    /// Sends results to the engine until `published` is closed.
    pub async fn follow(
        self,
        mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
    ) {
        let mut worked = false;
        loop {
            let works = app_works(&published.borrow_and_update());
            if works && !worked {
                self.check(&events).await;
            }
            worked = works;
            if published.changed().await.is_err() {
                return;
            }
        }
    }

    async fn check(&self, events: &mpsc::Sender<Event>) {
        if self.routes == Routes::Root {
            let taken = taken_routes::taken(&self.client, &self.app).await;
            let _ = events.send(Event::RoutesTaken(taken)).await;
        }
        let forced = local_https::forced(&self.client, &self.app, self.local_port).await;
        let event = match forced {
            true => Event::Noticed(Notice::LocalHttpsForced),
            false => Event::NoLonger(Notice::LocalHttpsForced),
        };
        let _ = events.send(event).await;
    }
}

fn app_works(published: &RuntimeConfigCache) -> bool {
    let mut services = published.snapshot.services.iter();
    services.any(|service| service.role == Role::App && service.state.works())
}
