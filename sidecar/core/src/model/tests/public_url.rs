//! The public URL's verifications: when they are sent, and when they expire.

use super::stack::{QUICK, Stack, T0, fails, works};
use crate::diagnosis::PublicUrlFault;
use crate::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn awaited(stack: &Stack) -> (&'static str, Option<&'static str>) {
    let headline = stack.snapshot.headline().expect("something is awaited");
    (
        headline.kind.as_str(),
        headline.state.reason().map(Diagnosis::code),
    )
}

#[test]
fn the_edge_is_verified_first_then_the_record_then_the_rest() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    assert_eq!(
        stack.scheduled_verification().map(|asked| asked.job.from),
        Some(Stage::Edge)
    );
    for (verification, expected, from) in [
        (
            fails(LayerKind::Edge, PublicUrlFault::NoConnector, Stage::Edge),
            ("edge", Some("edge_no_connector")),
            Stage::Edge,
        ),
        (
            fails(LayerKind::Dns, PublicUrlFault::NotPublished, Stage::Record),
            ("dns", Some("dns_not_published")),
            Stage::Record,
        ),
        (
            fails(
                LayerKind::App,
                PublicUrlFault::BehindGateway { asked: "/".into() },
                Stage::Path,
            ),
            ("app", Some("behind_gateway")),
            Stage::Path,
        ),
    ] {
        stack.effects.clear();
        stack.verification_returns(verification);
        assert_eq!(awaited(&stack), expected);
        assert_eq!(
            stack.snapshot.headline().map(|layer| layer.state.as_str()),
            Some("waiting")
        );
        assert_eq!(
            stack.scheduled_verification().map(|asked| asked.job.from),
            Some(from)
        );
        assert_eq!(stack.snapshot.public_host, None);
        assert_eq!(stack.snapshot.usable_host(), None);
    }
    stack.link_works();
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
}

#[test]
fn an_awaited_edge_is_polled_often_and_with_backoff_after_half_a_minute() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    let mut waited = Duration::ZERO;
    let mut last = Duration::ZERO;
    while waited < 5 * 60 * SECOND {
        stack.verification_returns(fails(
            LayerKind::Edge,
            PublicUrlFault::NoConnector,
            Stage::Edge,
        ));
        last = stack.next_verification().expect("is asked again");
        waited += last;
        assert!(
            waited > 25 * SECOND || last <= Duration::from_millis(250),
            "{last:?} after {waited:?}"
        );
    }
    assert_eq!(last, 10 * SECOND);
}

#[test]
fn resolvers_without_the_record_are_queried_again_after_2_5_and_10_seconds() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let waits = [(); 4].map(|()| {
        stack.effects.clear();
        let resolver = Some("dns.google".to_owned());
        stack.link_fails(
            LayerKind::Dns,
            PublicUrlFault::RecordMissing {
                resolver,
                until: None,
            },
        );
        let asked = stack.scheduled_verification().expect("is asked again");
        stack.passes(asked.after);
        (asked.after.as_secs(), asked.job.lenient)
    });
    assert_eq!(
        waits,
        [(2, false), (5, false), (10, true), (10, true)],
        "after 15 s it makes do with the others"
    );
}

#[test]
fn without_the_zones_name_server_resolvers_are_not_queried_for_5_seconds() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    stack.link_fails(LayerKind::Dns, PublicUrlFault::Settling);
    assert_eq!(stack.next_verification(), Some(5 * SECOND));
    stack.link_fails(
        LayerKind::Dns,
        PublicUrlFault::DohBlocked {
            detail: String::new(),
        },
    );
    assert_eq!(
        stack.next_verification(),
        Some(2 * SECOND),
        "counted from the first question"
    );
}

#[test]
fn any_other_tunnels_hostname_is_verified_after_3_seconds() {
    let mut stack = Stack::registered("video.example.com");
    assert_eq!(
        stack
            .scheduled_verification()
            .map(|asked| (asked.job.from, asked.after)),
        Some((Stage::Path, 3 * SECOND))
    );
    stack.tunnel_says("other.example.com", true);
    assert_eq!(
        stack.scheduled_verification().map(|asked| asked.job.host),
        Some("other.example.com".to_owned())
    );
}

#[test]
fn an_answer_of_another_system_is_broken_from_the_first() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OtherSidelink);
    assert_eq!(stack.layer(LayerKind::Instance).state.as_str(), "broken");
    assert_eq!(stack.layer(LayerKind::Tls).state.as_str(), "ok");
    assert_eq!(stack.layer(LayerKind::App).state.as_str(), "waiting");
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
}

#[test]
fn a_step_that_restarts_the_tunnel_names_it_for_every_layer() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let service = |stack: &Stack| {
        let layer = stack.layer(LayerKind::Instance);
        stack.snapshot.service_of(layer).to_owned()
    };
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OtherSidelink);
    assert_eq!(service(&stack), "cloudflared");
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OriginDown);
    assert_eq!(service(&stack), "gateway");
}

