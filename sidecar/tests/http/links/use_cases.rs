//! The use cases of links without HTTP: over a real Redis, with publications that the test changes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use sidelink::config::settings::Routes;
use sidelink::connections::{ConnectionLimit, Connections};
use sidelink::links::create::LinkRequest;
use sidelink::links::identity::DisplayName;
use sidelink::links::issue::{Issuance, IssuedLink};
use sidelink::links::join::{Client, JoinRequest};
use sidelink::links::{
    ClientNetwork, DeviceKind, DirectAddress, LinkError, LinkService, Links, VideoReport,
};
use sidelink::media_path::MediaPath;
use sidelink::runtime::clock::{Clock, unix_ms};
use sidelink::runtime::engine::Handle;
use sidelink::runtime::engine_client::EngineClient;
use sidelink::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::{Event, Phase, Snapshot};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::super::harness::{ice, links_in, secrets, settings_with};
use super::super::rooms::{Ended, livekit};
use super::{QUICK, Redis};

const OTHER: &str = "other-name.trycloudflare.com";
const NO_WAIT: Duration = Duration::ZERO;

/// The use cases, and what is around them.
struct Stack {
    links: LinkService,
    all: Arc<Links>,
    redis: Redis,
    clock: Clock,
    published: watch::Sender<Arc<RuntimeConfigCache>>,
    draining: watch::Sender<bool>,
    events: mpsc::Receiver<Event>,
    closed_rooms: Ended,
}

impl Stack {
    /// A stack without a public URL.
    async fn starts() -> Self {
        let redis = Redis::starts().await;
        let clock = Clock::start();
        let settings = settings_with(&redis.address);
        let (published, reader) = watch::channel(rendered(Snapshot::unknown("i1".into()), clock));
        let (draining, drains) = watch::channel(false);
        let (sender, events) = mpsc::channel(256);
        let handle = Handle {
            clock,
            events: sender,
        };
        let (rooms, _, closed_rooms) = livekit().await;
        let engine = EngineClient::new(handle, reader, drains);
        let all = links_in(&settings, clock);
        let connections = Arc::new(Connections::new(rooms.clone()));
        Self {
            links: LinkService::new(
                Arc::clone(&all),
                engine,
                rooms,
                Arc::new(secrets()),
                DirectAddress::new(Vec::new(), 7882),
                Arc::new(ice(&settings)),
                Arc::new(ConnectionLimit::new(connections, None)),
            ),
            all,
            redis,
            clock,
            published,
            draining,
            events,
            closed_rooms,
        }
    }

    /// A stack whose public URL was verified just now.
    async fn verified() -> Self {
        let stack = Self::starts().await;
        stack.verifies(QUICK);
        stack
    }

    fn verifies(&self, host: &str) {
        self.publishes(|snapshot| super::verified(snapshot, host, 0));
    }

    fn breaks(&self) {
        self.publishes(|snapshot| snapshot.phase = Phase::Degraded);
    }

    fn publishes(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = self.published.borrow().snapshot.clone();
        change(&mut snapshot);
        self.published.send_replace(rendered(snapshot, self.clock));
    }

    async fn creates(&self) -> IssuedLink {
        issued(self.links.create(&request(), None, NO_WAIT).await)
    }

    /// Links in Redis.
    async fn count(&self) -> u32 {
        self.redis.asks(&["ZCARD", "sidelink:links"]).await
    }
}

fn rendered(snapshot: Snapshot, clock: Clock) -> Arc<RuntimeConfigCache> {
    RuntimeConfigCache::render(snapshot, clock.now(), Routes::Root)
}

fn request() -> LinkRequest {
    LinkRequest::consultation("p1".into(), "c1".into(), "video".into())
}

fn join(resume: Option<String>) -> JoinRequest {
    JoinRequest {
        name: DisplayName::parse("Ana").expect("a name"),
        resume,
        host: QUICK.to_owned(),
    }
}

fn phone() -> Client {
    Client {
        network: ClientNetwork::Unknown,
        device: DeviceKind::Phone,
    }
}

fn report() -> VideoReport {
    VideoReport {
        at: unix_ms(),
        device: DeviceKind::Phone,
        media: MediaPath::Turn,
        signal: true,
        protocol: None,
        rtt_ms: None,
        first_frame_ms: None,
        legs: Vec::new(),
    }
}

fn issued(result: Result<Issuance, LinkError>) -> IssuedLink {
    match result {
        Ok(Issuance::Issued(link)) => link,
        Ok(Issuance::Awaited(published)) => panic!("awaited: {:?}", published.snapshot.phase),
        Err(error) => panic!("{error}"),
    }
}

