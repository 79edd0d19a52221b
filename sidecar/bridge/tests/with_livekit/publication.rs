//! A participant without a page sends to a phone.

use std::time::Duration;

use sidelink_bridge::{MediaFrame, PublicationError, PublishedTracks, PublishedVideo, VideoCodec};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval};

use crate::frame::{h264, opus, vp8};
use crate::stack::{Stack, token};

fn tracks(codec: VideoCodec) -> PublishedTracks {
    let video = PublishedVideo {
        codec,
        width: 640,
        height: 360,
        bitrate: 600_000,
    };
    PublishedTracks {
        video,
        has_audio: true,
    }
}

/// Sends a picture each 40 ms and sound each 20 ms for 2 s.
async fn plays(to: mpsc::Sender<MediaFrame>, picture: impl Fn(u8) -> Vec<u8>) {
    let began = Instant::now();
    let mut ticks = interval(Duration::from_millis(20));
    for i in 0..100_u8 {
        ticks.tick().await;
        let time = Duration::from_millis(20) * i.into();
        let frame = |is_audio, payload| MediaFrame {
            is_audio,
            time,
            due: (began + time).into_std(),
            payload,
        };
        to.send(frame(true, opus(i))).await.expect("is taken");
        if i.is_multiple_of(2) {
            to.send(frame(false, picture(i))).await.expect("is taken");
        }
    }
}

#[tokio::test]
async fn pictures_and_sound_arrive_bit_for_bit_and_the_end_leaves_the_room() {
    let stack = Stack::start().await;
    let publications = stack.publications();
    for (name, codec) in [("vp8", VideoCodec::Vp8), ("h264", VideoCodec::H264)] {
        let picture = |i: u8| match codec {
            VideoCodec::Vp8 => vp8(i.is_multiple_of(50), 2_500, i),
            VideoCodec::H264 => h264(i),
        };
        let mut ana = stack.joins_room("ana", name).await;
        let mut video = publications
            .join(&token("video", name), tracks(codec))
            .await
            .expect("joins");
        let camera = ana.finds("video", "camera").await;
        let (to, mut frames) = mpsc::channel(4);
        let (sent, ()) = tokio::join!(video.send(&mut frames), async {
            tokio::select! {
                () = plays(to, picture) => {}
                () = ana.reads_until(std::future::pending::<()>()) => {}
            }
        });
        assert_eq!(sent, Ok(()));
        let got = ana.gets(camera).await;
        assert!(got.key, "a key frame first");
        let is_ours = (0..100).any(|i| picture(i) == got.payload);
        assert!(is_ours, "bit for bit: {:?}", &got.payload[..12]);
        video.leave().await;
        ana.hears("left").await;
    }
}

#[tokio::test]
async fn a_refused_token_is_final_and_a_lost_livekit_is_not() {
    let stack = Stack::start().await;
    let publications = stack.publications();
    let refused = publications.join("a.b.c", tracks(VideoCodec::Vp8)).await;
    let refused = refused.err().expect("is refused");
    assert_eq!(refused, PublicationError::Refused);
    assert!(refused.is_final());
    let good = token("video", "r");
    let joined = publications.join(&good, tracks(VideoCodec::Vp8)).await;
    let mut video = joined.expect("joins");
    drop(stack);
    let (_to, mut frames) = mpsc::channel(4);
    let lost = video.send(&mut frames).await.expect_err("is lost");
    assert!(!lost.is_final(), "{lost}");
}
