//! State in a real Redis that outlives the sidecar, also where Redis restarts or starts later.

use std::sync::Arc;
use std::time::Duration;

use sidelink::runtime::clock::Clock;
use sidelink::runtime_config::cache::RuntimeConfigCache;
use sidelink::storage::persistence::Persister;
use sidelink::storage::recent_hostnames::RecentHostnames;
use sidelink::storage::redis::RedisConnection;
use sidelink_core::{Address, DailyQuota, Event, MonthlyTraffic, Phase, Snapshot};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::containers::{Project, address_of, docker};
use super::probes::PASSWORD;

const LIMIT: Duration = Duration::from_secs(30);

struct Redis {
    id: String,
    _project: Project,
}

impl Redis {
    fn starts() -> Self {
        let project = Project::new();
        let arguments = [
            "redis:8.0.2",
            "redis-server",
            "--requirepass",
            PASSWORD,
            "--appendonly",
            "yes",
        ];
        let id = project.runs("redis", "redis", &[], &arguments);
        Self {
            id,
            _project: project,
        }
    }

    fn connection(&self) -> RedisConnection {
        let at = Address {
            host: address_of(&self.id),
            port: 6379,
        };
        RedisConnection::new(&at, PASSWORD).expect("a good address")
    }

    fn cli(&self, command: &[&str]) -> String {
        let auth = format!("REDISCLI_AUTH={PASSWORD}");
        let cli = ["exec", "--env", &auth, &self.id, "redis-cli"];
        docker(&[&cli, command].concat())
    }

    /// Waits until the answer to this command has this part.
    async fn comes_to_say(&self, command: &[&str], part: &str) -> String {
        let limit = Instant::now() + LIMIT;
        loop {
            let answer = self.cli(command);
            if answer.contains(part) {
                return answer;
            }
            assert!(Instant::now() < limit, "{part:?} is not in {answer}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn holds_name(&self, name: &str) -> String {
        let names = ["ZRANGE", "sidelink:hostnames", "0", "-1"];
        self.comes_to_say(&names, name).await
    }
}

/// The part of a sidecar that saves state.
struct Sidecar {
    publishes: watch::Sender<Arc<RuntimeConfigCache>>,
    hostnames: RecentHostnames,
    events: mpsc::Receiver<Event>,
}

impl Sidecar {
    fn starts(redis: RedisConnection) -> Self {
        let clock = Clock::start();
        let (publishes, published) = watch::channel(published(None));
        let hostnames = RecentHostnames::default();
        let (to_engine, events) = mpsc::channel(4);
        let persister =
            Persister::new(published, to_engine, redis.into(), hostnames.clone(), clock);
        tokio::spawn(persister.run());
        Self {
            publishes,
            hostnames,
            events,
        }
    }

    fn has_sent(&self, sent: DailyQuota) {
        let mut snapshot = Snapshot::unknown("i1".into());
        (snapshot.phase, snapshot.sent_today) = (Phase::Ready, sent);
        self.publishes.send_replace(rendered(snapshot));
    }

    fn is_ready_under(&self, host: &str) {
        self.publishes.send_replace(published(Some(host)));
    }
}

fn published(host: Option<&str>) -> Arc<RuntimeConfigCache> {
    let mut snapshot = Snapshot::unknown("i1".into());
    if let Some(host) = host {
        snapshot.phase = Phase::Ready;
        snapshot.public_host = Some(host.to_owned());
    }
    rendered(snapshot)
}

fn rendered(snapshot: Snapshot) -> Arc<RuntimeConfigCache> {
    RuntimeConfigCache::render(
        snapshot,
        Clock::start().now(),
        sidelink::config::settings::Routes::Root,
    )
}

#[tokio::test]
async fn hostnames_survive_restarts_of_sidecar_and_redis() {
    let redis = Redis::starts();
    let sidecar = Sidecar::starts(redis.connection());
    sidecar.is_ready_under("one.example");
    redis.holds_name("one.example").await;

    docker(&["restart", "--time", "1", &redis.id]);
    sidecar.is_ready_under("two.example");
    redis.holds_name("two.example").await;
    drop(sidecar);

    let now = Clock::start().now().unix_ms;
    let later = Sidecar::starts(redis.connection());
    let before = later.hostnames.before(LIMIT).await;
    assert_eq!(before.as_deref(), Some("two.example"));
    assert!(later.hostnames.contains("one.example", now));
}

#[tokio::test]
async fn names_are_loaded_and_saved_once_redis_answers() {
    let redis = Redis::starts();
    let observed = (Clock::start().now().unix_ms - 60_000).to_string();
    let connection = redis.connection();
    while redis.cli(&["PING"]) != "PONG" {}
    redis.cli(&["ZADD", "sidelink:hostnames", &observed, "before.example"]);
    redis.cli(&["ZADD", "sidelink:hostnames", "1000", "forgotten.example"]);
    redis.cli(&["ZADD", "sidelink:hostnames", &observed, "no host name"]);
    docker(&["pause", &redis.id]);
    let sidecar = Sidecar::starts(connection);
    sidecar.is_ready_under("one.example");
    let before = sidecar.hostnames.before(Duration::from_millis(300)).await;
    assert_eq!(before, None, "Redis hangs");
    docker(&["unpause", &redis.id]);
    let before = sidecar.hostnames.before(LIMIT).await;
    assert_eq!(before.as_deref(), Some("before.example"));
    let kept = redis.holds_name("one.example").await;
    assert!(!kept.contains("forgotten"), "{kept}");
}

#[tokio::test]
async fn the_days_verifications_outlive_the_sidecar() {
    let redis = Redis::starts();
    let mut sidecar = Sidecar::starts(redis.connection());
    let sent = DailyQuota {
        day: 20_000,
        sent: 7,
    };
    sidecar.has_sent(sent);
    let saved = ["GET", "sidelink:verifications"];
    redis.comes_to_say(&saved, "20000 7").await;
    assert!(
        sidecar.events.try_recv().is_err(),
        "the first one finds nothing"
    );
    drop(sidecar);
    let mut later = Sidecar::starts(redis.connection());
    let event = tokio::time::timeout(LIMIT, later.events.recv()).await;
    let event = event.expect("in time");
    assert!(
        matches!(event, Some(Event::SentBefore(before)) if before == sent),
        "{event:?}"
    );
    assert_eq!(redis.cli(&saved), "20000 7");
}

#[tokio::test]
async fn the_months_traffic_outlives_the_sidecar() {
    let redis = Redis::starts();
    let sidecar = Sidecar::starts(redis.connection());
    let traffic = MonthlyTraffic {
        month: 24_322,
        bytes: 412_000_000,
        counter: 7,
    };
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.media_traffic = traffic;
    sidecar.publishes.send_replace(rendered(snapshot));
    let saved = ["GET", "sidelink:media-traffic"];
    redis.comes_to_say(&saved, "24322 412000000 7").await;
    drop(sidecar);
    let mut later = Sidecar::starts(redis.connection());
    let event = tokio::time::timeout(LIMIT, later.events.recv()).await;
    let event = event.expect("in time");
    assert!(
        matches!(event, Some(Event::TrafficBefore(before)) if before == traffic),
        "{event:?}"
    );
}
