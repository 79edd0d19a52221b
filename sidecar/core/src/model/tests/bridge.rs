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
