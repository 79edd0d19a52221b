//! Two phones in a call.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::time::{interval, sleep, timeout};

use crate::frame::{AUDIO, CAMERA, h264, opus, vp8};
use crate::phone::Phone;
use crate::stack::{Stack, hello, token};

/// Sends audio and video for 3 s while the other one reads. It gets 20 frames bit for bit, a key frame first.
pub(crate) async fn sends_to(from: &mut Phone, to: &mut Phone, camera: u64) {
    let mut expected = Vec::new();
    let mut ticks = interval(Duration::from_millis(20));
    for i in 0..150_u8 {
        let captured = 1_000_000_000 + u64::from(i) * 20_000;
        from.sends(AUDIO, captured, &opus(i)).await;
        if i.is_multiple_of(2) {
            let frame = vp8(i.is_multiple_of(50), 2_500, i);
            from.sends(CAMERA, captured, &frame).await;
            expected.push(frame);
        }
        to.reads_until(ticks.tick()).await;
    }
    let mut frames = Vec::new();
    for _ in 0..20 {
        frames.push(to.gets(camera).await);
    }
    let mut next = None;
    for frame in &frames {
        let position = expected
            .iter()
            .position(|sent| *sent == frame.payload)
            .expect("bit for bit");
        // A machine that is busy looks like a slow line: then video goes on with the next key frame.
        assert!(
            frame.key || next == Some(position),
            "none is lost: {position} is not {next:?}"
        );
        assert_eq!(frame.kind, CAMERA);
        next = Some(position + 1);
    }
    let gap = frames[1].captured - frames[0].captured;
    assert!(
        (35_000..=41_000).contains(&gap),
        "40 ms, at first a tenth slower: {gap}"
    );
}

#[tokio::test]
async fn a_frame_arrives_bit_for_bit_in_both_directions() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let participant = bia.hears("participant").await;
    assert_eq!(
        (&participant["identity"], &participant["name"]),
        (&json!("ana"), &json!("ana's name"))
    );
    let camera = bia.finds("ana", "camera").await;
    sends_to(&mut ana, &mut bia, camera).await;
    let camera = ana.finds("bia", "camera").await;
    sends_to(&mut bia, &mut ana, camera).await;
}

#[tokio::test]
async fn audio_arrives_bit_for_bit_and_its_level_makes_a_speaker() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let microphone = bia.finds("ana", "audio").await;
    let mut ticks = interval(Duration::from_millis(20));
    for i in 0..150_u8 {
        ana.sends(AUDIO, u64::from(i) * 20_000, &opus(i)).await;
        bia.reads_until(ticks.tick()).await;
    }
    let codec = bia.hears("codec").await;
    assert_eq!(
        (&codec["track"], &codec["codec"]),
        (&json!(microphone), &json!("opus"))
    );
    let first = bia.gets(microphone).await;
    let second = bia.gets(microphone).await;
    assert_eq!((first.kind, first.payload.len()), (AUDIO, 80));
    assert_eq!(second.payload[1], first.payload[1].wrapping_add(1));
    assert!((17_900..=20_100).contains(&(second.captured - first.captured)));
    let speakers = bia
        .hears_that(|message| message["identities"] == json!(["ana"]))
        .await;
    assert_eq!(speakers["type"], "speakers");
}

#[tokio::test]
async fn data_travels_both_ways_reliable_and_lossy() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    ana.hears("participant").await;
    sleep(Duration::from_secs(1)).await; // the channels open
    talks(&mut ana, &mut bia, "ana", true).await;
    talks(&mut bia, &mut ana, "bia", false).await;
}

async fn talks(from: &mut Phone, to: &mut Phone, identity: &str, reliable: bool) {
    let payload = STANDARD.encode(vec![7; if reliable { 15_000 } else { 100 }]);
    let data = json!({ "type": "data", "topic": "chat", "payload": payload, "reliable": reliable });
    from.says(&data).await;
    let heard = to.hears("data").await;
    assert_eq!(heard["identity"], identity);
    assert_eq!(heard["topic"], "chat");
    assert_eq!(heard["payload"], payload);
}

#[tokio::test]
async fn mute_leave_and_a_second_join_are_seen_at_once() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let microphone = bia.finds("ana", "audio").await;
    ana.says(&json!({ "type": "mute", "kind": "audio", "muted": true }))
        .await;
    let muted = bia.hears("muted").await;
    assert_eq!(
        (&muted["track"], &muted["muted"]),
        (&json!(microphone), &json!(true))
    );
    ana.says(&json!({ "type": "bye" })).await;
    let left = timeout(Duration::from_secs(2), bia.hears("left"))
        .await
        .expect("at once");
    assert_eq!(left["identity"], "ana");
    assert_eq!(ana.is_closed().await.0, 1000);
    let _ana = stack.joins("ana").await;
    bia.finds("ana", "camera").await;
}

