mod harness;

use self::harness::{Done, Tested, ana, closed, keyframes, requests};
use super::*;
use crate::call::effect::PeerEvent;
use crate::signal::proto::{JoinResponse, ParticipantUpdate, UpdateTrackSettings};
use crate::testing::ms;
use crate::wire::frame::Kind;
use crate::wire::message::Codec;

#[test]
fn a_page_learns_of_the_room_and_the_token_is_forgotten() {
    let mut tested = Tested::joining();
    assert_eq!(tested.call.hello.token, "");
    let join = JoinResponse {
        participant: Some(ParticipantInfo::default()),
        other_participants: vec![ana(1)],
    };
    tested.hears(Response::Join(join));
    let messages = tested.does().messages;
    assert!(
        matches!(
            messages[..],
            [
                ToPage::Joined { resumed: false, .. },
                ToPage::Limit { .. },
                ToPage::Participant { .. },
                ToPage::Track { id: 1, .. }
            ]
        ),
        "{messages:?}"
    );
}

#[test]
fn video_waits_for_the_connection_and_a_key_frame() {
    let mut tested = Tested::joining();
    tested.hears(Response::Join(JoinResponse::default()));
    tested.does();
    assert!(
        tested.sends(Kind::Camera, true).rest.is_empty(),
        "not connected"
    );
    tested.call.peer(PeerEvent::Connected, tested.now);
    assert!(tested.does().messages.contains(&ToPage::Keyframe));
    assert!(
        tested.sends(Kind::Camera, false).rest.is_empty(),
        "the key frame was lost"
    );
    assert!(matches!(
        tested.sends(Kind::Camera, true).rest[..],
        [Effect::Write(_)]
    ));
    assert!(matches!(
        tested.sends(Kind::Camera, false).rest[..],
        [Effect::Write(_)]
    ));
    assert!(matches!(
        tested.sends(Kind::Audio, false).rest[..],
        [Effect::Write(_)]
    ));
}

