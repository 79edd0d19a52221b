//! The bridge: what visitors lack without it, and that it never withholds the public URL.

use std::time::Duration;

use super::stack::{QUICK, Stack, container, works};
use crate::*;

/// A working stack whose bridge works too.
fn bridged() -> Stack {
    let mut stack = Stack::ready();
    let mut bridge = container("bridge", Role::Bridge);
    bridge.required = false;
    stack.containers.insert("bridge".to_owned(), bridge);
    stack.starts("bridge");
    stack.works("bridge");
    let job = stack
        .sent_verification()
        .expect("the bridge is checked at once");
    assert!(job.media);
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.effects.clear();
    stack
}

fn code(stack: &Stack) -> Option<&'static str> {
    let reason = stack.layer(LayerKind::Media).state.reason();
    reason.map(Diagnosis::code)
}

#[test]
fn a_stack_without_a_bridge_has_no_layer_for_it() {
    let mut stack = Stack::ready();
    let kinds = stack.snapshot.layers.iter().map(|layer| layer.kind);
    assert!(kinds.into_iter().all(|kind| kind != LayerKind::Media));
    stack.passes(Duration::from_secs(60));
    assert!(!stack.sent_verification().expect("the renewal").media);
}

#[test]
fn a_bridge_that_ends_limits_the_public_url_and_is_started() {
    let mut stack = bridged();
    stack.ends("bridge", 137);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.usable_host(), Some(QUICK));
    assert!(stack.snapshot.is_shown());
    assert_eq!(code(&stack), Some("exited"));
    let starts =
        |effect: &Effect| matches!(effect, Effect::Start { service, .. } if service == "bridge");
    stack.passes(Duration::from_secs(5));
    assert!(stack.effects.iter().any(starts), "{:?}", stack.effects);
    stack.starts("bridge");
    stack.works("bridge");
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    assert_eq!(stack.snapshot.usable_host(), Some(QUICK));
}

#[test]
fn a_bridge_that_does_not_answer_from_outside_limits_the_public_url() {
    let mut stack = bridged();
    let reason = Diagnosis::of_code("media_tunnel_broken", "502");
    stack.verification_returns(Verification {
        limited: vec![(LayerKind::Media, reason)],
        ..works()
    });
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.usable_host(), Some(QUICK));
    assert_eq!(code(&stack), Some("media_tunnel_broken"));
}

#[test]
fn a_spent_quota_limits_calls_until_the_month_ends() {
    let mut stack = bridged();
    let carried = |bytes| {
        let quota = Some(1_000_000_000);
        Ok(Finding::Bridge { bytes, quota })
    };
    stack.answers("bridge", carried(899_000_000));
    let observed = |stack: &Stack| stack.layer(LayerKind::Media).observed.clone();
    assert_eq!(observed(&stack).as_deref(), Some("899 of 1000 MB"));
    assert!(stack.snapshot.carries_media());
    stack.answers("bridge", carried(900_000_000));
    assert_eq!(code(&stack), Some("media_quota_spent"));
    assert!(!stack.snapshot.carries_media(), "a new call takes WebRTC");
    assert_eq!(stack.snapshot.usable_host(), Some(QUICK), "links work");
    stack.passes(Duration::from_secs(31 * 24 * 3600));
    stack.answers("bridge", carried(900_000_000));
    assert_ne!(code(&stack), Some("media_quota_spent"), "the next month");
}

#[test]
fn the_months_traffic_outlives_the_sidecar() {
    let mut stack = bridged();
    let quota = Some(1_000_000_000);
    stack.answers("bridge", Ok(Finding::Bridge { bytes: 0, quota }));
    let month = stack.snapshot.media_traffic.month;
    let before = MonthlyTraffic {
        month,
        bytes: 950_000_000,
        counter: 0,
    };
    stack.apply(Event::TrafficBefore(before));
    stack.answers("bridge", Ok(Finding::Bridge { bytes: 0, quota }));
    assert_eq!(stack.snapshot.media_traffic.bytes, 950_000_000);
    assert_eq!(code(&stack), Some("media_quota_spent"));
}
