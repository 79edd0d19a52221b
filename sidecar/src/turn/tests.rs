use super::fake::{FakeTurn, Manner};
use super::*;
use crate::config::secrets::Secrets;
use crate::config::settings::{Routes, TurnSettings};
use crate::http_client::{local_client, tls};
use crate::ice::{IceList, IceServer};
use crate::runtime::engine::Engine;
use sidelink_core::{ServiceView, State};

fn server(urls: &[&str]) -> IceServer {
    IceServer {
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        username: Some("ana".to_owned()),
        credential: Some("north".to_owned()),
    }
}

fn stack(servers: Vec<IceServer>) -> StackIceServers {
    let servers = servers.into();
    StackIceServers {
        servers,
        fault: None,
    }
}

fn service(name: &str, role: Role, state: State) -> ServiceView {
    ServiceView {
        name: name.to_owned(),
        role,
        required: false,
        state,
        since: 1,
        restarts: 0,
        healing: None,
        tunnel: None,
    }
}

#[test]
fn each_turn_url_is_tried_once() {
    let urls = [
        "stun:a.example.org",
        "turn:a.example.org",
        "turn:a.example.org?transport=tcp",
        "turns:a.example.org?transport=udp",
    ];
    let of = stack(vec![
        server(&urls),
        server(&urls),
        server(&["turns:b.example.org"]),
    ]);
    let tried: Vec<_> = targets(&of).into_iter().map(|(url, ..)| url).collect();
    assert_eq!(tried, [urls[1], urls[2], "turns:b.example.org"]);
    let many: Vec<_> = (0..9).map(|n| format!("turn:t{n}.example.org")).collect();
    let many: Vec<_> = many.iter().map(|url| server(&[url])).collect();
    assert_eq!(targets(&stack(many)).len(), MAX_SERVERS);
}

#[tokio::test]
async fn a_trial_names_its_server_and_the_faults_of_the_api() {
    let (kind, wrong) = (
        FakeTurn::new(Manner::Kind),
        FakeTurn::new(Manner::Unauthorized),
    );
    let urls =
        [&kind, &wrong].map(async |server| format!("turn:127.0.0.1:{}", server.on_udp().await));
    let urls = join_all(urls).await;
    let fault = Diagnosis::of_code("turn_api_failed", "HTTP 500");
    let of = StackIceServers {
        fault: Some(fault.clone()),
        ..stack(vec![server(&[&urls[0], &urls[1]])])
    };
    let tls = Arc::new(tls(None).expect("a configuration"));
    let trials = trials(&of, &tls).await;
    let servers: Vec<_> = trials.iter().map(|trial| trial.server.as_str()).collect();
    assert_eq!(servers, [CLOUDFLARE_HOST, &urls[0], &urls[1]]);
    assert_eq!((&trials[0].fault, &trials[1].fault), (&Some(fault), &None));
    let refused = trials[2].fault.as_ref().expect("a fault");
    assert_eq!(refused.code(), "turn_credentials_refused");
    let text = format!("{trials:?}");
    assert!(!text.contains("north"), "{text}");
}

#[test]
fn only_services_without_a_role_and_the_public_url_may_repair_turn() {
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.services = vec![
        service("bore", Role::Other, State::Ok),
        service("coturn", Role::Other, State::Broken(Diagnosis::Hung)),
        service("redis", Role::Redis, State::Ok),
    ];
    let works: Vec<_> = what_works(&snapshot).into_iter().collect();
    assert_eq!(works, ["service bore"]);
    snapshot.public_host = Some("a.example.org".to_owned());
    assert!(what_works(&snapshot).contains("public URL"));
}

/// A check whose servers are closed ports: each trial ends at once.
struct Running {
    ice: Arc<IceConfig>,
    publishes: watch::Sender<Arc<RuntimeConfigCache>>,
    events: mpsc::Receiver<Event>,
}

