//! A page gets TURN credentials with a token only.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::super::openapi::{document, holds};
use super::{QUICK, Stack, body, refusal, word};

const URL: &str = "turn:turn.example.org:3478?transport=tcp";

/// A stack with TURN by a shared secret.
async fn stack() -> Stack {
    let stack = Stack::starts_set("TURN_URLS", URL).await;
    stack.verifies(QUICK, 0);
    stack
}

fn asks(stack: &Stack, token: Option<&str>) -> RequestBuilder {
    let request = stack.phone(Method::GET, "/ice-servers");
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// The name of the TURN user without its expiry.
fn user(server: &Value) -> String {
    let username = word(server, "username");
    let (expires_at, user) = username.split_once(':').expect("an expiry");
    assert!(expires_at.parse::<u64>().is_ok(), "{username}");
    user.to_owned()
}

#[tokio::test]
async fn credentials_are_for_the_participant() {
    let stack = stack().await;
    let token = stack.token().await;
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let server = &joined["iceServers"][0];
    assert_eq!(server["urls"], json!([URL]));
    assert_eq!(user(server), word(&joined, "identity"));
    let livekit = word(&joined, "token");
    let later = body(asks(&stack, Some(&livekit))).await;
    assert_eq!(user(&later["iceServers"][0]), word(&joined, "identity"));
    assert!(later["expiresAt"].is_string(), "{later}");
    let visitor = body(asks(&stack, Some(&token))).await;
    assert_eq!(user(&visitor["iceServers"][0]), "visitor");
}

#[tokio::test]
async fn without_a_token_there_are_no_credentials() {
    let stack = stack().await;
    let token = stack.token().await;
    let open = body(asks(&stack, None)).await;
    assert_eq!(
        open,
        json!({"iceServers": [], "expiresAt": null}),
        "STUN is off here"
    );
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiaXNzIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.";
    for wrong in [forged, "a.b.c", "..", ""] {
        let (status, error) = refusal(asks(&stack, Some(wrong))).await;
        assert!([401, 404].contains(&status), "{wrong:?}: {status} {error}");
    }
    let path = format!("/links/{token}");
    let ended = stack.sidecar.asks(Method::DELETE, &path).send().await;
    assert!(ended.expect("an answer").status().is_success());
    assert_eq!(
        refusal(asks(&stack, Some(&token))).await.0,
        404,
        "an ended link"
    );
    let basic = asks(&stack, None).header("authorization", "Basic YTpi");
    assert_eq!(refusal(basic).await.0, 401);
}

#[tokio::test]
async fn a_participants_own_list_is_for_it_alone_and_the_stacks_for_all() {
    let stack = stack().await;
    let token = stack.token().await;
    let joins = async |resume: &Value| {
        let name = json!({"name": "Ana", "resume": resume});
        body(stack.joins(&token, &name)).await
    };
    let (ana, bia) = (joins(&Value::Null).await, joins(&Value::Null).await);
    let own = json!({"iceServers": [{"urls": "stun:own.example.org"}]});
    let kept = json!([{"urls": ["stun:own.example.org"]}]);
    let sets = stack.phone(Method::POST, "/ice-servers").json(&own);
    let set = body(sets.bearer_auth(word(&ana, "token"))).await;
    assert_eq!(set, json!({"iceServers": kept, "expiresAt": null}));
    assert_eq!(joins(&ana["resume"]).await["iceServers"], kept);
    let others = joins(&bia["resume"]).await;
    assert_eq!(others["iceServers"][0]["urls"], json!([URL]));

    let all = json!({"iceServers": [{"urls": ["turn:all.example.org"], "username": "u", "credential": "c"}]});
    let answer = body(stack.wants("/ice-servers", &all)).await;
    assert_eq!(answer["iceServers"], all["iceServers"]);
    assert_eq!(joins(&bia["resume"]).await["iceServers"], all["iceServers"]);
    assert_eq!(joins(&ana["resume"]).await["iceServers"], kept);
    body(stack.wants("/ice-servers", &json!({"iceServers": []}))).await;
    assert_eq!(
        joins(&bia["resume"]).await["iceServers"][0]["urls"],
        json!([URL])
    );
}

#[tokio::test]
async fn a_list_that_cannot_work_is_refused_and_so_is_a_stranger() {
    let stack = stack().await;
    let token = stack.token().await;
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let livekit = word(&joined, "token");
    let sets = |list: Value, token: &str| {
        let request = stack.phone(Method::POST, "/ice-servers").json(&list);
        refusal(request.bearer_auth(token))
    };
    let nine = json!({"iceServers": vec![json!({"urls": ["stun:s.example.org"]}); 9]});
    for (list, code) in [
        (nine, "bad_field"),
        (
            json!({"iceServers": [{"urls": ["turn:t.example.org"]}]}),
            "bad_field",
        ),
        (json!({"iceServers": [{"urls": [7]}]}), "bad_body"),
        (json!({"iceServers": [], "more": 1}), "bad_body"),
        (json!([]), "bad_body"),
    ] {
        let (status, error) = sets(list, &livekit).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some(code)),
            "{error}"
        );
    }
    for stranger in [&*token, "a.b.c", ""] {
        let (status, error) = sets(json!({"iceServers": []}), stranger).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (401, Some("not_a_participant"))
        );
    }
}

#[tokio::test]
async fn the_answers_are_as_documented() {
    let stack = stack().await;
    let token = stack.token().await;
    let document = document();
    let path = "/sidelink/ice-servers";
    for token in [None, Some(&*token), Some("a.b.c"), Some("wrong")] {
        holds(&document, path, &Method::GET, asks(&stack, token)).await;
    }
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let list = json!({"iceServers": [{"urls": ["stun:s.example.org"]}]});
    for (token, list) in [
        (word(&joined, "token"), &list),
        (token, &list),
        (word(&joined, "token"), &json!({})),
    ] {
        let sets = stack.phone(Method::POST, "/ice-servers").json(list);
        holds(&document, path, &Method::POST, sets.bearer_auth(token)).await;
    }
    for list in [&list, &json!({})] {
        let sets = stack.wants("/ice-servers", list);
        holds(&document, "/ice-servers", &Method::POST, sets).await;
    }
}
