use super::*;
use crate::signal::proto::{TrackSource, TrackType};

fn track(sid: &str, source: TrackSource, kind: TrackType) -> TrackInfo {
    TrackInfo {
        sid: sid.to_owned(),
        source: source.into(),
        r#type: kind.into(),
        ..TrackInfo::default()
    }
}

fn ana(sid: &str, tracks: Vec<TrackInfo>) -> ParticipantInfo {
    ParticipantInfo {
        sid: sid.to_owned(),
        identity: "ana".to_owned(),
        name: "Ana".to_owned(),
        state: ParticipantState::Active.into(),
        tracks,
        ..ParticipantInfo::default()
    }
}

fn texts(messages: &[ToPage]) -> Vec<String> {
    messages.iter().map(|message| message.text()).collect()
}

#[test]
fn a_participant_comes_publishes_mutes_and_leaves() {
    let mut room = Room::default();
    assert_eq!(
        texts(&room.update(ana("PA_1", vec![]))),
        [r#"{"type":"participant","identity":"ana","name":"Ana","attributes":{}}"#]
    );
    let mut camera = track("TR_1", TrackSource::Camera, TrackType::Video);
    let messages = room.update(ana("PA_1", vec![camera.clone()]));
    assert_eq!(
        texts(&messages),
        [r#"{"type":"track","id":1,"identity":"ana","kind":"camera","muted":false}"#]
    );
    assert_eq!(
        room.update(ana("PA_1", vec![camera.clone()])),
        [],
        "no news"
    );
    camera.muted = true;
    let messages = room.update(ana("PA_1", vec![camera]));
    assert_eq!(
        messages,
        [ToPage::Muted {
            track: 1,
            muted: true
        }]
    );
    let screen = track("TR_2", TrackSource::ScreenShare, TrackType::Video);
    let messages = room.update(ana("PA_1", vec![screen]));
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], ToPage::Ended { track: 1 });
    let gone = ParticipantInfo {
        state: ParticipantState::Disconnected.into(),
        ..ana("PA_1", vec![])
    };
    let left = ToPage::Left {
        identity: "ana".to_owned(),
    };
    assert_eq!(room.update(gone), [ToPage::Ended { track: 2 }, left]);
}

#[test]
fn an_identity_that_joins_again_leaves_first() {
    let mut room = Room::default();
    room.update(ana("PA_1", vec![]));
    let messages = room.update(ana("PA_2", vec![]));
    assert_eq!(
        messages[0],
        ToPage::Left {
            identity: "ana".to_owned()
        }
    );
    assert!(matches!(messages[1], ToPage::Participant { .. }));
    let late = ParticipantInfo {
        state: ParticipantState::Disconnected.into(),
        ..ana("PA_1", vec![])
    };
    assert_eq!(room.update(late), []);
}

#[test]
fn a_section_finds_its_track_in_either_order() {
    let mut room = Room::default();
    let microphone = track("TR_1", TrackSource::Microphone, TrackType::Audio);
    let section = |mid: &str, sid: &str| HashMap::from([(mid.to_owned(), sid.to_owned())]);
    room.sections(section("3", "TR_1"));
    room.update(ana("PA_1", vec![microphone]));
    assert_eq!(
        room.by_mid(Mid::from("3")).map(|track| track.number),
        Some(1)
    );
    room.sections(section("4", "TR_1"));
    assert!(room.by_mid(Mid::from("3")).is_none());
    assert!(room.by_mid(Mid::from("4")).is_some());
    assert_eq!(room.ended_sections(), []);
    room.update(ana("PA_1", vec![]));
    assert_eq!(room.ended_sections(), [Mid::from("3"), Mid::from("4")]);
    assert_eq!(room.ended_sections(), [], "once");
    let late = room.sections(section("4", "TR_1"));
    assert!(late.is_empty(), "a late answer");
    assert_eq!(room.ended_sections(), []);
    assert!(room.sections(section("5", "TR_2")).is_empty());
    for mid in ["4", "5"] {
        assert_eq!(room.sections(section(mid, "TR_3")), ["TR_3"], "used again");
    }
}

#[test]
fn the_loudest_speaks_first() {
    let mut room = Room::default();
    room.own(&ParticipantInfo {
        sid: "PA_0".to_owned(),
        identity: "me".to_owned(),
        ..ParticipantInfo::default()
    });
    room.update(ana("PA_1", vec![]));
    let speaker = |sid: &str, level, active| SpeakerInfo {
        sid: sid.to_owned(),
        level,
        active,
    };
    let identities = |message| match message {
        ToPage::Speakers { identities } => identities,
        other => panic!("{other:?}"),
    };
    let both = room.speakers(vec![speaker("PA_0", 0.1, true), speaker("PA_1", 0.5, true)]);
    assert_eq!(identities(both), ["ana", "me"]);
    assert_eq!(
        identities(room.speakers(vec![speaker("PA_1", 0.0, false)])),
        ["me"]
    );
}
