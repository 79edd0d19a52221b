//! When the doors are tried that no visitor may open, and what follows from one that is open.

use super::stack::{QUICK, Stack, fails, works};
use crate::diagnosis::PublicUrlFault;
use crate::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn open() -> Verification {
    let found = "Icecast admin (GET /admin/)".to_owned();
    fails(
        LayerKind::Exposure,
        PublicUrlFault::Unsafe { found },
        Stage::Way,
    )
}

fn all_closed() -> Verification {
    Verification {
        observed: vec![(LayerKind::Exposure, "33/33 closed".to_owned())],
        ..works()
    }
}

/// Whether the proof that was asked for last tries the doors; the effects are cleared.
fn tries_doors(stack: &mut Stack) -> Option<bool> {
    let tries = stack.asked_proof().map(|asked| asked.job.check_exposure);
    stack.effects.clear();
    tries
}

fn wants_brand_new(stack: &mut Stack) {
    stack.tell(Event::VerificationRequested {
        max_age: Duration::ZERO,
    });
}

#[test]
fn a_link_with_an_open_door_is_never_proven_and_waits_for_no_time() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    assert_eq!(tries_doors(&mut stack), Some(true));
    stack.proof_sees(open());
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(stack.snapshot.usable_host(), None);
    let safe = stack.layer(LayerKind::Exposure);
    assert_eq!(safe.state.as_str(), "broken");
    assert_eq!(safe.state.reason().map(Diagnosis::code), Some("exposed"));
    assert_eq!(stack.layer(LayerKind::WebSocket).state.as_str(), "ok");
    assert_eq!(tries_doors(&mut stack), Some(true), "until they are closed");
    stack.proof_sees(all_closed());
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_door_that_somebody_closes_is_tried_at_once() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    for _ in 0..10 {
        stack.proof_sees(open());
    }
    stack.effects.clear();
    stack.ends("gateway", 1);
    assert_eq!(stack.next_proof(), Some(Duration::ZERO));
    assert_eq!(stack.layer(LayerKind::Exposure).state.as_str(), "broken");
}

#[test]
fn a_door_that_opens_later_takes_the_link_back_and_keeps_its_name() {
    let mut stack = Stack::ready();
    wants_brand_new(&mut stack);
    assert_eq!(tries_doors(&mut stack), Some(true));
    stack.proof_sees(open());
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.usable_host(), None, "it is not handed out");
    let mut waited = Duration::ZERO;
    for _ in 0..20 {
        let after = stack.next_proof().expect("is tried again");
        waited += after;
        stack.passes(after);
        stack.proof_sees(open());
    }
    assert!(waited > 5 * 60 * SECOND, "33 requests each: {waited:?}");
}

#[test]
fn renewals_by_the_timer_try_no_doors_and_what_was_seen_of_them_stays() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    stack.proof_sees(all_closed());
    for _ in 0..10 {
        let asked = stack.asked_proof().expect("is renewed");
        assert!(!asked.job.check_exposure);
        stack.effects.clear();
        stack.passes(asked.after);
        stack.link_works();
        let safe = stack.layer(LayerKind::Exposure);
        assert_eq!(safe.state, State::Ok);
        assert_eq!(safe.observed.as_deref(), Some("33/33 closed"));
    }
    stack.tell(Event::VerificationRequested {
        max_age: 5 * SECOND,
    });
    stack.passes(10 * SECOND);
    assert_eq!(
        tries_doors(&mut stack),
        Some(false),
        "one from just now will do"
    );
}

#[test]
fn after_a_change_in_the_stack_the_doors_are_tried_again() {
    let mut stack = Stack::ready();
    stack.ends("icecast", 1);
    assert_eq!(tries_doors(&mut stack), Some(true));
    stack.starts("icecast");
    stack.works("icecast");
    // The one under way began before: it does not count, and the next tries them too.
    stack.effects.clear();
    stack.link_works();
    assert_eq!(tries_doors(&mut stack), Some(true));
    stack.link_works();
    assert_eq!(tries_doors(&mut stack), Some(false));
}

#[test]
fn after_a_sleep_nothing_is_different_behind_the_doors() {
    let mut stack = Stack::ready();
    stack.sleeps(3600 * SECOND);
    stack.passes(2 * SECOND);
    assert_eq!(tries_doors(&mut stack), Some(false));
}

#[test]
fn whoever_wants_a_brand_new_proof_gets_one_that_tries_the_doors() {
    let mut stack = Stack::ready();
    // The timer's renewal is under way, which tries no doors.
    stack.passes(51 * SECOND);
    stack.effects.clear();
    wants_brand_new(&mut stack);
    wants_brand_new(&mut stack);
    assert_eq!(stack.sent_proof(), None, "one at a time");
    let attempted = stack.snapshot.attempt;
    stack.link_works();
    assert_eq!(stack.snapshot.attempt, attempted, "no answer to them");
    let sent = stack.sent_proof().map(|job| job.check_exposure);
    assert_eq!(sent, Some(true));
    stack.effects.clear();
    wants_brand_new(&mut stack);
    assert_eq!(tries_doors(&mut stack), None, "it is on its way");
    stack.link_works();
    assert_ne!(stack.snapshot.attempt, attempted);
    assert_eq!(tries_doors(&mut stack), Some(false));
}

#[test]
fn where_requests_are_counted_the_doors_are_tried_once_for_a_name() {
    let mut stack = Stack::registered(QUICK);
    stack.changes("cloudflared", |tunnel, _| tunnel.tunnel = TunnelKind::Ngrok);
    stack.tunnel_says("fixed.ngrok-free.app", true);
    assert_eq!(tries_doors(&mut stack), Some(true));
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    assert_eq!(tries_doors(&mut stack), Some(true), "not tried yet");
    stack.link_works();
    stack.passes(60 * SECOND);
    wants_brand_new(&mut stack);
    assert_eq!(tries_doors(&mut stack), Some(false));
    stack.link_works();
    stack.tunnel_says("other.ngrok-free.app", true);
    assert_eq!(tries_doors(&mut stack), Some(true));
}
