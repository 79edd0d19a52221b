//! Tests of a link's room in the real LiveKit: the token limits the number of participants.

use sidelink::livekit::access_token::{Grant, sign};
use sidelink_core::Target;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::containers::Project;
use super::probes::{LIVEKIT_SECRET, livekit, secrets, works};

type Call = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Joins as the SDK does; the error has the status and the body.
async fn joins(target: &Target, identity: &str) -> Result<Call, (u16, String)> {
    let Target::Livekit { at } = target else {
        panic!("is LiveKit")
    };
    let grant = Grant {
        room: "room-of-this-test",
        identity,
        name: None,
        max_participants: Some(2),
        mark: None,
    };
    let token = sign(&secrets(), &grant).expect("signs");
    let url = format!("ws://{at}/rtc?access_token={token}&protocol=15&auto_subscribe=1");
    match connect_async(url).await {
        Ok((call, _)) => Ok(call),
        Err(Error::Http(answer)) => {
            let body = answer.body().as_deref().map(String::from_utf8_lossy);
            Err((
                answer.status().as_u16(),
                body.unwrap_or_default().into_owned(),
            ))
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_third_participant_is_refused_but_a_returning_one_is_not() {
    let project = Project::new();
    let target = livekit(&project, LIVEKIT_SECRET);
    works(&target).await;
    let first = joins(&target, "ana-1").await;
    let second = joins(&target, "bia-2").await;
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    // LiveKit 1.13.5 refuses before the call is open and without a cause, so a page cannot distinguish the failure.
    let (status, body) = joins(&target, "caio-3").await.expect_err("is refused");
    assert_eq!((status, &*body), (500, "connection closed by media"));
    let again = joins(&target, "ana-1").await;
    assert!(again.is_ok(), "{again:?}");
}
