//! LiveKit's server API, against LiveKit: rooms are listed, spoken to and ended.

use std::time::Duration;

use futures_util::StreamExt;
use sidelink::livekit::access_token::{Grant, sign};
use sidelink::livekit::room_service::{RoomService, RoomServiceError};
use sidelink::probe::local_client;
use sidelink_core::Target;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;

use super::containers::Project;
use super::probes::{LIVEKIT_SECRET, livekit, secrets, works};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn rooms_are_listed_spoken_to_and_ended() {
    let project = Project::new();
    let target = livekit(&project, LIVEKIT_SECRET);
    works(&target).await;
    let Target::Livekit { at } = &target else {
        panic!("{target:?}")
    };
    let client = local_client(Duration::from_secs(5)).expect("a client");
    let service = RoomService::new(client, &format!("http://{at}"), secrets());

    assert_eq!(service.list_rooms().await.expect("a list"), []);
    service
        .delete_room("nobody-made-it")
        .await
        .expect("nothing to end is no error");
    let nowhere = service.send_data("nobody-made-it", "sidelink", b"{}").await;
    assert!(
        matches!(nowhere, Err(RoomServiceError::Refused { .. })),
        "{nowhere:?}"
    );

    // Whoever opens the signalling makes the room.
    let grant = Grant {
        room: "consultation",
        identity: "ana",
        name: None,
        max_participants: None,
        is_host: true,
    };
    let token = sign(&secrets(), &grant).expect("signs");
    let url = format!("ws://{at}/rtc?access_token={token}&auto_subscribe=1&protocol=15");
    let (mut ana, _) = connect_async(url).await.expect("joins");
    let joined = timeout(LIMIT, ana.next()).await.expect("in time");
    assert!(joined.expect("a message").expect("is fine").is_binary());

    let rooms = service.list_rooms().await.expect("a list");
    let names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    assert_eq!(names, ["consultation"]);
    let open = service.open_of(&["another", "consultation"]).await;
    assert_eq!(open.expect("a list"), ["consultation"]);
    let people = service.participants("consultation").await.expect("a list");
    assert_eq!(people.len(), 1, "{people:?}");
    assert!(people[0].identity == "ana" && people[0].is_host() && people[0].joined_at > 0);
    let nobody = service.participants("another").await.expect("nobody");
    assert_eq!(nobody, []);
    service
        .remove_participant("consultation", "nobody")
        .await
        .expect("nobody to put out is no error");
    service
        .send_data("consultation", "sidelink", br#"{"type":"address"}"#)
        .await
        .expect("is sent");

    service.delete_room("consultation").await.expect("is ended");
    let put_out = async { while let Some(Ok(_)) = ana.next().await {} };
    timeout(LIMIT, put_out).await.expect("ana is put out");
    assert_eq!(service.list_rooms().await.expect("a list"), []);
}