#[test]
fn a_verification_is_renewed_within_a_minute() {
    let mut stack = Stack::registered(QUICK);
    stack.effects.clear();
    let mut verifications = 0;
    while stack.now.unix_ms < T0 + 3_600_000 {
        stack.link_works();
        let after = stack.next_verification().expect("is renewed");
        stack.passes(after);
        verifications += 1;
    }
    assert!(verifications < 100, "{verifications} in an idle hour");
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_public_url_that_fails_outside_degrades_and_keeps_its_hostname() {
    let mut stack = Stack::ready();
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.usable_host(), None, "it is not handed out");
    assert_eq!(stack.layer(LayerKind::Edge).state.as_str(), "broken");
    assert_eq!(stack.next_verification(), Some(Duration::from_millis(250)));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_limited_public_url_is_shown_and_not_ready() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let until = Some(T0 + 1_800_000);
    stack.verification_returns(Verification {
        limited: vec![(
            LayerKind::Dns,
            Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns { until }),
        )],
        ..works()
    });
    assert_eq!(stack.layer(LayerKind::Dns).state.as_str(), "limited");
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
}

#[test]
fn an_app_that_works_for_some_visitors_limits_its_own_layer_beside_dns() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let slow = Diagnosis::of_code("wrong_answer", "slow");
    let name = Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns { until: None });
    stack.verification_returns(Verification {
        limited: vec![
            (LayerKind::App, slow.clone()),
            (LayerKind::Dns, name.clone()),
        ],
        ..works()
    });
    let state = |stack: &Stack, kind| stack.layer(kind).state.clone();
    assert_eq!(state(&stack, LayerKind::App), State::Limited(slow));
    assert_eq!(state(&stack, LayerKind::Dns), State::Limited(name));
    assert_eq!(state(&stack, LayerKind::Livekit), State::Ok);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_tunnel_that_loses_its_edge_keeps_its_hostname_and_is_verified_again() {
    let mut stack = Stack::ready();
    stack.tunnel_says(QUICK, false);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    let unregistered = State::Broken(Diagnosis::TunnelLost);
    assert_eq!(stack.layer(LayerKind::Tunnel).state, unregistered);
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    stack.tunnel_says(QUICK, true);
    assert_eq!(
        stack.snapshot.phase,
        Phase::Degraded,
        "registered is not verified"
    );
    stack.passes(Duration::from_millis(250));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_repaired_service_is_verified_before_the_phase_is_ready() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 137);
    assert_eq!(
        stack.next_verification(),
        Some(Duration::ZERO),
        "every event renews the verification"
    );
    stack.starts("livekit");
    stack.works("livekit");
    assert_eq!(awaited(&stack), ("edge", Some("changed")));
    // The verification that was under way meanwhile may have checked LiveKit before it worked again.
    stack.effects.clear();
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.next_verification(), Some(Duration::ZERO));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn after_a_suspension_nothing_is_ok_until_it_is_verified_again() {
    let mut stack = Stack::ready();
    stack.passes(20 * SECOND);
    stack.effects.clear();
    stack.suspends(3600 * SECOND);
    stack.passes(2 * SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(awaited(&stack), ("edge", Some("slept")));
    assert_eq!(stack.snapshot.verified_at, Some(T0), "the age is reported");
    assert_eq!(stack.next_verification(), Some(Duration::ZERO));
    stack.passes(SECOND);
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.passes(60 * SECOND);
    stack.link_works();
    assert_eq!(
        stack.snapshot.phase,
        Phase::Ready,
        "time that passes on both clocks is not a suspension"
    );
}

#[test]
fn a_verification_expires_when_no_renewal_returns() {
    let mut stack = Stack::ready();
    stack.passes(149 * SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.passes(SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(awaited(&stack), ("edge", Some("verification_expired")));
}

#[test]
fn simultaneous_requests_share_a_verification_and_keep_it_fresh_for_a_minute() {
    let mut stack = Stack::ready();
    stack.passes(30 * SECOND);
    let asks = |stack: &mut Stack| {
        stack.apply(Event::VerificationRequested {
            max_age: 5 * SECOND,
        })
    };
    asks(&mut stack);
    assert_eq!(stack.next_verification(), Some(Duration::ZERO));
    asks(&mut stack);
    asks(&mut stack);
    assert_eq!(stack.next_verification(), None, "one is under way");
    stack.link_works();
    for _ in 0..24 {
        let after = stack.next_verification().expect("is kept fresh");
        assert!(after < 3 * SECOND, "{after:?}");
        stack.passes(after);
        stack.link_works();
    }
    assert_eq!(stack.next_verification(), Some(50 * SECOND));
    asks(&mut stack);
    assert_eq!(
        stack.next_verification(),
        Some(Duration::from_millis(2_500)),
        "fresh enough, and kept so"
    );
}

#[test]
fn a_verification_of_an_earlier_hostname_is_stale() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let epoch = stack.model.public_url.hurried(stack.now);
    stack.starts("cloudflared");
    stack.tunnel_says("newer.trycloudflare.com", true);
    stack.apply(Event::Verified {
        epoch,
        verification: works(),
    });
    assert_eq!(stack.snapshot.public_host, None);
}
