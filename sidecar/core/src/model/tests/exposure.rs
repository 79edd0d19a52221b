//! When the exposure check runs, and what follows from an exposed endpoint.

use super::stack::{QUICK, Stack, fails, works};
use crate::diagnosis::PublicUrlFault;
use crate::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn open() -> Verification {
    let found = "Icecast admin (GET /admin/)".to_owned();
    fails(
        LayerKind::Exposure,
        PublicUrlFault::Exposed { found },
        Stage::Path,
    )
}

fn all_closed() -> Verification {
    Verification {
        observed: vec![(LayerKind::Exposure, "33/33 closed".to_owned())],
        ..works()
    }
}

/// Reports whether the latest verification includes the exposure check, and clears the effects.
fn includes_exposure_check(stack: &mut Stack) -> Option<bool> {
    let tries = stack
        .scheduled_verification()
        .map(|asked| asked.job.check_exposure);
    stack.effects.clear();
    tries
}

fn requests_new(stack: &mut Stack) {
    stack.apply(Event::VerificationRequested {
        max_age: Duration::ZERO,
    });
}

#[test]
fn an_exposed_endpoint_prevents_the_verification() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
    stack.verification_returns(open());
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(stack.snapshot.usable_host(), None);
    let safe = stack.layer(LayerKind::Exposure);
    assert_eq!(safe.state.as_str(), "broken");
    assert_eq!(safe.state.reason().map(Diagnosis::code), Some("exposed"));
    assert_eq!(stack.layer(LayerKind::WebSocket).state.as_str(), "ok");
    assert_eq!(
        includes_exposure_check(&mut stack),
        Some(true),
        "until they are closed"
    );
    stack.verification_returns(all_closed());
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_change_repeats_a_failed_exposure_check_at_once() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    for _ in 0..10 {
        stack.verification_returns(open());
    }
    stack.effects.clear();
    stack.ends("gateway", 1);
    assert_eq!(stack.next_verification(), Some(Duration::ZERO));
    assert_eq!(stack.layer(LayerKind::Exposure).state.as_str(), "broken");
}

#[test]
fn an_endpoint_exposed_later_withholds_the_public_url_and_keeps_its_name() {
    let mut stack = Stack::ready();
    requests_new(&mut stack);
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
    stack.verification_returns(open());
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.usable_host(), None, "it is not handed out");
    let mut waited = Duration::ZERO;
    for _ in 0..20 {
        let after = stack.next_verification().expect("is tried again");
        waited += after;
        stack.passes(after);
        stack.verification_returns(open());
    }
    assert!(waited > 5 * 60 * SECOND, "33 requests each: {waited:?}");
}

#[test]
fn renewals_skip_the_exposure_check_and_keep_its_observation() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    stack.verification_returns(all_closed());
    for _ in 0..10 {
        let asked = stack.scheduled_verification().expect("is renewed");
        assert!(!asked.job.check_exposure);
        stack.effects.clear();
        stack.passes(asked.after);
        stack.link_works();
        let safe = stack.layer(LayerKind::Exposure);
        assert_eq!(safe.state, State::Ok);
        assert_eq!(safe.observed.as_deref(), Some("33/33 closed"));
    }
    stack.apply(Event::VerificationRequested {
        max_age: 5 * SECOND,
    });
    stack.passes(10 * SECOND);
    assert_eq!(
        includes_exposure_check(&mut stack),
        Some(false),
        "one from just now will do"
    );
}

#[test]
fn a_change_in_the_stack_repeats_the_exposure_check() {
    let mut stack = Stack::ready();
    stack.ends("icecast", 1);
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
    stack.starts("icecast");
    stack.works("icecast");
    // The one under way began before the change, so it is invalid, and the next includes the check too.
    stack.effects.clear();
    stack.link_works();
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
    stack.link_works();
    assert_eq!(includes_exposure_check(&mut stack), Some(false));
}

#[test]
fn a_suspension_does_not_repeat_the_exposure_check() {
    let mut stack = Stack::ready();
    stack.suspends(3600 * SECOND);
    stack.passes(2 * SECOND);
    assert_eq!(includes_exposure_check(&mut stack), Some(false));
}

#[test]
fn a_request_for_a_new_verification_includes_the_exposure_check() {
    let mut stack = Stack::ready();
    // The timer's renewal, which is under way, does not include the check.
    stack.passes(51 * SECOND);
    stack.effects.clear();
    requests_new(&mut stack);
    requests_new(&mut stack);
    assert_eq!(stack.sent_verification(), None, "one at a time");
    let attempted = stack.snapshot.attempt;
    stack.link_works();
    assert_eq!(stack.snapshot.attempt, attempted, "no answer to them");
    let sent = stack.sent_verification().map(|job| job.check_exposure);
    assert_eq!(sent, Some(true));
    stack.effects.clear();
    requests_new(&mut stack);
    assert_eq!(includes_exposure_check(&mut stack), None, "it is under way");
    stack.link_works();
    assert_ne!(stack.snapshot.attempt, attempted);
    assert_eq!(includes_exposure_check(&mut stack), Some(false));
}

#[test]
fn a_metered_tunnel_has_one_exposure_check_for_each_hostname() {
    let mut stack = Stack::registered(QUICK);
    stack.changes("cloudflared", |tunnel, _| tunnel.tunnel = TunnelKind::Ngrok);
    stack.tunnel_says("fixed.ngrok-free.app", true);
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    assert_eq!(
        includes_exposure_check(&mut stack),
        Some(true),
        "not tried yet"
    );
    stack.link_works();
    stack.passes(60 * SECOND);
    requests_new(&mut stack);
    assert_eq!(includes_exposure_check(&mut stack), Some(false));
    stack.link_works();
    stack.tunnel_says("other.ngrok-free.app", true);
    assert_eq!(includes_exposure_check(&mut stack), Some(true));
}
