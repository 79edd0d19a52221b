//! What outlives the process, in Redis: the verdict (`sidelink:readiness`), the public names of the last 24 h
//! (`sidelink:hostnames`) and how many verifications a metered tunnel has cost today (`sidelink:verifications`). Redis
//! being down disturbs nothing: all are written again once it is back.

mod store;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::runtime::clock::{Clock, rfc3339};
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::recent_hostnames::Hostnames;
use crate::storage::redis::{Down, RedisConnection};
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_core::{DailyQuota, Event, Snapshot};
use store::Store;

/// A verdict that flickers is written once a second.
const EVERY: Duration = Duration::from_secs(1);
/// While nothing changes, a name's "last seen" is at most so old.
const REFRESH: Duration = Duration::from_secs(60);
/// While Redis does not take it.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(1_000, 15_000);

/// `sidelink:readiness`, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    /// `preparing`, `ready`, `degraded` or `failed`.
    phase: &'static str,
    /// `https://…`, null when there is none.
    public_url: Option<String>,
    /// RFC 3339, of the latest proof.
    verified_at: Option<String>,
}

impl Readiness {
    fn of(snapshot: &Snapshot) -> Self {
        let host = snapshot.public_host.as_ref();
        Self {
            phase: snapshot.phase.as_str(),
            public_url: host.map(|host| format!("https://{host}")),
            verified_at: snapshot.verified_at.map(rfc3339),
        }
    }
}

/// Writes down what is published.
#[derive(Debug)]
pub struct Keeper {
    published: watch::Receiver<Arc<RuntimeConfigCache>>,
    events: mpsc::Sender<Event>,
    hostnames: Hostnames,
    clock: Clock,
    store: Store,
    loaded: bool,
    failures: u32,
}

impl Keeper {
    /// `hostnames` is kept up to date, also while Redis is down; `events` hear what an earlier process spent.
    pub fn new(
        published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
        redis: Arc<RedisConnection>,
        hostnames: Hostnames,
        clock: Clock,
    ) -> Self {
        Self {
            published,
            events,
            hostnames,
            clock,
            store: Store::new(redis),
            loaded: false,
            failures: 0,
        }
    }

    /// Runs until nothing is published any more.
    pub async fn run(mut self) {
        loop {
            let now = self.clock.now().unix_ms;
            let (readiness, host, sent) = self.latest(now);
            match self.keep(&readiness, host.as_deref(), sent, now).await {
                Ok(()) => self.failures = 0,
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    tracing::debug!("cannot keep the readiness in Redis: {error}");
                }
            }
            if !self.something_new(&readiness, host.as_deref()).await {
                return;
            }
        }
    }

    /// What is published now; a name that is there is seen.
    fn latest(&mut self, now: u64) -> (Readiness, Option<String>, DailyQuota) {
        let published = self.published.borrow_and_update();
        let host = published.snapshot.public_host.clone();
        if let Some(host) = &host {
            self.hostnames.saw(host, now);
        }
        let sent = published.snapshot.sent_today;
        (Readiness::of(&published.snapshot), host, sent)
    }

    /// What was there before is read first: what is written now must not be taken for it.
    async fn keep(
        &mut self,
        readiness: &Readiness,
        host: Option<&str>,
        sent: DailyQuota,
        now: u64,
    ) -> Result<(), Down> {
        if !self.loaded {
            let before = self.store.sent_before().await?;
            self.hostnames.load(self.store.hostnames(now).await?);
            self.loaded = true;
            if let Some(before) = before {
                let _ = self.events.send(Event::SentBefore(before)).await;
            }
        }
        self.store.keep(readiness, host, sent, now).await
    }

    /// Waits until there is something else to keep, or it is time to do it again; false: nothing comes any more.
    async fn something_new(&mut self, kept: &Readiness, host: Option<&str>) -> bool {
        let pause = match self.failures {
            0 => EVERY,
            failures => RETRY.after(failures),
        };
        // A new name is seen at once, whatever Redis does.
        let renamed = |published: &RuntimeConfigCache| {
            let new = published.snapshot.public_host.as_deref();
            new.is_some() && new != host
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
        let news = |published: &RuntimeConfigCache| Readiness::of(&published.snapshot) != *kept;
        let mut published = self.published.clone();
        let news = published.wait_for(|published| news(published));
        !matches!(timeout(REFRESH, news).await, Ok(Err(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::{Address, Phase};

    const HOST: &str = "north-ember-delta-kettle.trycloudflare.com";

    fn snapshot(host: Option<&str>) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.public_host = host.map(str::to_owned);
        snapshot
    }

    #[test]
    fn the_verdict_is_kept_as_it_is_told() {
        let mut ready = snapshot(Some(HOST));
        ready.phase = Phase::Ready;
        ready.verified_at = Some(1_795_240_200_000);
        let text = serde_json::to_string(&Readiness::of(&ready)).expect("JSON");
        let expected = format!(
            r#"{{"phase":"ready","publicUrl":"https://{HOST}","verifiedAt":"2026-11-21T05:50:00Z"}}"#
        );
        assert_eq!(text, expected);
    }

    /// Redis is a closed port all the while.
    #[tokio::test]
    async fn names_are_known_also_without_redis() {
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
        let hostnames = Hostnames::default();
        let (events, _) = mpsc::channel(1);
        let keeper = Keeper::new(published, events, redis, hostnames.clone(), clock);
        let keeping = tokio::spawn(keeper.run());
        publishes.send_replace(render(Some(HOST)));
        let observed = async {
            while !hostnames.had(HOST, clock.now().unix_ms) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(5), observed)
            .await
            .expect("observed");
        drop(publishes);
        timeout(Duration::from_secs(20), keeping)
            .await
            .expect("it ends when nothing is published any more")
            .expect("no panic");
    }
}
