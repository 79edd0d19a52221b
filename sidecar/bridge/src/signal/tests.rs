use super::proto::{JoinResponse, LeaveRequest, MediaSectionsRequirement};
use super::*;
use crate::testing::{ms, start};

fn answer(id: u32) -> Response {
    Response::Answer(SessionDescription {
        id,
        sdp: format!("answer {id}"),
        ..SessionDescription::default()
    })
}

fn needs(num_audios: u32, num_videos: u32) -> Response {
    Response::MediaSectionsRequirement(MediaSectionsRequirement {
        num_audios,
        num_videos,
    })
}

#[test]
fn requirements_wait_for_the_answer_and_add_up() {
    let mut signal = Signal::new(start());
    let mut handle = |response| signal.handle(response, start());
    assert_eq!(handle(needs(1, 1)), []);
    assert_eq!(handle(needs(0, 0)), []);
    assert_eq!(handle(needs(1, 0)), []);
    let events = handle(answer(1));
    let sections = |audios, videos| SignalEvent::Sections(Sections { audios, videos });
    assert_eq!(events[1..], [sections(2, 1)]);
    assert_eq!(handle(needs(0, 1)), [sections(0, 1)]);
    assert_eq!(
        handle(needs(0, 0)),
        [sections(0, 0)],
        "an offer is needed too"
    );
}

#[test]
fn offers_have_growing_ids_and_an_old_answer_is_ignored() {
    let mut signal = Signal::new(start());
    signal.handle(answer(1), start());
    assert_eq!(signal.handle(answer(1), start()), [], "there is no offer");
    let Request::Offer(offer) = signal.offer("sdp".to_owned()) else {
        panic!("an offer")
    };
    assert_eq!(offer.id, 2);
    assert_eq!(signal.handle(answer(1), start()), []);
    assert_eq!(signal.handle(answer(2), start()).len(), 1);
}

#[test]
fn a_silent_server_is_pinged_and_then_lost() {
    let mut signal = Signal::new(start());
    assert_eq!(signal.tick(start()), Tick::Nothing);
    assert!(matches!(signal.tick(start() + ms(5000)), Tick::Ping(_)));
    assert_eq!(signal.tick(start() + ms(5001)), Tick::Nothing);
    assert_eq!(signal.deadline(), start() + ms(10_000));
    assert_eq!(signal.tick(start() + ms(15_000)), Tick::Lost);
    signal.heard(start() + ms(15_000));
    assert!(matches!(signal.tick(start() + ms(15_000)), Tick::Ping(_)));
}

#[test]
fn the_reason_of_a_leave_is_known_to_the_page() {
    for (code, expected, again) in [
        (2, LeaveReason::Replaced, false),
        (4, LeaveReason::Removed, false),
        (5, LeaveReason::RoomClosed, false),
        (3, LeaveReason::Restart, true),
        (14, LeaveReason::Failed, true),
    ] {
        let leave = Response::Leave(LeaveRequest {
            reason: code,
            action: 0,
        });
        let events = Signal::new(start()).handle(leave, start());
        assert_eq!(
            events,
            [SignalEvent::Over {
                reason: expected,
                again
            }]
        );
    }
}

#[test]
fn a_server_that_wants_sections_without_end_is_left() {
    let mut signal = Signal::new(start());
    let events = signal.handle(needs(u32::MAX, u32::MAX), start());
    assert!(matches!(events[..], [SignalEvent::Over { .. }]));
    let joined = signal.handle(Response::Join(JoinResponse::default()), start());
    assert!(matches!(joined[..], [SignalEvent::Joined { .. }]));
}
