//! No link is handed out on an old verification or on a broken stack. A waiting request gets it once it is verified.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{Event, Layer, LayerKind, Phase, Role, ServiceView, State};
use tokio::time::Instant;

use super::{QUICK, Stack, order, refusal, service, word};

#[tokio::test]
async fn what_is_awaited_is_reported_and_nothing_is_created() {
    let mut stack = Stack::starts().await;
    stack.sidecar.publishes(|snapshot| {
        snapshot.layers = vec![Layer {
            kind: LayerKind::Edge,
            state: State::Waiting(Diagnosis::PublicUrl(PublicUrlFault::NoConnector)),
            waits_for: Vec::new(),
            observed: None,
            since: sidelink::runtime::clock::unix_ms() - 12_000,
        }];
    });
    let answer = stack
        .wants("/links", &order())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.headers()["retry-after"], "2");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["statusUrl"], "http://localhost:8788/status");
    assert_eq!(body["phase"], "preparing");
    assert_eq!(body["waitingFor"]["layer"], "edge");
    assert_eq!(
        body["waitingFor"]["message"],
        "waiting for Cloudflare's edge, 12 s"
    );
    assert_eq!(
        body["waitingFor"]["messagePt"],
        "aguardando a rede de borda da Cloudflare, 12 s"
    );
    assert_eq!(body["waitingFor"]["reason"]["code"], "edge_no_connector");
    let next = body["waitingFor"]["reason"]["nextPt"].as_str();
    assert!(next.is_some_and(|next| next.contains("túnel")), "{next:?}");
    assert!(stack.keys().await.is_empty());
    let received = stack.sidecar.events.recv().await;
    assert!(
        matches!(received, Some(Event::WakeRequested)),
        "a suspended tunnel is woken"
    );
    let received = stack.sidecar.events.recv().await;
    assert!(
        matches!(received, Some(Event::VerificationRequested { .. })),
        "{received:?}"
    );
}

#[tokio::test]
async fn an_old_verification_is_not_enough_and_the_next_one_is() {
    let mut stack = Stack::starts().await;
    stack.verifies(QUICK, 6);
    let answer = stack
        .wants("/links", &order())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let received = stack.sidecar.events.recv().await;
    assert!(
        matches!(received, Some(Event::VerificationRequested { max_age }) if max_age == Duration::from_secs(5)),
        "{received:?}"
    );
    let waits = stack.wants("/links?wait=20s", &order()).send();
    let verified = async {
        // The engine gets a request for a verification, and publishes one.
        let received = stack.sidecar.events.recv().await;
        assert!(
            matches!(received, Some(Event::VerificationRequested { .. })),
            "{received:?}"
        );
        stack
            .sidecar
            .publishes(|snapshot| snapshot.verified_at = Some(sidelink::runtime::clock::unix_ms()));
    };
    let (answer, ()) = tokio::join!(waits, verified);
    assert_eq!(answer.expect("an answer").status(), StatusCode::CREATED);
}

#[tokio::test]
async fn with_the_quota_spent_the_latest_verification_has_to_do() {
    let stack = Stack::starts().await;
    stack.verifies(QUICK, 3600);
    stack
        .sidecar
        .publishes(|snapshot| snapshot.expires_at = None);
    let early = stack
        .wants("/links", &order())
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        early.status(),
        StatusCode::ACCEPTED,
        "a verification is requested first"
    );
    stack
        .sidecar
        .publishes(|snapshot| snapshot.quota_spent_until = Some(u64::MAX));
    let link = stack.link().await;
    let verified = sidelink::runtime::clock::from_rfc3339(&word(&link, "verifiedAt"));
    assert!(sidelink::runtime::clock::unix_ms() - verified >= 3_599_000);
}

#[tokio::test]
async fn a_permanent_failure_is_the_error() {
    let stack = Stack::starts().await;
    stack.sidecar.publishes(|snapshot| {
        snapshot.phase = Phase::Failed;
        snapshot.layers = vec![Layer {
            kind: LayerKind::Tunnel,
            state: State::Broken(Diagnosis::PublicUrl(PublicUrlFault::NoConnector)),
            waits_for: Vec::new(),
            observed: None,
            since: 1,
        }];
    });
    let asked = stack
        .wants("/links?wait=60s", &order())
        .send()
        .await
        .expect("at once");
    assert_eq!(asked.status(), 503);
    let error: Value = asked.json().await.expect("JSON");
    assert_eq!(
        error["error"]["code"],
        Diagnosis::PublicUrl(PublicUrlFault::NoConnector).code()
    );
    assert!(word(&error["error"], "messagePt").len() > 10, "{error}");
    assert!(stack.keys().await.is_empty());
}

#[tokio::test]
async fn the_engine_is_not_flooded() {
    let mut stack = Stack::ready().await;
    let began = Instant::now();
    for _ in 0..30 {
        stack.link().await;
    }
    let mut received = 0;
    while let Ok(event) = stack.sidecar.events.try_recv() {
        received += u64::from(matches!(
            event,
            Event::VerificationRequested { .. } | Event::WakeRequested
        ));
    }
    let most = 2 + began.elapsed().as_secs();
    assert!((1..=most).contains(&received), "{received} for 30 links");
}

#[tokio::test]
async fn an_unknown_link_is_not_waited_for() {
    let stack = Stack::starts().await;
    let path = format!("/links/{}/resend?wait=60s", "0".repeat(40));
    let (status, error) = refusal(stack.wants(&path, &order())).await;
    assert_eq!(
        (status, error["code"].as_str()),
        (404, Some("no_such_link"))
    );
}

#[tokio::test]
async fn a_service_that_does_not_return_is_the_error() {
    let exhausted = Diagnosis::RestartsExhausted {
        actions: 5,
        reason: Box::new(Diagnosis::NotProbed),
    };
    let now = sidelink::runtime::clock::unix_ms();
    let stack = Stack::starts().await;
    stack.verifies(QUICK, 0);
    for (name, role, reason, since, code) in [
        (
            "livekit",
            Role::Livekit,
            exhausted,
            now,
            "restarts_exhausted",
        ),
        (
            "livekit",
            Role::Livekit,
            Diagnosis::StoppedByHand,
            1,
            "stopped_by_hand",
        ),
        (
            "redis",
            Role::Redis,
            Diagnosis::StoppedByHand,
            now,
            "redis_down",
        ),
    ] {
        stack.sidecar.publishes(|snapshot| {
            let state = State::Broken(reason.clone());
            snapshot.phase = Phase::Degraded;
            snapshot.services = vec![ServiceView {
                since,
                ..service(name, role, state)
            }];
        });
        let answer = stack.wants("/links", &order()).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"]["code"], code);
    }
    // A restart by hand is a stop first.
    stack.sidecar.publishes(|snapshot| {
        snapshot.services = vec![ServiceView {
            since: sidelink::runtime::clock::unix_ms(),
            ..service(
                "livekit",
                Role::Livekit,
                State::Broken(Diagnosis::StoppedByHand),
            )
        }];
    });
    let answer = stack.wants("/links", &order()).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::ACCEPTED);
}
