//! A link's room in the real LiveKit: no more people get in than the token says.

use sidelink::livekit::access_token::{Grant, sign};
use sidelink_core::Target;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::containers::Project;
use super::probes::{LIVEKIT_SECRET, livekit, secrets, works};

type Call = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Joins as the SDK does; the status and words of a refusal.
async fn joins(target: &Target, identity: &str) -> Result<Call, (u16, String)> {
    let Target::Livekit { at } = target else {
        panic!("is LiveKit")
    };
    let grant = Grant {
        room: "room-of-this-test",
        identity,
        name: None,
        max_participants: Some(2),
        is_host: false,
    };
    let token = sign(&secrets(), &grant).expect("signs");
    let url = format!("ws://{at}/rtc?access_token={token}&protocol=15&auto_subscribe=1");
    match connect_async(url).await {
        Ok((call, _)) => Ok(call),
        Err(Error::Http(answer)) => {
            let words = answer.body().as_deref().map(String::from_utf8_lossy);
            Err((
                answer.status().as_u16(),
                words.unwrap_or_default().into_owned(),
            ))
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_third_of_two_is_refused_and_whoever_comes_back_is_not() {
    let project = Project::new();
    let target = livekit(&project, LIVEKIT_SECRET);
    works(&target).await;
    let first = joins(&target, "ana-1").await;
    let second = joins(&target, "bia-2").await;
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    // LiveKit 1.13.5 does not say why, and refuses before the call is open: a page reads it as any other failure.
    let (status, words) = joins(&target, "caio-3").await.expect_err("is refused");
    assert_eq!((status, &*words), (500, "connection closed by media"));
    let again = joins(&target, "ana-1").await;
    assert!(again.is_ok(), "{again:?}");
}
