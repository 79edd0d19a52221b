//! Tests of LiveKit's server API against LiveKit.

use std::time::Duration;

use futures_util::StreamExt;
use sidelink::http_client::local_client;
use sidelink::livekit::access_token::{Grant, HOST, sign};
use sidelink::livekit::room_service::{RoomService, RoomServiceError};
use sidelink_core::Target;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;

use super::containers::Project;
use super::probes::{LIVEKIT_SECRET, livekit, secrets, works};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn rooms_are_listed_receive_data_and_are_ended() {
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
        .delete_room("no-such-room")
        .await
        .expect("ending a missing room is not an error");
    let nowhere = service.send_data("no-such-room", "sidelink", b"{}").await;
    assert!(
        matches!(nowhere, Err(RoomServiceError::Refused { .. })),
        "{nowhere:?}"
    );

    // Opening the signalling creates the room.
    let grant = Grant {
        room: "consultation",
        identity: "ana",
        name: None,
        max_participants: None,
        mark: Some(HOST),
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
    let participants = service.participants("consultation").await;
    let participants = participants.expect("a list");
    let [participant] = &participants[..] else {
        panic!("one participant, not {participants:?}")
    };
    assert!(participant.identity == "ana" && participant.is_host() && participant.joined_at > 0);
    let none = service.participants("another").await.expect("a list");
    assert_eq!(none, []);
    service
        .remove_participant("consultation", "no-such-participant")
        .await
        .expect("removing a missing participant is not an error");
    service
        .send_data("consultation", "sidelink", br#"{"type":"address"}"#)
        .await
        .expect("is sent");

    service.delete_room("consultation").await.expect("is ended");
    let closed = async { while let Some(Ok(_)) = ana.next().await {} };
    timeout(LIMIT, closed).await.expect("ana's connection ends");
    assert_eq!(service.list_rooms().await.expect("a list"), []);
}