fn awaited(result: Result<Issuance, LinkError>) -> Arc<RuntimeConfigCache> {
    match result {
        Ok(Issuance::Awaited(published)) => published,
        Ok(Issuance::Issued(_)) => panic!("a link was issued"),
        Err(error) => panic!("{error}"),
    }
}

/// Notifies the test that a future can go on.
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Runs the future until Redis has answered the step after which `done` holds, and no further.
async fn runs_until<F: Future>(mut future: Pin<&mut F>, done: impl AsyncFn() -> bool) {
    let woken = Arc::new(Woken(Notify::new()));
    let waker = Waker::from(Arc::clone(&woken));
    loop {
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(matches!(polled, Poll::Pending), "it ended too early");
        woken.0.notified().await;
        if done().await {
            return;
        }
    }
}

#[tokio::test]
async fn a_link_is_created_resent_listed_joined_and_ended() {
    let mut stack = Stack::verified().await;
    let link = stack.creates().await;
    assert_eq!(
        link.url,
        format!("https://{QUICK}/consultations/client/{}", link.token)
    );
    assert!(link.qr.contains("<svg"));

    stack.verifies(OTHER);
    let resent = issued(stack.links.resend(&link.token, NO_WAIT).await);
    assert_eq!((&resent.token, &resent.room), (&link.token, &link.room));
    assert!(resent.url.starts_with(&format!("https://{OTHER}/")));
    let list = stack.links.list(None, NO_WAIT).await.expect("a list");
    assert_eq!(list.links.len(), 1);
    assert_eq!(list.links[0].1.host, OTHER);

    let joined = stack.links.join(&link.token, phone(), join(None)).await;
    let joined = joined.unwrap_or_else(|error| panic!("{error}"));
    let again = join(Some(joined.identity.resume()));
    let again = stack.links.join(&link.token, phone(), again).await;
    let again = again.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.identity.identity, joined.identity.identity);
    let host = stack.links.join_as_host(&link.token, join(None)).await;
    let host = host.unwrap_or_else(|error| panic!("{error}"));
    assert!(host.identity.identity.starts_with("host-"));
    let network = ClientNetwork::Unknown;
    let reports = async |resume: &str| {
        stack
            .links
            .report(&link.token, network, resume, report())
            .await
    };
    reports(&joined.identity.resume()).await.expect("is kept");
    assert!(matches!(reports("x.y").await, Err(LinkError::NotJoined)));
    let (record, _) = stack.links.get(&link.token).await.expect("is there");
    assert!(
        record
            .opened
            .is_some_and(|visit| visit.device == DeviceKind::Phone)
    );
    assert!(
        record
            .report
            .is_some_and(|report| report.media == MediaPath::Turn)
    );

    stack.links.end(&link.token).await.expect("is ended");
    assert_eq!(stack.closed_rooms.try_recv(), Ok(link.room.clone()));
    for result in [
        stack.links.end(&link.token).await,
        stack.links.get(&link.token).await.map(drop),
        stack.links.read(&link.token, network).await.map(drop),
        stack.links.resend(&link.token, NO_WAIT).await.map(drop),
        stack.links.end("not-a-token").await,
    ] {
        assert!(matches!(result, Err(LinkError::NoSuchLink)), "{result:?}");
    }
}

#[tokio::test]
async fn without_a_verified_url_nothing_is_created_and_the_engine_is_asked() {
    let mut stack = Stack::starts().await;
    let published = awaited(stack.links.create(&request(), None, NO_WAIT).await);
    assert_eq!(published.snapshot.phase, Phase::Preparing);
    assert_eq!(stack.count().await, 0);
    let events = [stack.events.recv().await, stack.events.recv().await];
    assert!(
        matches!(
            events,
            [
                Some(Event::WakeRequested),
                Some(Event::VerificationRequested { .. })
            ]
        ),
        "{events:?}"
    );
    stack.publishes(|snapshot| snapshot.phase = Phase::Failed);
    let failed = stack.links.create(&request(), None, NO_WAIT).await;
    assert!(matches!(failed, Err(LinkError::Failed(_))));
}

#[tokio::test]
async fn a_waiting_request_ends_at_its_deadline() {
    let stack = Stack::starts().await;
    tokio::time::pause();
    let began = Instant::now();
    let wait = Duration::from_secs(20);
    awaited(stack.links.create(&request(), None, wait).await);
    assert_eq!(began.elapsed().as_secs(), 20);
    let list = stack.links.list(Some(u64::MAX), wait);
    // Redis is asked at the deadline; real time, so that it can answer.
    let mut list = pin!(list);
    assert!(futures_util::poll!(list.as_mut()).is_pending());
    tokio::time::advance(wait + Duration::from_millis(1)).await;
    tokio::time::resume();
    assert!(list.await.is_ok());
}

