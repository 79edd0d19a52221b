//! What the app is asked once, each time that it comes up: nobody has to meet it first.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use tokio::sync::{mpsc, watch};

use super::{local_https, taken_routes};
use crate::config::settings::Routes;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::{Address, Event, Notice, Role};

/// The app has just been seen to work.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How the app is asked.
#[derive(Debug)]
pub struct AppCheck {
    /// Waits no longer than [`PATIENCE`] and follows no redirect.
    pub client: Client,
    /// Where the gateway finds the app.
    pub app: Address,
    /// Where the gateway's own routes are.
    pub routes: Routes,
    /// The gateway's port on this machine.
    pub local_port: u16,
}

impl AppCheck {
    /// Tells the engine what was found. Ends with the publications.
    pub async fn follow(
        self,
        mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
    ) {
        let mut worked = false;
        loop {
            let works = app_works(&published.borrow_and_update());
            if works && !worked {
                self.ask(&events).await;
            }
            worked = works;
            if published.changed().await.is_err() {
                return;
            }
        }
    }

    async fn ask(&self, events: &mpsc::Sender<Event>) {
        if self.routes == Routes::Root {
            let taken = taken_routes::taken(&self.client, &self.app).await;
            let _ = events.send(Event::RoutesTaken(taken)).await;
        }
        let forced = local_https::forced(&self.client, &self.app, self.local_port).await;
        let found = match forced {
            true => Event::Noticed(Notice::LocalHttpsForced),
            false => Event::NoLonger(Notice::LocalHttpsForced),
        };
        let _ = events.send(found).await;
    }
}

fn app_works(published: &RuntimeConfigCache) -> bool {
    let mut services = published.snapshot.services.iter();
    services.any(|service| service.role == Role::App && service.state.works())
}
