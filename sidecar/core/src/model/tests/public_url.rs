//! The link's proofs: when they are asked for, and how long they count.

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
fn the_edge_is_asked_first_then_the_record_then_the_rest() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    assert_eq!(
        stack.asked_proof().map(|asked| asked.job.from),
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
                Stage::Way,
            ),
            ("app", Some("behind_gateway")),
            Stage::Way,
        ),
    ] {
        stack.effects.clear();
        stack.proof_sees(verification);
        assert_eq!(awaited(&stack), expected);
        assert_eq!(
            stack.snapshot.headline().map(|layer| layer.state.as_str()),
            Some("waiting")
        );
        assert_eq!(stack.asked_proof().map(|asked| asked.job.from), Some(from));
        assert_eq!(stack.snapshot.public_host, None);
        assert_eq!(stack.snapshot.usable_host(), None);
    }
    stack.link_works();
    assert_eq!(stack.snapshot.usable_host(), Some("new.trycloudflare.com"));
}

#[test]
fn an_edge_that_is_awaited_is_asked_often_and_after_half_a_minute_ever_less_often() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    let mut waited = Duration::ZERO;
    let mut last = Duration::ZERO;
    while waited < 5 * 60 * SECOND {
        stack.proof_sees(fails(
            LayerKind::Edge,
            PublicUrlFault::NoConnector,
            Stage::Edge,
        ));
        last = stack.next_proof().expect("is asked again");
        waited += last;
        assert!(
            waited > 25 * SECOND || last <= Duration::from_millis(250),
            "{last:?} after {waited:?}"
        );
    }
    assert_eq!(last, 10 * SECOND);
}

#[test]
fn resolvers_that_do_not_have_the_name_are_asked_again_after_2_5_and_10_seconds() {
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
        let asked = stack.asked_proof().expect("is asked again");
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
fn where_the_zone_cannot_be_asked_resolvers_are_left_alone_for_5_seconds() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.effects.clear();
    stack.link_fails(LayerKind::Dns, PublicUrlFault::Settling);
    assert_eq!(stack.next_proof(), Some(5 * SECOND));
    stack.link_fails(
        LayerKind::Dns,
        PublicUrlFault::DohBlocked {
            detail: String::new(),
        },
    );
    assert_eq!(
        stack.next_proof(),
        Some(2 * SECOND),
        "counted from the first question"
    );
}

#[test]
fn any_other_tunnels_name_is_given_3_seconds_and_then_asked_for() {
    let mut stack = Stack::registered("video.example.com");
    assert_eq!(
        stack
            .asked_proof()
            .map(|asked| (asked.job.from, asked.after)),
        Some((Stage::Way, 3 * SECOND))
    );
    stack.tunnel_says("other.example.com", true);
    assert_eq!(
        stack.asked_proof().map(|asked| asked.job.host),
        Some("other.example.com".to_owned())
    );
}

#[test]
fn a_stranger_is_broken_from_the_first_and_not_awaited() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    stack.link_fails(LayerKind::Instance, PublicUrlFault::OtherSidelink);
    assert_eq!(stack.layer(LayerKind::Instance).state.as_str(), "broken");
    assert_eq!(stack.layer(LayerKind::Tls).state.as_str(), "ok");
    assert_eq!(stack.layer(LayerKind::App).state.as_str(), "waiting");
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
}

#[test]
fn a_step_that_restarts_the_tunnel_names_it_whichever_layer_saw_why() {
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
fn a_proof_is_renewed_so_that_its_answer_comes_within_a_minute() {
    let mut stack = Stack::registered(QUICK);
    stack.effects.clear();
    let mut proofs = 0;
    while stack.now.unix_ms < T0 + 3_600_000 {
        stack.link_works();
        let after = stack.next_proof().expect("is renewed");
        stack.passes(after);
        proofs += 1;
    }
    assert!(proofs < 100, "{proofs} in an idle hour");
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_link_that_fails_outside_degrades_and_keeps_its_name() {
    let mut stack = Stack::ready();
    stack.link_fails(LayerKind::Edge, PublicUrlFault::NoConnector);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.usable_host(), None, "it is not handed out");
    assert_eq!(stack.layer(LayerKind::Edge).state.as_str(), "broken");
    assert_eq!(stack.next_proof(), Some(Duration::from_millis(250)));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_link_that_does_not_work_for_everybody_is_shown_and_is_not_ready() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let until = Some(T0 + 1_800_000);
    stack.proof_sees(Verification {
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
    let slow = Diagnosis::known("wrong_answer", "slow");
    let name = Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns { until: None });
    stack.proof_sees(Verification {
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
fn a_tunnel_that_loses_its_edge_keeps_its_name_and_is_proven_again() {
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
fn what_came_back_here_is_proven_before_it_is_ready() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 137);
    assert_eq!(
        stack.next_proof(),
        Some(Duration::ZERO),
        "every event renews the proof"
    );
    stack.starts("livekit");
    stack.works("livekit");
    assert_eq!(awaited(&stack), ("edge", Some("changed")));
    // The proof that was under way meanwhile may have passed LiveKit before it was back.
    stack.effects.clear();
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.next_proof(), Some(Duration::ZERO));
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn after_a_sleep_nothing_is_green_until_it_is_proven_again() {
    let mut stack = Stack::ready();
    stack.passes(20 * SECOND);
    stack.effects.clear();
    stack.sleeps(3600 * SECOND);
    stack.passes(2 * SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(awaited(&stack), ("edge", Some("slept")));
    assert_eq!(stack.snapshot.verified_at, Some(T0), "the age is told");
    assert_eq!(stack.next_proof(), Some(Duration::ZERO));
    stack.passes(SECOND);
    stack.link_works();
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.passes(60 * SECOND);
    stack.link_works();
    assert_eq!(
        stack.snapshot.phase,
        Phase::Ready,
        "time that passes on both clocks is no sleep"
    );
}

#[test]
fn a_proof_expires_when_no_renewal_comes_back() {
    let mut stack = Stack::ready();
    stack.passes(149 * SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.passes(SECOND);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(awaited(&stack), ("edge", Some("verification_expired")));
}

#[test]
fn those_who_ask_at_the_same_time_get_the_same_proof_and_keep_it_fresh_for_a_minute() {
    let mut stack = Stack::ready();
    stack.passes(30 * SECOND);
    let asks = |stack: &mut Stack| {
        stack.tell(Event::VerificationRequested {
            max_age: 5 * SECOND,
        })
    };
    asks(&mut stack);
    assert_eq!(stack.next_proof(), Some(Duration::ZERO));
    asks(&mut stack);
    asks(&mut stack);
    assert_eq!(stack.next_proof(), None, "one is under way");
    stack.link_works();
    for _ in 0..24 {
        let after = stack.next_proof().expect("is kept fresh");
        assert!(after < 3 * SECOND, "{after:?}");
        stack.passes(after);
        stack.link_works();
    }
    assert_eq!(stack.next_proof(), Some(50 * SECOND));
    asks(&mut stack);
    assert_eq!(
        stack.next_proof(),
        Some(Duration::from_millis(2_500)),
        "fresh enough, and kept so"
    );
}

#[test]
fn the_answer_of_a_proof_of_an_earlier_name_is_stale() {
    let mut stack = Stack::registered("new.trycloudflare.com");
    let epoch = stack.model.public_url.hurried(stack.now);
    stack.starts("cloudflared");
    stack.tunnel_says("newer.trycloudflare.com", true);
    stack.tell(Event::Verified {
        epoch,
        verification: works(),
    });
    assert_eq!(stack.snapshot.public_host, None);
}
