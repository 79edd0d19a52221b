//! The rooms of a LiveKit that speaks its Twirp, and what each of them hears.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::config::secrets::Secrets;
use crate::http_client::local_client;
use crate::runtime::clock::Clock;
use sidelink_core::Snapshot;

const LIMIT: Duration = Duration::from_secs(5);
const ROOMS: &str = r#"{"rooms":[{"name":"a","num_participants":2},{"name":"empty"},{"name":"b","num_participants":1}]}"#;

/// The room, the topic, and the public URL that it was told.
type Heard = (String, String, String);

struct Stack {
    publishes: watch::Sender<Arc<RuntimeConfigCache>>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Stack {
    /// `before`: the name from before the sidecar started.
    async fn starts(before: Option<&str>) -> Self {
        let (hears, heard) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/twirp/livekit.RoomService/{method}", post(answer))
            .with_state(hears);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, router).await });

        let (publishes, published) = watch::channel(published(None));
        let hostnames = Hostnames::default();
        hostnames.load(
            before
                .map(|host| (host.to_owned(), 1))
                .into_iter()
                .collect(),
        );
        let rooms = RoomService::new(
            local_client(LIMIT).expect("a client"),
            &url,
            Secrets::of_a_test(),
        );
        let mut mover = AddressAnnouncer::new(published, rooms, hostnames);
        mover.rounds = [0, 30, 60].map(Duration::from_millis);
        tokio::spawn(mover.run());
        Self { publishes, heard }
    }

    fn is_proven_under(&self, host: Option<&str>) {
        self.publishes.send_replace(published(host));
    }

    /// The next so many words, in order of rooms.
    async fn hears(&mut self, words: usize) -> Vec<Heard> {
        let mut heard = Vec::new();
        while heard.len() < words {
            let word = timeout(LIMIT, self.heard.recv()).await;
            heard.push(word.expect("in time").expect("a word"));
        }
        heard.sort();
        heard
    }
}

async fn answer(
    State(hears): State<mpsc::UnboundedSender<Heard>>,
    Path(method): Path<String>,
    body: String,
) -> &'static str {
    if method == "ListRooms" {
        return ROOMS;
    }
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let data = BASE64_STANDARD.decode(text(&body["data"])).expect("base64");
    let message: Value = serde_json::from_slice(&data).expect("JSON");
    assert_eq!(message["type"], "address");
    let url = text(&message["publicUrl"]);
    assert_eq!(
        text(&message["livekitUrl"]),
        url.replacen("https", "wss", 1)
    );
    let _ = hears.send((text(&body["room"]), text(&body["topic"]), url));
    "{}"
}

fn published(host: Option<&str>) -> Arc<RuntimeConfigCache> {
    let mut snapshot = Snapshot::unknown("i1".into());
    snapshot.public_host = host.map(str::to_owned);
    RuntimeConfigCache::render(
        snapshot,
        Clock::start().now(),
        crate::config::settings::Routes::Root,
    )
}

fn word(room: &str, host: &str) -> Heard {
    let url = format!("https://{host}");
    (room.to_owned(), TOPIC.to_owned(), url)
}

#[tokio::test]
async fn every_room_with_people_is_told_a_new_name_three_times() {
    let mut stack = Stack::starts(Some("old.example")).await;
    stack.is_proven_under(Some("new.example"));
    let rounds = ["a", "b"].map(|room| vec![word(room, "new.example"); 3]);
    assert_eq!(stack.hears(6).await, rounds.concat());
}

#[tokio::test]
async fn the_name_from_before_a_restart_is_no_news() {
    let mut stack = Stack::starts(Some("old.example")).await;
    for host in [Some("old.example"), None, Some("old.example")] {
        stack.is_proven_under(host);
        // Each is seen, and nothing is said.
        let silence = timeout(Duration::from_millis(20), stack.heard.recv()).await;
        assert!(silence.is_err(), "{silence:?}");
    }
    stack.is_proven_under(Some("new.example"));
    let first = stack.hears(1).await;
    assert_eq!(first[0].2, "https://new.example", "{first:?}");
}

#[tokio::test]
async fn where_nothing_is_known_of_before_everybody_is_told() {
    let mut stack = Stack::starts(None).await;
    stack.is_proven_under(Some("new.example"));
    let expected = [word("a", "new.example"), word("b", "new.example")];
    assert_eq!(stack.hears(2).await, expected);
}

#[tokio::test]
async fn a_newer_name_takes_the_place_of_one_that_is_being_told() {
    let mut stack = Stack::starts(Some("old.example")).await;
    stack.is_proven_under(Some("new.example"));
    stack.hears(2).await;
    stack.is_proven_under(Some("newer.example"));
    let mut newer = 0;
    while newer < 6 {
        let word = stack.hears(1).await;
        newer += usize::from(word[0].2 == "https://newer.example");
    }
    let late = timeout(Duration::from_millis(100), stack.heard.recv()).await;
    assert!(late.is_err(), "nothing more comes: {late:?}");
}