impl Running {
    fn start(turn: Option<TurnSettings>) -> Self {
        let secrets = Secrets {
            turn_credential: turn.as_ref().map(|_| "north".into()),
            ..Secrets::of_a_test()
        };
        let client = local_client(Duration::from_secs(1)).expect("a client");
        let ice = Arc::new(IceConfig::new(&[], turn, &secrets, client).expect("fits"));
        let clock = Clock::start();
        let nothing = Engine::nothing_yet("i1".into(), clock, Routes::Root);
        let (publishes, published) = watch::channel(nothing);
        let (to, events) = mpsc::channel(8);
        let check = TurnCheck::new(Arc::clone(&ice), None, clock).expect("a check");
        tokio::spawn(check.follow(published, to));
        Self {
            ice,
            publishes,
            events,
        }
    }

    /// Returns the codes of the next event, and the seconds until it.
    async fn next(&mut self) -> (Vec<&'static str>, u64) {
        let began = tokio::time::Instant::now();
        let Some(Event::TurnTried(trials)) = self.events.recv().await else {
            panic!("no trial");
        };
        let faults = trials.iter();
        let faults = faults.map(|trial| trial.fault.as_ref().map_or("works", Diagnosis::code));
        (faults.collect(), began.elapsed().as_secs())
    }

    fn publish(&self, services: Vec<ServiceView>) {
        let mut snapshot = self.publishes.borrow().snapshot.clone();
        snapshot.services = services;
        let now = Clock::start().now();
        let cache = RuntimeConfigCache::render(snapshot, now, Routes::Root);
        self.publishes.send(cache).expect("is followed");
    }
}

fn fixed(url: &str) -> Option<TurnSettings> {
    let (urls, username) = (vec![url.to_owned()], "ana".to_owned());
    Some(TurnSettings::Fixed { urls, username })
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_set_is_tried_and_its_end_clears_the_fault() {
    let mut check = Running::start(None);
    let list = |servers| IceList::parse(servers).expect("fits");
    check.ice.replace(list(vec![server(&["turn:127.0.0.1:9"])]));
    assert_eq!(check.next().await, (vec!["turn_silent"], 10));
    check.ice.replace(list(Vec::new()));
    assert_eq!(check.next().await, (vec![], 10));
}

#[tokio::test(start_paused = true)]
async fn a_failed_server_is_tried_again_after_ten_minutes_and_when_a_service_begins_to_work() {
    let server = FakeTurn::new(Manner::Unauthorized);
    let mut check = Running::start(fixed(&format!("turn:127.0.0.1:{}", server.on_udp().await)));
    assert_eq!(check.next().await, (vec!["turn_credentials_refused"], 10));
    assert_eq!(server.requests(), 2);
    let passes = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
    passes(595).await;
    assert_eq!(server.requests(), 2);
    passes(10).await;
    assert_eq!(server.requests(), 4, "after ten minutes");
    check.publish(vec![service("redis", Role::Redis, State::Ok)]);
    passes(60).await;
    assert_eq!(server.requests(), 4, "TURN does not depend on Redis");
    let bore = || vec![service("bore", Role::Other, State::Ok)];
    check.publish(bore());
    passes(9).await;
    assert_eq!(server.requests(), 4);
    passes(2).await;
    assert_eq!(server.requests(), 6);
    check.publish(bore());
    passes(60).await;
    assert_eq!(server.requests(), 6, "it already worked");
    assert!(check.events.try_recv().is_err(), "the result is the same");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_works_is_tried_each_hour() {
    let server = FakeTurn::new(Manner::Kind);
    let mut check = Running::start(fixed(&format!("turn:127.0.0.1:{}", server.on_udp().await)));
    assert_eq!(check.next().await, (vec!["works"], 10));
    check.publish(vec![service("bore", Role::Other, State::Ok)]);
    tokio::time::sleep(Duration::from_secs(3595)).await;
    assert_eq!(server.requests(), 3);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!((server.requests(), server.relays()), (6, 0));
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_engine() {
    let Running {
        publishes, events, ..
    } = Running::start(fixed("turn:127.0.0.1:9"));
    drop(events);
    let ended = tokio::time::timeout(Duration::from_secs(11), publishes.closed());
    ended.await.expect("nothing follows what is published");
}
