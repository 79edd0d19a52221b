//! Saves state in Redis that outlives the process: the public names of the last 24 h (`sidelink:hostnames`), how many
//! verifications a metered tunnel has cost today (`sidelink:verifications`), and the month's traffic of calls over the
//! tunnel (`sidelink:media-traffic`). While Redis is down everything else works; all are saved again once it is back.

mod state_store;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::runtime::clock::Clock;
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::recent_hostnames::RecentHostnames;
use crate::storage::redis::{Down, RedisConnection};
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_core::{DailyQuota, Event, MonthlyTraffic, Snapshot};
use state_store::StateStore;

/// Between two writes, also where the state changes more often.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);
/// Between two writes while nothing changes: the age of a name's last entry is at most this.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);
/// Between two attempts while Redis is down.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(1_000, 15_000);

/// The state that is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PersistentState {
    host: Option<String>,
    sent: DailyQuota,
    traffic: MonthlyTraffic,
}

impl PersistentState {
    fn of(snapshot: &Snapshot) -> Self {
        Self {
            host: snapshot.public_host.clone(),
            sent: snapshot.sent_today,
            traffic: snapshot.media_traffic,
        }
    }

    fn is_of(&self, snapshot: &Snapshot) -> bool {
        *self == Self::of(snapshot)
    }
}

/// Loads the state once, and saves it whenever it changes.
#[derive(Debug)]
pub struct Persister {
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
    events: mpsc::Sender<Event>,
    hostnames: RecentHostnames,
    clock: Clock,
    store: StateStore,
    loaded: bool,
    failures: u32,
}

impl Persister {
    /// Creates one that keeps `hostnames` up to date, also while Redis is down, and sends the loaded counts to `events`.
    pub fn new(
        published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
        redis: Arc<RedisConnection>,
        hostnames: RecentHostnames,
        clock: Clock,
    ) -> Self {
        Self {
            published,
            events,
            hostnames,
            clock,
            store: StateStore::new(redis),
            loaded: false,
            failures: 0,
        }
    }

    /// Runs until the engine is gone.
    pub async fn run(mut self) {
        loop {
            let now = self.clock.now().unix_ms;
            let state = self.latest(now);
            match self.save(&state, now).await {
                Ok(()) => self.failures = 0,
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    tracing::debug!(%error, "cannot save state in Redis");
                }
            }
            if !self.wait(&state).await {
                return;
            }
        }
    }

    /// Returns the latest state, and records its name.
    fn latest(&mut self, now: u64) -> PersistentState {
        let state = PersistentState::of(&self.published.borrow_and_update().snapshot);
        if let Some(host) = &state.host {
            self.hostnames.record(host, now);
        }
        state
    }

    /// Loads first, so that nothing written now is taken for what an earlier process left.
    async fn save(&mut self, state: &PersistentState, now: u64) -> Result<(), Down> {
        if !self.loaded {
            let before = self.store.before().await?;
            self.hostnames.load(self.store.hostnames(now).await?);
            self.loaded = true;
            for event in before {
                let _ = self.events.send(event).await;
            }
        }
        self.store.save(state, now).await
    }

    /// Waits until there is something to save; false once the engine is gone.
    async fn wait(&mut self, saved: &PersistentState) -> bool {
        let pause = match self.failures {
            0 => SAVE_INTERVAL,
            failures => RETRY.after(failures),
        };
        // A new name is recorded at once, whatever Redis does.
        let renamed = |published: &RuntimeConfigCache| {
            let new = published.snapshot.public_host.as_deref();
            new.is_some() && new != saved.host.as_deref()
        };
        let mut published = self.published.clone();
        let renamed = published.wait_for(|published| renamed(published));
        tokio::select! {
            () = sleep(pause) => {}
            renamed = renamed => if renamed.is_err() { return false },
        }
        if self.failures > 0 {
            return true;
        }
        let mut published = self.published.clone();
        let changed = published.wait_for(|published| !saved.is_of(&published.snapshot));
        !matches!(timeout(REFRESH_INTERVAL, changed).await, Ok(Err(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::Address;

    const HOST: &str = "north-ember-delta-kettle.trycloudflare.com";

    fn snapshot(host: Option<&str>) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.public_host = host.map(str::to_owned);
        snapshot
    }

    /// Redis is a closed port in this test.
    #[tokio::test]
    async fn names_are_recorded_without_redis() {
        let clock = Clock::start();
        let render = |host| {
            RuntimeConfigCache::render(
                snapshot(host),
                clock.now(),
                crate::config::settings::Routes::Root,
            )
        };
        let (publishes, published) = watch::channel(render(None));
        let host = "127.0.0.1".to_owned();
        let redis = Arc::new(
            RedisConnection::new(&Address { host, port: 1 }, "x").expect("a good address"),
        );
        let hostnames = RecentHostnames::default();
        let (events, _) = mpsc::channel(1);
        let persister = Persister::new(published, events, redis, hostnames.clone(), clock);
        let running = tokio::spawn(persister.run());
        publishes.send_replace(render(Some(HOST)));
        let recorded = async {
            while !hostnames.contains(HOST, clock.now().unix_ms) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(5), recorded)
            .await
            .expect("recorded");
        drop(publishes);
        timeout(Duration::from_secs(20), running)
            .await
            .expect("it ends when the engine is gone")
            .expect("no panic");
    }
}
