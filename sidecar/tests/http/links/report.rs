//! A page reports how far its video reached, for its own link only.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink_core::{DeviceClass, Event, MediaGrade};

use super::{Stack, body, refusal};

async fn reports(stack: &Stack, token: &str, report: &Value) -> StatusCode {
    let path = format!("/links/{token}/report");
    let asked = stack.phone(Method::POST, &path).json(report);
    asked.send().await.expect("an answer").status()
}

#[tokio::test]
async fn a_call_from_the_same_network_begins_with_the_path_that_worked() {
    let stack = Stack::ready().await;
    let (token, other) = (stack.token().await, stack.token().await);
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    assert_eq!(joined["knownPath"], Value::Null);
    let knows = async |media: &str| {
        let report = json!({"resume": joined["resume"], "media": media, "signal": true});
        assert_eq!(
            reports(&stack, &token, &report).await,
            StatusCode::NO_CONTENT
        );
        body(stack.joins(&other, &json!({"name": "Bia"}))).await["knownPath"].take()
    };
    assert_eq!(knows("lan").await, "lan");
    assert_eq!(knows("tunnel").await, Value::Null);
}

#[tokio::test]
async fn a_report_is_kept_with_its_link_and_sent_to_the_engine() {
    let mut stack = Stack::ready().await;
    let (token, other) = (stack.token().await, stack.token().await);
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let mut report = json!({
        "resume": joined["resume"], "media": "turn", "signal": true, "protocol": "udp", "rttMs": 41,
        "firstFrameMs": 900, "device": "phone", "legs": [{"name": "<video>", "ok": true}, {"name": "sound", "ok": false}],
    });
    assert_eq!(
        reports(&stack, &token, &report).await,
        StatusCode::NO_CONTENT
    );
    let kept = &stack.view(&token).await["report"];
    for part in [
        "media",
        "signal",
        "protocol",
        "rttMs",
        "firstFrameMs",
        "device",
        "legs",
    ] {
        assert_eq!(kept[part], report[part], "{part}");
    }
    assert!(kept["at"].is_string());
    assert_eq!(stack.view(&other).await["report"], json!(null));
    let event = loop {
        let event = stack.sidecar.events.recv().await.expect("open");
        if matches!(event, Event::Reported { .. }) {
            break event;
        }
    };
    assert!(
        matches!(
            event,
            Event::Reported {
                media: MediaGrade::Turn,
                device: DeviceClass::Phone,
                ..
            }
        ),
        "{event:?}"
    );

    report["device"] = json!("desktop");
    report["media"] = json!("none");
    assert_eq!(
        reports(&stack, &token, &report).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        stack.view(&token).await["report"]["media"],
        "turn",
        "a phone's word counts first"
    );
}

#[tokio::test]
async fn a_report_needs_the_links_own_resume() {
    let stack = Stack::ready().await;
    let (token, other) = (stack.token().await, stack.token().await);
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let resume = joined["resume"].as_str().expect("a text");
    let (identity, _) = resume.split_once('.').expect("two parts");
    for (token, resume) in [
        (&other, resume),
        (&token, &*format!("{identity}.00")),
        (&token, "x"),
    ] {
        let report = json!({"resume": resume, "media": "turn", "signal": true});
        let asked = stack
            .phone(Method::POST, &format!("/links/{token}/report"))
            .json(&report);
        let (status, error) = refusal(asked).await;
        assert_eq!((status, error["code"].as_str()), (403, Some("not_joined")));
        assert_eq!(stack.view(token).await["report"], json!(null));
    }
}

#[tokio::test]
async fn a_report_has_limits() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let leg = json!({"name": "x", "ok": true});
    for (number, (field, value)) in [
        ("media", json!("telepathy")),
        ("signal", json!("yes")),
        ("signal", json!(null)),
        ("protocol", json!("sctp")),
        ("rttMs", json!(60_001)),
        ("rttMs", json!(-1)),
        ("firstFrameMs", json!(1.5)),
        ("device", json!("fridge")),
        ("legs", json!(vec![leg.clone(); 13])),
        ("legs", json!([{"name": "x".repeat(33), "ok": true}])),
        ("legs", json!([{"name": "x", "ok": true, "more": 1}])),
        ("resume", json!("x".repeat(513))),
        ("more", json!(1)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut report = json!({"resume": joined["resume"], "media": "lan", "signal": true});
        report[field] = value;
        let url = format!("http://{}/links/{token}/report", stack.sidecar.public);
        let asked = stack
            .sidecar
            .client
            .post(url)
            .header("x-real-ip", format!("198.51.100.{number}"));
        let (status, error) = refusal(asked.json(&report)).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some("bad_field")),
            "{report}"
        );
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains(field)),
            "{error}"
        );
    }
    let report =
        json!({"resume": joined["resume"], "media": "lan", "signal": true, "legs": vec![leg; 12]});
    assert_eq!(
        reports(&stack, &token, &report).await,
        StatusCode::NO_CONTENT
    );
}
