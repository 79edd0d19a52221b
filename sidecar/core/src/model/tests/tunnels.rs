//! The choice between several tunnels, and when it switches.

use std::time::Duration;

use super::stack::{QUICK, Stack, works};
use super::*;
use crate::diagnosis::PublicUrlFault;

const FIXED: &str = "sunny-otter.ngrok-free.dev";

/// Creates a stack whose quick tunnel gives the public URL, with ngrok registered too.
fn two() -> Stack {
    let mut stack = Stack::ready();
    stack.has_tunnel("ngrok", TunnelKind::Ngrok, FIXED);
    stack.effects.clear();
    stack
}

fn current(stack: &Stack) -> Vec<&str> {
    let tunnels = stack.snapshot.services.iter();
    tunnels
        .filter(|service| service.tunnel.as_ref().is_some_and(|tunnel| tunnel.current))
        .map(|service| service.name.as_str())
        .collect()
}

#[test]
fn of_two_usable_tunnels_the_preferred_one_gives_the_public_url() {
    let mut stack = Stack::created();
    for name in ["redis", "livekit", "icecast", "app", "gateway"] {
        stack.starts(name);
        stack.works(name);
    }
    stack.has_tunnel("ngrok", TunnelKind::Ngrok, FIXED);
    stack.starts("cloudflared");
    stack.tunnel_says(QUICK, true);
    stack.verification_returns(works());
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(FIXED));
    assert_eq!(current(&stack), ["ngrok"]);
}

#[test]
fn a_label_changes_the_order() {
    let mut stack = Stack::created();
    stack.changes("cloudflared", |tunnel, _| tunnel.tunnel_priority = Some(1));
    stack.has_tunnel("ngrok", TunnelKind::Ngrok, FIXED);
    assert_eq!(current(&stack), ["cloudflared"]);
}

#[test]
fn a_working_public_url_is_kept_when_another_tunnel_starts() {
    let mut stack = two();
    stack.passes(Duration::from_secs(600));
    assert_eq!(current(&stack), ["cloudflared"]);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
}

#[test]
fn a_used_up_limit_switches_at_once_and_is_reported() {
    let mut stack = two();
    stack.link_fails(LayerKind::Edge, PublicUrlFault::RateLimited);
    assert_eq!(current(&stack), ["ngrok"]);
    assert_eq!(
        stack.snapshot.public_host, None,
        "not before it is verified"
    );
    stack.verification_returns(works());
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(FIXED));
    let is_reported = |event: &ActivityEvent| match event {
        ActivityEvent::Announced(Diagnosis::MovedOn { from, to, .. }) => {
            from == "cloudflared" && to == "ngrok"
        }
        _ => false,
    };
    let activity = stack.activity();
    assert!(activity.iter().any(is_reported), "{activity:#?}");
    stack.passes(Duration::from_secs(3600));
    assert_eq!(current(&stack), ["ngrok"], "the limit is remembered");
}

#[test]
fn a_lost_connection_has_time_before_another_tunnel_replaces_it() {
    let mut stack = two();
    stack.tunnel_says(QUICK, false);
    stack.passes(Duration::from_secs(19));
    stack.tunnel_says(QUICK, false);
    assert_eq!(current(&stack), ["cloudflared"]);
    stack.passes(Duration::from_secs(1));
    assert_eq!(current(&stack), ["ngrok"]);
}

#[test]
fn a_short_loss_changes_nothing() {
    let mut stack = two();
    for _ in 0..5 {
        stack.tunnel_says(QUICK, false);
        stack.passes(Duration::from_secs(10));
        stack.tunnel_says(QUICK, true);
        stack.passes(Duration::from_secs(10));
    }
    assert_eq!(current(&stack), ["cloudflared"]);
}

#[test]
fn an_edge_that_is_silent_for_a_minute_switches_the_tunnel_and_a_broken_app_does_not() {
    let mut stack = two();
    stack.link_fails(
        LayerKind::App,
        PublicUrlFault::BehindGateway {
            asked: "/".to_owned(),
        },
    );
    stack.passes(Duration::from_secs(90));
    assert_eq!(current(&stack), ["cloudflared"]);
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    stack.passes(Duration::from_secs(60));
    assert_eq!(current(&stack), ["ngrok"]);
}

#[test]
fn a_tunnel_that_was_lost_is_chosen_again_when_the_other_is_lost() {
    let mut stack = two();
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    stack.passes(Duration::from_secs(60));
    assert_eq!(current(&stack), ["ngrok"]);
    stack.verification_returns(works());
    stack.passes(Duration::from_secs(300));
    assert_eq!(current(&stack), ["ngrok"], "its link is kept");
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    stack.passes(Duration::from_secs(60));
    assert_eq!(current(&stack), ["cloudflared"]);
}

#[test]
fn a_url_outside_the_stack_is_verified_like_the_others() {
    let mut stack = Stack::created();
    stack.containers.remove("cloudflared");
    stack.changes("gateway", |gateway, _| {
        gateway.hostname = Some("my.example.net".to_owned())
    });
    stack.docker_connects();
    for name in ["redis", "livekit", "icecast", "app", "gateway"] {
        stack.starts(name);
        stack.works(name);
    }
    assert_eq!(stack.snapshot.public_host, None);
    stack.verification_returns(works());
    assert_eq!(
        stack.snapshot.public_host.as_deref(),
        Some("my.example.net")
    );
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    let tunnel = stack
        .service("gateway")
        .tunnel
        .clone()
        .expect("is a tunnel");
    assert_eq!((tunnel.kind, tunnel.current), (TunnelKind::Url, true));
}

#[test]
fn the_only_tunnel_stays_chosen_and_works_again_when_the_limit_is_over() {
    let mut stack = Stack::ready();
    for trouble in [PublicUrlFault::RateLimited, PublicUrlFault::NoConnector] {
        stack.link_fails(LayerKind::Edge, trouble);
        stack.passes(Duration::from_secs(61));
        assert!(stack.layer(LayerKind::Tunnel).state.is_ok());
        assert_eq!(current(&stack), ["cloudflared"]);
        stack.link_works();
        stack.link_works();
        assert_eq!(stack.snapshot.phase, Phase::Ready);
    }
}

#[test]
fn a_tunnel_without_a_hostname_is_awaited() {
    let mut stack = Stack::ready();
    stack.starts("cloudflared");
    stack.answers(
        "cloudflared",
        Ok(Finding::Tunnel {
            in_flight: None,
            hostname: None,
            ready: true,
        }),
    );
    assert_eq!(stack.layer(LayerKind::Tunnel).state.as_str(), "waiting");
    let headline = stack.snapshot.headline().map(|layer| layer.kind);
    assert_eq!(headline, Some(LayerKind::Tunnel));
}
