//! Media reports of pages, which expire after ten minutes.

use std::time::Duration;

use super::stack::{Stack, T0};
use super::*;

fn reported(stack: &mut Stack, media: MediaGrade, device: DeviceClass) {
    let at = stack.now.unix_ms;
    stack.apply(Event::Reported { media, device, at });
}

#[test]
fn the_best_report_counts_for_ten_minutes() {
    let mut stack = Stack::ready();
    assert_eq!(stack.snapshot.media, MediaGrade::Unknown);
    let revision = stack.snapshot.revision;
    stack.effects.clear();
    reported(&mut stack, MediaGrade::Turn, DeviceClass::Phone);
    let end = stack.now.mono + Duration::from_secs(600);
    let wakes_at = stack.model.wakes_at;
    assert!(
        wakes_at.is_some_and(|at| at <= end),
        "the report expires automatically"
    );
    assert_eq!(stack.snapshot.media, MediaGrade::Turn);
    assert!(
        stack.snapshot.revision > revision,
        "pages get a new revision"
    );
    stack.passes(Duration::from_secs(60));
    reported(&mut stack, MediaGrade::Lan, DeviceClass::Phone);
    assert_eq!(stack.snapshot.media, MediaGrade::Turn);
    stack.passes(Duration::from_secs(541));
    assert_eq!(stack.snapshot.media, MediaGrade::Lan);
    stack.passes(Duration::from_secs(60));
    assert_eq!(stack.snapshot.media, MediaGrade::Unknown);
    assert_eq!(stack.snapshot.phone, None);
}

#[test]
fn a_phones_report_takes_precedence_over_a_computers() {
    let mut stack = Stack::ready();
    reported(&mut stack, MediaGrade::Unknown, DeviceClass::Phone);
    stack.passes(Duration::from_secs(1));
    reported(&mut stack, MediaGrade::Turn, DeviceClass::Desktop);
    let phone = stack.snapshot.phone.expect("a report");
    assert_eq!(phone.device, DeviceClass::Phone);
    assert_eq!(phone.grade, MediaGrade::Unknown);
    assert!(phone.at >= T0);
}
