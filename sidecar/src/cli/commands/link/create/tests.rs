//! With a control port that gives answers in turn.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::IntoResponse;
use axum::routing::post;
use clap::Parser;

use super::*;
use crate::cli::commands::link::LinkCommand;
use crate::cli::{Cli, Command};

const LINK: &str = r#"{"token":"k7wq3","consultationUrl":"https://x.example/consultations/client/k7wq3","qr":"<svg/>"}"#;
const WAITS: &str = r#"{"statusUrl":"/status","phase":"preparing","retryAfter":1,
    "waitingFor":{"layer":"edge","since":"2026-11-21T05:50:00Z","message":"waiting for the edge, 3 s","messagePt":"aguardando a borda, 3 s"}}"#;

#[derive(Clone, Default)]
struct Requests(Arc<Mutex<Vec<(String, String, Value)>>>);

/// Status, `Retry-After` and body of each answer; the last one is repeated.
type ControlAnswers = &'static [(u16, Option<&'static str>, &'static str)];

async fn control(answers: ControlAnswers) -> (ControlApi, Requests) {
    let observed = Requests::default();
    let answer =
        async move |State(observed): State<Requests>, uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = serde_json::from_slice(&body).expect("JSON");
            let key = headers["idempotency-key"].to_str().expect("text");
            assert_eq!(headers["authorization"], "Bearer control");
            let mut asked = observed.0.lock().expect("is free");
            let (status, retry, text) = answers[asked.len().min(answers.len() - 1)];
            asked.push((uri.to_string(), key.to_owned(), body));
            let retry = retry.map(|seconds| [("retry-after", seconds)]);
            let status = StatusCode::from_u16(status).expect("a status");
            let mut answer = (status, text).into_response();
            for (name, value) in retry.into_iter().flatten() {
                let value = value.parse().expect("a value");
                answer.headers_mut().insert(name, value);
            }
            answer
        };
    let router = Router::new()
        .route("/links", post(answer))
        .with_state(observed.clone());
    (ControlApi::of_a_test(router).await, observed)
}

fn request() -> CreateOptions {
    let line = "sidelink link create --professional p-1 --client c-2 --type first --ttl 1h";
    match Cli::parse_from(line.split(' ')).command {
        Command::Link {
            command: LinkCommand::Create(request),
        } => request,
        other => panic!("{other:?}"),
    }
}

async fn code(answers: ControlAnswers, patience: Duration) -> String {
    let (service, _) = control(answers).await;
    let failure = get(&service, &request(), patience)
        .await
        .expect_err("fails");
    format!("{failure:?}")
}

#[tokio::test]
async fn requests_are_repeated_under_one_key_until_a_link_is_created() {
    const DOWN: &str = r#"{"error":{"code":"redis_down","message":"m","messagePt":"m","fix":"f"}}"#;
    let (service, observed) = control(&[
        (202, None, WAITS),
        (503, Some("1"), DOWN),
        (201, None, LINK),
    ])
    .await;
    let link = get(&service, &request(), CREATE_TIMEOUT)
        .await
        .expect("a link");
    let url = "https://x.example/consultations/client/k7wq3";
    assert_eq!(link["consultationUrl"], url);
    let observed = observed.0.lock().expect("is free");
    assert_eq!(observed.len(), 3);
    assert_eq!(observed[0].0, "/links?wait=25s");
    assert!(
        observed.iter().all(|asked| asked.1 == observed[0].1),
        "one key"
    );
    let expected = json!({ "professionalId": "p-1", "clientId": "c-2", "consultationType": "first", "ttl": 3600 });
    assert_eq!(observed[0].2, expected);
}

#[tokio::test]
async fn each_failure_has_its_exit_code() {
    const FAILED: &str = r#"{"error":{"code":"bad_config","message":"line 7 is wrong.","messagePt":"m","fix":"Correct it."}}"#;
    let failed = code(&[(503, None, FAILED)], CREATE_TIMEOUT).await;
    assert!(
        failed.contains("code: 69") && failed.contains("line 7 is wrong. Correct it."),
        "{failed}"
    );
    let misused = code(&[(400, None, FAILED)], CREATE_TIMEOUT).await;
    assert!(misused.contains("code: 64"), "{misused}");
    let late = code(&[(202, None, WAITS)], MIN_WAIT).await;
    assert!(
        late.contains("code: 75") && late.contains("waiting for the edge"),
        "{late}"
    );
}