#[tokio::test]
async fn each_change_answers_a_waiting_list() {
    let stack = Stack::verified().await;
    let follower = Arc::clone(&stack.all);
    let (sender, _events) = mpsc::channel(256);
    let (rooms, ..) = livekit().await;
    let published = stack.published.subscribe();
    tokio::spawn(follower.follow(published, sender, rooms, stack.clock));
    let (mut token, mut resume) = (String::new(), String::new());
    for change in ["created", "opened", "reported", "another host", "ended"] {
        let known = stack.links.list(None, NO_WAIT).await.expect("a list");
        let after = Some(known.sequence);
        let mut waits = pin!(stack.links.list(after, Duration::from_secs(30)));
        assert!(futures_util::poll!(waits.as_mut()).is_pending(), "{change}");
        match change {
            "created" => token = stack.creates().await.token,
            "opened" => {
                let joined = stack.links.join(&token, phone(), join(None)).await;
                resume = joined.map_or_else(|e| panic!("{e}"), |joined| joined.identity.resume());
            }
            "reported" => {
                let network = ClientNetwork::Unknown;
                let reported = stack.links.report(&token, network, &resume, report());
                reported.await.expect("is kept");
            }
            "another host" => stack.verifies(OTHER),
            _ => stack.links.end(&token).await.expect("is ended"),
        }
        let list = waits.await.expect("a list");
        assert!(list.sequence > known.sequence, "{change}");
        assert_eq!(list.links.is_empty(), change == "ended");
    }
}

#[tokio::test]
async fn a_waiting_request_ends_with_the_process() {
    let stack = Stack::starts().await;
    let request = request();
    let mut creates = pin!(stack.links.create(&request, None, Duration::from_secs(60)));
    assert!(futures_util::poll!(creates.as_mut()).is_pending());
    stack.draining.send_replace(true);
    awaited(creates.await);
}

#[tokio::test]
async fn a_waiting_request_gets_its_link_with_the_verification() {
    let stack = Stack::starts().await;
    let request = request();
    let mut creates = pin!(stack.links.create(&request, None, Duration::from_secs(60)));
    assert!(futures_util::poll!(creates.as_mut()).is_pending());
    stack.verifies(QUICK);
    issued(creates.await);
}

#[tokio::test]
async fn a_failure_between_write_and_check_removes_the_link() {
    let stack = Stack::verified().await;
    for key in [None, Some(b"k".as_slice())] {
        stack.verifies(QUICK);
        let request = request();
        let mut creates = pin!(stack.links.create(&request, key, NO_WAIT));
        runs_until(creates.as_mut(), async || stack.count().await == 1).await;
        stack.breaks();
        let published = awaited(creates.await);
        assert_eq!(
            published.snapshot.phase,
            Phase::Degraded,
            "the latest state"
        );
        let keys: Vec<String> = stack.redis.asks(&["KEYS", "sidelink:*"]).await;
        assert_eq!(keys, [""; 0]);
    }
    stack.verifies(QUICK);
    stack.creates().await;
}

#[tokio::test]
async fn a_new_hostname_between_write_and_check_is_the_one_in_the_link() {
    let stack = Stack::verified().await;
    let request = request();
    let mut creates = pin!(stack.links.create(&request, None, Duration::from_secs(10)));
    runs_until(creates.as_mut(), async || stack.count().await == 1).await;
    stack.verifies(OTHER);
    let link = issued(creates.await);
    assert!(link.url.starts_with(&format!("https://{OTHER}/")));
    assert_eq!(stack.count().await, 1);
}

#[tokio::test]
async fn a_failure_while_a_link_is_resent_leaves_its_address_stale() {
    let stack = Stack::verified().await;
    let link = stack.creates().await;
    stack.verifies(OTHER);
    let key = format!("sidelink:link:{}", link.token);
    let has = async |host: &str| {
        let record: String = stack.redis.asks(&["GET", &key]).await;
        record.contains(&format!("\"host\":\"{host}\""))
    };
    let mut resends = pin!(stack.links.resend(&link.token, NO_WAIT));
    runs_until(resends.as_mut(), async || has(OTHER).await).await;
    stack.breaks();
    awaited(resends.await);
    assert!(has(QUICK).await, "the address that the client has");
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_link_and_another_body_is_refused() {
    let stack = Stack::verified().await;
    let key = Some(b"a-key".as_slice());
    let first = issued(stack.links.create(&request(), key, NO_WAIT).await);
    let again = issued(stack.links.create(&request(), key, NO_WAIT).await);
    assert_eq!(again.token, first.token);
    let mut other = request();
    other.client_id = "c2".to_owned();
    let reused = stack.links.create(&other, key, NO_WAIT).await;
    assert!(matches!(reused, Err(LinkError::KeyReused)));
    assert_eq!(stack.count().await, 1);
}
