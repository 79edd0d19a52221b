//! Nothing is handed out on an old proof, nor after the first sign of trouble; whoever waits gets it once it is good.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{Event, Layer, LayerKind, Phase, Role, ServiceView, State};
use tokio::time::Instant;

use super::{QUICK, Stack, order, refusal, service, word};

#[tokio::test]
async fn what_is_awaited_is_said_and_nothing_is_made() {
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
        "aguardando a borda da Cloudflare, 12 s"
    );
    assert_eq!(body["waitingFor"]["reason"]["code"], "edge_no_connector");
    let next = body["waitingFor"]["reason"]["nextPt"].as_str();
    assert!(next.is_some_and(|next| next.contains("túnel")), "{next:?}");
    assert!(stack.keys().await.is_empty());
    let told = stack.sidecar.events.recv().await;
    assert!(
        matches!(told, Some(Event::WakeRequested)),
        "a tunnel that sleeps is woken"
    );
    let told = stack.sidecar.events.recv().await;
    assert!(
        matches!(told, Some(Event::VerificationRequested { .. })),
        "{told:?}"
    );
}

#[tokio::test]
async fn an_old_proof_is_not_enough_and_the_next_one_is() {
    let mut stack = Stack::starts().await;
    stack.is_proven(QUICK, 6);
    let answer = stack
        .wants("/links", &order())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let told = stack.sidecar.events.recv().await;
    assert!(
        matches!(told, Some(Event::VerificationRequested { max_age }) if max_age == Duration::from_secs(5)),
        "{told:?}"
    );
    let waits = stack.wants("/links?wait=20s", &order()).send();
    let verified = async {
        // The engine is asked for a proof, and has one.
        let told = stack.sidecar.events.recv().await;
        assert!(
            matches!(told, Some(Event::VerificationRequested { .. })),
            "{told:?}"
        );
        stack
            .sidecar
            .publishes(|snapshot| snapshot.verified_at = Some(sidelink::runtime::clock::unix_ms()));
    };
    let (answer, ()) = tokio::join!(waits, verified);
    assert_eq!(answer.expect("an answer").status(), StatusCode::CREATED);
}

#[tokio::test]
async fn where_requests_are_counted_the_last_proof_has_to_do() {
    let stack = Stack::starts().await;
    stack.is_proven(QUICK, 3600);
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
        "a proof is asked for first"
    );
    stack
        .sidecar
        .publishes(|snapshot| snapshot.quota_spent_until = Some(u64::MAX));
    let link = stack.link().await;
    let verified = sidelink::runtime::clock::from_rfc3339(&word(&link, "verifiedAt"));
    assert!(sidelink::runtime::clock::unix_ms() - verified >= 3_599_000);
}

#[tokio::test]
async fn whoever_waits_is_answered_when_the_time_is_up_and_when_the_process_ends() {
    let stack = Stack::starts().await;
    let began = Instant::now();
    let answer = stack
        .wants("/links?wait=1s", &order())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert!(
        (900..3000).contains(&began.elapsed().as_millis()),
        "{:?}",
        began.elapsed()
    );
    let waits = stack.wants("/links?wait=60s", &order()).send();
    let ends = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stack.sidecar.draining.send_replace(true);
    };
    let (answer, ()) = tokio::join!(waits, ends);
    assert_eq!(answer.expect("an answer").status(), StatusCode::ACCEPTED);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn what_will_not_mend_itself_is_the_error() {
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
    let mut told = 0;
    while let Ok(event) = stack.sidecar.events.try_recv() {
        told += u64::from(matches!(
            event,
            Event::VerificationRequested { .. } | Event::WakeRequested
        ));
    }
    let most = 2 + began.elapsed().as_secs();
    assert!((1..=most).contains(&told), "{told} for 30 links");
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
async fn what_does_not_come_back_by_itself_is_said_in_words() {
    let exhausted = Diagnosis::RestartsExhausted {
        actions: 5,
        reason: Box::new(Diagnosis::NotProbed),
    };
    let now = sidelink::runtime::clock::unix_ms();
    let stack = Stack::starts().await;
    stack.is_proven(QUICK, 0);
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
