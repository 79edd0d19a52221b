//! With a fake LiveKit, and the messages that each of its rooms gets.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::config::secrets::Secrets;
use crate::http_client::local_client;
use crate::runtime::clock::Clock;
use crate::test_server::serve;
use sidelink_core::Snapshot;

const TIMEOUT: Duration = Duration::from_secs(5);
const ROOMS: &str = r#"{"rooms":[{"name":"a","num_participants":2},{"name":"empty"},{"name":"b","num_participants":1}]}"#;

/// The room, the topic and the public URL of a message.
type RoomMessage = (String, String, String);

struct FakeStack {
    publishes: watch::Sender<Arc<RuntimeConfigCache>>,
    messages: mpsc::UnboundedReceiver<RoomMessage>,
}

impl FakeStack {
    /// `before`: the name from before the sidecar started.
    async fn starts(before: Option<&str>) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/twirp/livekit.RoomService/{method}", post(answer))
            .with_state(sender);
        let url = format!("http://{}", serve(router).await);

        let (publishes, published) = watch::channel(published(None));
        let hostnames = RecentHostnames::default();
        hostnames.load(
            before
                .map(|host| (host.to_owned(), 1))
                .into_iter()
                .collect(),
        );
        let rooms = RoomService::new(
            local_client(TIMEOUT).expect("a client"),
            &url,
            Secrets::of_a_test(),
        );
        let mut announcer = AddressAnnouncer::new(published, rooms, hostnames);
        announcer.delays = [0, 30, 60].map(Duration::from_millis);
        tokio::spawn(announcer.run());
        Self {
            publishes,
            messages,
        }
    }

    fn is_verified_under(&self, host: Option<&str>) {
        self.publishes.send_replace(published(host));
    }

    /// Returns this number of messages, in order of rooms.
    async fn next(&mut self, count: usize) -> Vec<RoomMessage> {
        let mut received = Vec::new();
        while received.len() < count {
            let message = timeout(TIMEOUT, self.messages.recv()).await;
            received.push(message.expect("in time").expect("a message"));
        }
        received.sort();
        received
    }
}

async fn answer(
    State(sender): State<mpsc::UnboundedSender<RoomMessage>>,
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
    let _ = sender.send((text(&body["room"]), text(&body["topic"]), url));
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

fn address(room: &str, host: &str) -> RoomMessage {
    let url = format!("https://{host}");
    (room.to_owned(), TOPIC.to_owned(), url)
}

#[tokio::test]
async fn every_room_with_participants_gets_a_new_name_three_times() {
    let mut stack = FakeStack::starts(Some("old.example")).await;
    stack.is_verified_under(Some("new.example"));
    let expected = ["a", "b"].map(|room| vec![address(room, "new.example"); 3]);
    assert_eq!(stack.next(6).await, expected.concat());
}

#[tokio::test]
async fn the_name_from_before_a_restart_is_not_sent() {
    let mut stack = FakeStack::starts(Some("old.example")).await;
    for host in [Some("old.example"), None, Some("old.example")] {
        stack.is_verified_under(host);
        // Each is published, and nothing is sent.
        let silence = timeout(Duration::from_millis(20), stack.messages.recv()).await;
        assert!(silence.is_err(), "{silence:?}");
    }
    stack.is_verified_under(Some("new.example"));
    let first = stack.next(1).await;
    assert_eq!(first[0].2, "https://new.example", "{first:?}");
}

#[tokio::test]
async fn without_an_earlier_name_every_room_gets_the_name() {
    let mut stack = FakeStack::starts(None).await;
    stack.is_verified_under(Some("new.example"));
    let expected = [address("a", "new.example"), address("b", "new.example")];
    assert_eq!(stack.next(2).await, expected);
}

#[tokio::test]
async fn a_newer_name_replaces_one_that_is_being_sent() {
    let mut stack = FakeStack::starts(Some("old.example")).await;
    stack.is_verified_under(Some("new.example"));
    stack.next(2).await;
    stack.is_verified_under(Some("newer.example"));
    let mut newer = 0;
    while newer < 6 {
        let message = stack.next(1).await;
        newer += usize::from(message[0].2 == "https://newer.example");
    }
    let late = timeout(Duration::from_millis(100), stack.messages.recv()).await;
    assert!(late.is_err(), "nothing more comes: {late:?}");
}