#[tokio::test]
async fn a_key_frame_is_requested_in_both_directions() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let camera = bia.finds("ana", "camera").await;
    sends_to(&mut ana, &mut bia, camera).await;
    sleep(Duration::from_secs(1)).await;
    ana.reads_until(sleep(Duration::from_millis(500))).await;
    let mut ana = ana.forgets();
    bia.says(&json!({ "type": "keyframe", "track": camera }))
        .await;
    ana.hears("keyframe").await;
}

#[tokio::test]
async fn the_same_identity_elsewhere_replaces_the_first() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let _again = stack.joins("ana").await;
    let leave = ana.hears("leave").await;
    assert_eq!(
        (&leave["reason"], &leave["again"]),
        (&json!("replaced"), &json!(false))
    );
    assert_eq!(ana.is_closed().await.0, 1000);
}

#[tokio::test]
async fn a_token_is_diagnosed_and_a_bad_one_cannot_join() {
    let stack = Stack::start().await;
    assert_eq!(stack.diagnosed(&token("ana", "room")).await["ok"], true);
    let bad = stack.diagnosed("x.y.z").await;
    assert_eq!(
        (&bad["ok"], &bad["reason"]),
        (&json!(false), &json!("LiveKit refuses the token"))
    );
    let mut phone = Phone::opens(stack.bridge).await;
    let mut hello = hello("ana", None);
    hello["token"] = json!("x.y.z");
    phone.says(&hello).await;
    assert_eq!(phone.hears("leave").await["reason"], "expired");
}

#[tokio::test]
async fn the_bridge_notifies_its_phones_when_it_ends() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let ending = tokio::spawn(stack.ends());
    let leave = ana.hears("leave").await;
    assert_eq!(
        (&leave["reason"], &leave["again"]),
        (&json!("restart"), &json!(true))
    );
    assert_eq!(ana.is_closed().await.0, 1000);
    timeout(Duration::from_secs(6), ending)
        .await
        .expect("ends")
        .expect("ends");
}

#[tokio::test]
async fn those_who_come_and_go_are_seen_each_time() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    for _ in 0..5 {
        let mut bia = stack.joins("bia").await;
        let camera = ana.finds("bia", "camera").await;
        sends_to(&mut bia, &mut ana, camera).await;
        bia.says(&json!({ "type": "bye" })).await;
        ana.hears("left").await;
    }
}

#[tokio::test]
async fn h264_arrives_as_an_access_unit() {
    let stack = Stack::start().await;
    let mut ana = Phone::opens(stack.bridge).await;
    let mut hello = hello("ana", None);
    hello["video"]["codec"] = json!("h264");
    ana.says(&hello).await;
    ana.hears("joined").await;
    let mut bia = stack.joins("bia").await;
    let camera = bia.finds("ana", "camera").await;
    let mut ticks = interval(Duration::from_millis(40));
    for i in 0..50_u8 {
        ana.sends_h264(u64::from(i) * 40_000, &h264(i)).await;
        bia.reads_until(ticks.tick()).await;
    }
    assert_eq!(bia.hears("codec").await["codec"], "h264");
    let frame = bia.gets(camera).await;
    assert!(frame.key);
    assert_eq!(
        frame.payload,
        h264(frame.payload[frame.payload.len() - 1]),
        "bit for bit"
    );
}

#[tokio::test]
async fn three_phones_see_each_other() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = stack.joins("bia").await;
    let mut caio = stack.joins("caio").await;
    let to_bia = bia.finds("ana", "camera").await;
    sends_to(&mut ana, &mut bia, to_bia).await;
    let to_caio = caio.finds("bia", "camera").await;
    sends_to(&mut bia, &mut caio, to_caio).await;
    let to_ana = ana.finds("caio", "camera").await;
    sends_to(&mut caio, &mut ana, to_ana).await;
}

#[tokio::test]
async fn a_page_that_decodes_no_video_hears_the_others() {
    let stack = Stack::start().await;
    let mut ana = stack.joins("ana").await;
    let mut bia = Phone::opens(stack.bridge).await;
    let mut sound_only = hello("bia", None);
    (sound_only["video"], sound_only["decode"]) = (json!(null), json!(["opus"]));
    bia.says(&sound_only).await;
    bia.hears("joined").await;
    let voice = bia.finds("ana", "audio").await;
    let mut ticks = interval(Duration::from_millis(20));
    for i in 0..100_u8 {
        let captured = u64::from(i) * 20_000;
        ana.sends(AUDIO, captured, &opus(i)).await;
        if i.is_multiple_of(2) {
            ana.sends(CAMERA, captured, &vp8(i.is_multiple_of(50), 2_500, i))
                .await;
        }
        bia.reads_until(ticks.tick()).await;
    }
    for _ in 0..20 {
        assert_eq!(bia.gets(voice).await.kind, AUDIO);
    }
    assert!(bia.frames().iter().all(|frame| frame.kind == AUDIO));
}