#[test]
fn a_muted_track_sends_nothing_even_if_the_page_does() {
    let mut tested = Tested::flowing();
    let done = tested.says(r#"{"type":"mute","kind":"audio","muted":true}"#);
    assert!(
        matches!(requests(&done)[..], [Request::Mute(mute)] if mute.sid == "TR_mic" && mute.muted)
    );
    assert!(tested.sends(Kind::Audio, false).rest.is_empty());
    let done = tested.says(r#"{"type":"mute","kind":"audio","muted":false}"#);
    assert_eq!(requests(&done).len(), 1);
    assert_eq!(tested.sends(Kind::Audio, false).rest.len(), 1);
}

#[test]
fn frames_are_acknowledged_after_60_ms_and_at_least_every_5_s() {
    let mut tested = Tested::flowing();
    tested.sends(Kind::Audio, false);
    assert_eq!(tested.passes(ms(59)).messages, []);
    assert_eq!(tested.passes(ms(1)).messages, [ToPage::Ack { bytes: 116 }]);
    assert_eq!(tested.passes(ms(4_900)).messages, []);
    assert_eq!(
        tested.passes(ms(100)).messages,
        [ToPage::Ack { bytes: 116 }]
    );
}

#[test]
fn a_gap_drops_video_until_the_key_frame_that_is_requested() {
    let mut tested = Tested::flowing();
    let done = tested.arrives(false, true);
    assert_eq!(
        (keyframes(&done), done.messages.len()),
        (1, 0),
        "nothing before the first key frame"
    );
    let codec = ToPage::Codec {
        track: 1,
        codec: Codec::Vp8,
    };
    assert_eq!(tested.arrives(true, true).messages, [codec]);
    assert!(tested.call.next_message(tested.now).is_some());
    tested.arrives(false, false);
    assert!(tested.call.next_message(tested.now).is_none());
    assert_eq!(
        keyframes(&tested.passes(ms(500))),
        1,
        "at most two a second"
    );
    tested.arrives(true, true);
    assert!(tested.call.next_message(tested.now).is_some());
}

#[test]
fn a_lost_page_is_muted_and_comes_back_to_everything() {
    let mut tested = Tested::flowing();
    tested.arrives(true, true);
    tested.call.page_lost(tested.now);
    assert_eq!(requests(&tested.does()).len(), 2, "both are muted");
    tested.now += ms(14_000);
    assert!(tested.call.resume(tested.now));
    let done = tested.does();
    let kinds: Vec<bool> = done
        .messages
        .iter()
        .map(|messages| matches!(messages, ToPage::Joined { resumed: true, .. }))
        .collect();
    assert_eq!(kinds.iter().filter(|is_it| **is_it).count(), 1);
    assert!(done.messages.contains(&ToPage::Codec {
        track: 1,
        codec: Codec::Vp8
    }));
    assert_eq!((requests(&done).len(), keyframes(&done)), (2, 1));
    assert_eq!(tested.sends(Kind::Camera, true).rest.len(), 1);
}

#[test]
fn a_page_that_stays_away_leaves() {
    let mut tested = Tested::flowing();
    tested.passes(ms(14_999));
    assert!(tested.call.phase().is_flowing());
    tested.call.signal.heard(tested.now);
    tested.passes(ms(1));
    assert!(tested.call.phase().is_detached());
    for _ in 0..3 {
        tested.call.signal.heard(tested.now);
        tested.passes(ms(4_999));
    }
    assert!(tested.call.phase().is_detached());
    let done = tested.passes(ms(3));
    assert!(matches!(requests(&done)[..], [Request::Leave(_)]));
    assert!(matches!(done.rest.last(), Some(Effect::End)));
    assert!(!tested.call.resume(tested.now));
}

#[test]
fn a_bye_leaves_and_a_broken_rule_cuts_off() {
    let done = Tested::flowing().says(r#"{"type":"bye"}"#);
    assert_eq!(closed(&done), Some(1000));
    assert!(matches!(requests(&done)[..], [Request::Leave(_)]));
    for bad in [
        "nonsense",
        r#"{"type":"hello","token":"t"}"#,
        r#"{"type":"ack","bytes":1}"#,
        r#"{"type":"data","payload":"?"}"#,
    ] {
        assert_eq!(closed(&Tested::flowing().says(bad)), Some(1008), "{bad}");
    }
    assert_eq!(
        closed(&Tested::flowing().sends(Kind::Screen, true)),
        Some(1008),
        "not announced"
    );
}

#[test]
fn the_fifth_video_is_off_until_it_is_looked_at() {
    let mut tested = Tested::flowing();
    tested.hears(Response::Update(ParticipantUpdate {
        participants: vec![ana(5)],
    }));
    let off = |done: &Done| -> Vec<String> {
        let sid = |request: &&Request| match request {
            Request::TrackSetting(UpdateTrackSettings {
                track_sids,
                disabled: true,
                ..
            }) => Some(track_sids[0].clone()),
            _ => None,
        };
        requests(done).iter().filter_map(sid).collect()
    };
    assert_eq!(off(&tested.does()), ["TR_5"]);
    let done = tested.says(r#"{"type":"view","track":5,"width":640,"height":360,"visible":true}"#);
    assert_eq!(off(&done), ["TR_4"]);
}

#[test]
fn a_line_that_carries_gets_a_higher_layer_and_one_that_stands_still_the_lowest() {
    let mut tested = Tested::flowing();
    tested.arrives(true, true);
    let mut qualities = Vec::new();
    let (mut sent, mut moves) = (0, true);
    for i in 0..100 {
        let arrived = tested.arrives(false, true);
        while let Some(message) = tested.call.next_message(tested.now) {
            sent += message.len();
        }
        moves &= i < 50;
        if moves {
            tested.says(&format!(r#"{{"type":"ack","bytes":{sent}}}"#));
        }
        let passed = tested.passes(ms(40));
        for request in [&arrived, &passed].into_iter().flat_map(requests) {
            if let Request::TrackSetting(setting) = request {
                qualities.push(setting.quality);
            }
        }
    }
    assert_eq!(qualities, [1, 0]);
    assert!(tested.call.room.tracks[0].needs_key);
}

#[test]
fn a_page_that_acknowledges_nothing_is_lost_whatever_it_sends() {
    let mut tested = Tested::flowing();
    tested.arrives(true, true);
    assert!(tested.call.next_message(tested.now).is_some());
    for _ in 0..151 {
        assert!(!tested.call.phase.is_detached());
        tested.call.signal(None, tested.now);
        tested.sends(Kind::Audio, false);
        tested.passes(ms(100));
    }
    tested.passes(ms(100));
    assert!(tested.call.phase.is_detached());
}

#[test]
fn a_lost_media_path_waits_for_the_reason() {
    let mut tested = Tested::flowing();
    tested.call.peer(PeerEvent::Disconnected, tested.now);
    assert_eq!(tested.passes(ms(500)).messages, []);
    let leave = |reason, again| [ToPage::Leave { reason, again }];
    assert_eq!(
        tested.passes(ms(500)).messages,
        leave(LeaveReason::Failed, true)
    );
    let mut tested = Tested::flowing();
    tested.call.peer(PeerEvent::Disconnected, tested.now);
    tested.hears(Response::Leave(LeaveRequest {
        reason: reason::DUPLICATE_IDENTITY,
        action: 0,
    }));
    assert_eq!(tested.does().messages, leave(LeaveReason::Replaced, false));
    assert_eq!(tested.passes(ms(2_000)).messages, []);
}

#[test]
fn a_viewer_on_a_slow_line_limits_the_page_for_a_while() {
    let mut tested = Tested::flowing();
    tested.call.viewer_is_slow(240_000, tested.now);
    assert_eq!(tested.does().messages, [ToPage::Limit { bitrate: 240_000 }]);
    tested.call.viewer_is_slow(300_000, tested.now);
    assert_eq!(tested.does().messages, []);
    assert_eq!(
        tested.passes(ms(10_000)).messages.first(),
        Some(&ToPage::Limit { bitrate: 1_500_000 })
    );
}
