use std::collections::HashMap;

use str0m::media::Mid;

use super::*;
use crate::call::effect::{PeerEvent, PeerFrame};
use crate::signal::proto::{
    JoinResponse, ParticipantInfo, ParticipantUpdate, SessionDescription, TrackInfo,
    TrackPublishedResponse, TrackSource, TrackType, UpdateTrackSettings,
};
use crate::testing::{ms, start};
use crate::wire::frame::{Header, Kind};
use crate::wire::message::{Codec, Video, VideoCodec};

/// A call in whose room ana has a camera, on section 2.
struct Tested {
    call: Call,
    now: Instant,
}

/// What the page got, and the rest.
#[derive(Default)]
struct Done {
    messages: Vec<ToPage>,
    rest: Vec<Effect>,
}

impl Tested {
    fn joining() -> Self {
        let hello = Hello {
            token: "t".to_owned(),
            audio: true,
            video: Some(Video {
                codec: VideoCodec::Vp8,
                width: 640,
                height: 360,
            }),
            decode: vec!["vp8".to_owned()],
            resume: None,
        };
        let settings = CallSettings {
            bitrate: 1_500_000,
            resume: "secret".to_owned(),
        };
        Self {
            call: Call::new(hello, settings, start()),
            now: start(),
        }
    }

    fn flowing() -> Self {
        let mut tested = Self::joining();
        let own = ParticipantInfo {
            sid: "PA_0".into(),
            identity: "me".into(),
            ..ParticipantInfo::default()
        };
        let join = JoinResponse {
            participant: Some(own),
            other_participants: vec![ana(1)],
        };
        tested.hears(Response::Join(join));
        for (cid, sid) in [("audio", "TR_mic"), ("video", "TR_cam")] {
            let track = Some(TrackInfo {
                sid: sid.into(),
                ..TrackInfo::default()
            });
            tested.hears(Response::TrackPublished(TrackPublishedResponse {
                cid: cid.into(),
                track,
            }));
        }
        let mid_to_track_id = HashMap::from([("2".to_owned(), "TR_1".to_owned())]);
        tested.hears(Response::Answer(SessionDescription {
            id: 1,
            mid_to_track_id,
            ..SessionDescription::default()
        }));
        tested.call.peer(PeerEvent::Connected, tested.now);
        tested.does();
        tested
    }

    fn hears(&mut self, response: Response) {
        self.call.signal(Some(response), self.now);
    }

    fn does(&mut self) -> Done {
        let mut done = Done::default();
        while let Some(effect) = self.call.effect() {
            match effect {
                Effect::Notify(message) => done.messages.push(message),
                other => done.rest.push(other),
            }
        }
        done
    }

    fn passes(&mut self, time: Duration) -> Done {
        self.now += time;
        self.call.tick(self.now);
        self.does()
    }

    fn says(&mut self, text: &str) -> Done {
        self.call.page_text(text, self.now);
        self.does()
    }

    fn sends(&mut self, kind: Kind, key: bool) -> Done {
        let header = Header {
            kind,
            key,
            more: false,
            layer: 0,
            number: 0,
            sequence: 0,
            captured: 0,
        };
        self.call.page_frame(&header.message(&[1; 100]), self.now);
        self.does()
    }

    fn arrives(&mut self, key: bool, contiguous: bool) -> Done {
        let frame = PeerFrame {
            mid: Mid::from("2"),
            codec: Codec::Vp8,
            key,
            contiguous,
            layer: 0,
            sync: false,
            rtp: 0,
            payload: vec![0; 100].into(),
        };
        self.call.peer(PeerEvent::Frame(frame), self.now);
        self.does()
    }
}

fn ana(cameras: usize) -> ParticipantInfo {
    let track = |i| TrackInfo {
        sid: format!("TR_{i}"),
        source: TrackSource::Camera.into(),
        r#type: TrackType::Video.into(),
        ..TrackInfo::default()
    };
    ParticipantInfo {
        sid: "PA_1".into(),
        identity: "ana".into(),
        tracks: (1..=cameras).map(track).collect(),
        ..ParticipantInfo::default()
    }
}

fn requests(done: &Done) -> Vec<&Request> {
    let mut requests = Vec::new();
    for effect in &done.rest {
        if let Effect::Signal(request) = effect {
            requests.push(request);
        }
    }
    requests
}

fn keyframes(done: &Done) -> usize {
    done.rest
        .iter()
        .filter(|effect| matches!(effect, Effect::Keyframe(_)))
        .count()
}

fn closed(done: &Done) -> Option<u16> {
    done.rest.iter().find_map(|effect| match effect {
        Effect::ClosePage { code, .. } => Some(*code),
        _ => None,
    })
}

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
