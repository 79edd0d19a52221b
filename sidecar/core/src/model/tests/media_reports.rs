//! What pages report of their video counts for ten minutes.

use std::time::Duration;

use super::stack::{Stack, T0};
use super::*;

fn reported(stack: &mut Stack, media: MediaGrade, device: Device) {
    let at = stack.now.unix_ms;
    stack.tell(Event::Reported { media, device, at });
}

#[test]
fn the_best_of_ten_minutes_counts_and_then_no_more() {
    let mut stack = Stack::ready();
    assert_eq!(stack.snapshot.media, MediaGrade::Unknown);
    let revision = stack.snapshot.revision;
    stack.effects.clear();
    reported(&mut stack, MediaGrade::Turn, Device::Phone);
    let end = stack.now.mono + Duration::from_secs(600);
    let wakes_at = stack.model.wakes_at;
    assert!(
        wakes_at.is_some_and(|at| at <= end),
        "the end comes by itself"
    );
    assert_eq!(stack.snapshot.media, MediaGrade::Turn);
    assert!(stack.snapshot.revision > revision, "pages are told");
    stack.passes(Duration::from_secs(60));
    reported(&mut stack, MediaGrade::Lan, Device::Phone);
    assert_eq!(stack.snapshot.media, MediaGrade::Turn);
    stack.passes(Duration::from_secs(541));
    assert_eq!(stack.snapshot.media, MediaGrade::Lan);
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.snapshot.media, MediaGrade::Unknown);
    assert_eq!(stack.snapshot.phone, None);
}

#[test]
fn a_phones_word_counts_before_a_computers() {
    let mut stack = Stack::ready();
    reported(&mut stack, MediaGrade::Unknown, Device::Phone);
    stack.passes(Duration::from_secs(1));
    reported(&mut stack, MediaGrade::Turn, Device::Desktop);
    let phone = stack.snapshot.phone.expect("one is told");
    assert_eq!(phone.device, Device::Phone);
    assert_eq!(phone.grade, MediaGrade::Unknown);
    assert!(phone.at >= T0);
}
