//! A link that ends takes its room along. LiveKit's part is a server that speaks its Twirp.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink::http_client::local_client;
use sidelink::livekit::room_service::RoomService;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::harness::{json_of, secrets, status_of};
use super::links::{Stack, word};

/// Of the rooms that it is asked to end, the names.
pub(crate) type Ended = mpsc::UnboundedReceiver<String>;

/// The rooms of a LiveKit, each with who is in it.
#[derive(Clone, Default)]
pub(crate) struct Rooms(Arc<Mutex<BTreeMap<String, Vec<Value>>>>);

impl Rooms {
    /// Adds a participant to the room, which opens it.
    pub(crate) fn enters(&self, room: &str, identity: &str, is_host: bool) {
        let mark = if is_host {
            json!({"sidelink.host": "true"})
        } else {
            json!({})
        };
        self.enters_as(room, identity, &mark);
    }

    /// The same with the attributes of its token.
    pub(crate) fn enters_as(&self, room: &str, identity: &str, attributes: &Value) {
        let mut rooms = self.0.lock().expect("sound");
        let people = rooms.entry(room.to_owned()).or_default();
        let at = people.len().to_string();
        people.push(
            json!({"identity": identity, "joined_at": at, "attributes": attributes, "state": "ACTIVE"}),
        );
    }

    /// Removes a participant that has left.
    pub(crate) fn leaves(&self, room: &str, identity: &str) {
        let mut rooms = self.0.lock().expect("sound");
        let people = rooms.get_mut(room).expect("is open");
        people.retain(|one| one["identity"] != identity);
    }

    /// Publishes a video of this name.
    pub(crate) fn publishes(&self, room: &str, identity: &str, name: &str) {
        let mut rooms = self.0.lock().expect("sound");
        let mut people = rooms.get_mut(room).expect("is open").iter_mut();
        let publisher = people.find(|one| one["identity"] == identity);
        let publisher = publisher
            .expect("is in the room")
            .as_object_mut()
            .expect("an object");
        let tracks = publisher.entry("tracks").or_insert_with(|| json!([]));
        let track = json!({"sid": format!("TR_{name}"), "type": "VIDEO", "name": name, "source": "CAMERA", "mime_type": "video/VP8"});
        tracks.as_array_mut().expect("a list").push(track);
    }

    pub(crate) fn people(&self, room: &str) -> Vec<String> {
        let rooms = self.0.lock().expect("sound");
        let people = rooms.get(room).into_iter().flatten();
        people
            .map(|one| one["identity"].as_str().expect("text").to_owned())
            .collect()
    }

    fn is_asked(&self, method: &str, asked: &Value) -> Value {
        let mut rooms = self.0.lock().expect("sound");
        let room = asked["room"].as_str().unwrap_or_default();
        match method {
            "DeleteRoom" => {
                rooms.remove(room);
                json!({})
            }
            "ListRooms" => {
                let names = asked["names"].as_array();
                let wanted = |room: &str| names.is_none_or(|names| names.contains(&json!(room)));
                let open = rooms.keys().filter(|room| wanted(room));
                json!({"rooms": open.map(|room| json!({"name": room})).collect::<Vec<_>>()})
            }
            "ListParticipants" => json!({"participants": rooms.get(room)}),
            "RemoveParticipant" => {
                let people = rooms.entry(room.to_owned()).or_default();
                people.retain(|one| one["identity"] != asked["identity"]);
                json!({})
            }
            other => panic!("{other} is not asked"),
        }
    }
}

/// A LiveKit that does what it is asked to.
pub(crate) async fn livekit() -> (RoomService, Rooms, Ended) {
    let (ends, ended) = mpsc::unbounded_channel();
    let rooms = Rooms::default();
    let answer = async |Path(method): Path<String>,
                        State((rooms, ends)): State<(Rooms, mpsc::UnboundedSender<String>)>,
                        body: String| {
        let asked: Value = serde_json::from_str(&body).expect("JSON");
        let answer = rooms.is_asked(&method, &asked);
        if method == "DeleteRoom" {
            let _ = ends.send(asked["room"].as_str().expect("a name").to_owned());
        }
        Json(answer)
    };
    let router = Router::new()
        .route("/twirp/livekit.RoomService/{method}", post(answer))
        .with_state((rooms.clone(), ends));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = local_client(Duration::from_secs(5)).expect("a client");
    (RoomService::new(client, &url, secrets()), rooms, ended)
}

#[tokio::test]
async fn an_ended_link_ends_its_room_and_no_other() {
    let mut stack = Stack::ready().await;
    let [first, second] = [stack.link().await, stack.link().await];
    let room = |link: &Value| link["room"].as_str().expect("a room").to_owned();
    assert_ne!(room(&first), room(&second));
    let path = format!("/links/{}", first["token"].as_str().expect("a token"));
    let end = || stack.sidecar.asks(Method::DELETE, &path);
    assert_eq!(status_of(end()).await, StatusCode::NO_CONTENT);
    assert_eq!(status_of(end()).await, StatusCode::NOT_FOUND);
    assert_eq!(stack.sidecar.ended.try_recv(), Ok(room(&first)));
    assert!(stack.sidecar.ended.try_recv().is_err(), "once");
    let links = json_of(stack.sidecar.asks(Method::GET, "/links")).await;
    let left: Vec<_> = links["links"].as_array().expect("a list").iter().collect();
    assert_eq!(left.len(), 1, "{links}");
    assert_eq!(left[0]["room"], json!(room(&second)));
}

async fn is_closed(stack: &mut Stack, room: &str) {
    let closed = timeout(Duration::from_secs(10), stack.sidecar.ended.recv()).await;
    assert_eq!(closed.expect("in time").as_deref(), Some(room));
}

#[tokio::test]
async fn the_room_of_an_expired_link_is_closed_and_stays_so_over_a_restart() {
    let mut stack = Stack::ready().await;
    let link = stack.link().await;
    let (token, room) = (word(&link, "token"), word(&link, "room"));
    stack.sidecar.rooms.enters(&room, "client-1", false);
    stack.sidecar.rooms.enters("lobby", "guest-1", false);
    // As it will be tomorrow.
    for set in ["sidelink:links", "sidelink:links:rooms"] {
        let member = if set.ends_with("rooms") {
            &room
        } else {
            &token
        };
        let _: u8 = stack.redis.asks(&["ZADD", set, "1", member]).await;
    }
    let key = format!("sidelink:link:{token}");
    let _: u8 = stack.redis.asks(&["DEL", &key]).await;
    stack.link().await;
    is_closed(&mut stack, &room).await;

    // With an access token from before, which lives for ten minutes.
    stack.sidecar.rooms.enters(&room, "client-1", false);
    is_closed(&mut stack, &room).await;

    stack.sidecar = super::harness::Sidecar::starts_with(&stack.redis.address).await;
    stack.sidecar.rooms.enters(&room, "client-1", false);
    is_closed(&mut stack, &room).await;
    assert!(
        stack.sidecar.ended.try_recv().is_err(),
        "another was closed"
    );
}

#[tokio::test]
async fn the_room_of_a_revoked_link_is_not_opened_again_by_an_old_token() {
    let mut stack = Stack::ready().await;
    let link = stack.link().await;
    let (token, room) = (word(&link, "token"), word(&link, "room"));
    let end = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{token}"));
    assert_eq!(status_of(end).await, StatusCode::NO_CONTENT);
    is_closed(&mut stack, &room).await;
    stack.sidecar.rooms.enters(&room, "client-1", false);
    is_closed(&mut stack, &room).await;
}
