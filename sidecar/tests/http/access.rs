//! What each credential opens, for every route that `openapi.json` lists.

use reqwest::header::{AUTHORIZATION, HOST};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::harness::{APP_TOKEN, Sidecar, TOKEN, json_of, status_of};
use super::openapi::{document, operations};

/// The credentials that `openapi.json` lists for an operation.
fn credentials(document: &Value, path: &str, method: &Method) -> Vec<String> {
    let operation = &document["paths"][path][method.as_str().to_lowercase()];
    let security = operation["security"].as_array().expect("security");
    let names = security.iter().filter_map(Value::as_object);
    names.flat_map(|each| each.keys().cloned()).collect()
}

/// A path with its placeholders filled in: nothing of that name exists.
fn filled(path: &str) -> String {
    path.replace("{name}", "none")
        .replace("{token}", &"a".repeat(32))
}

async fn asked(sidecar: &Sidecar, method: &Method, path: &str, bearer: Option<&str>) -> StatusCode {
    let url = format!("http://{}{}", sidecar.control, filled(path));
    let mut request = sidecar.client.request(method.clone(), url);
    request = request.header(HOST, "sidecar:8788");
    if let Some(bearer) = bearer {
        request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
    }
    status_of(request).await
}

/// The engine is not asked: requests end at the guard, or at what they lack.
#[tokio::test]
async fn each_route_takes_the_credentials_that_it_documents_and_no_others() {
    let mut sidecar = Sidecar::starts().await;
    let mut events = std::mem::replace(&mut sidecar.events, tokio::sync::mpsc::channel(1).1);
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let document = document();
    let mut guarded = 0;
    for (path, method) in operations() {
        let taken = credentials(&document, &path, &method);
        if taken.is_empty() {
            continue;
        }
        guarded += 1;
        let name = format!("{method} {path}");
        let takes = |credential: &str| taken.iter().any(|each| each == credential);
        assert!(takes("operator"), "{name}: the operator may do everything");
        let refused = asked(&sidecar, &method, &path, None).await;
        assert_eq!(
            refused,
            StatusCode::UNAUTHORIZED,
            "{name} without a credential"
        );
        let wrong = asked(&sidecar, &method, &path, Some("app-token-of-this-tesT")).await;
        assert_eq!(wrong, StatusCode::UNAUTHORIZED, "{name} with a wrong token");
        let app = asked(&sidecar, &method, &path, Some(APP_TOKEN)).await;
        assert_eq!(
            app == StatusCode::FORBIDDEN,
            !takes("app"),
            "{name} with the app's token: {app}"
        );
        // They ask Docker and the internet for seconds; the others end at once.
        if path != "/doctor" && path != "/verify" {
            let operator = asked(&sidecar, &method, &path, Some(TOKEN)).await;
            assert!(
                !matches!(operator.as_u16(), 401 | 403),
                "{name} with the operator's: {operator}"
            );
        }
    }
    assert!(guarded >= 14, "{guarded}");
}

/// Visitors reach the app. An attacker who takes it over can neither restart anything nor get a session.
#[tokio::test]
async fn the_apps_token_gives_out_links_and_nothing_else() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    for (method, path, status) in [
        (Method::GET, "/status", StatusCode::OK),
        (Method::POST, "/dashboard/code", StatusCode::FORBIDDEN),
        (Method::POST, "/services/app/restart", StatusCode::FORBIDDEN),
        (Method::POST, "/tunnel/wake", StatusCode::FORBIDDEN),
        (Method::GET, "/doctor", StatusCode::FORBIDDEN),
        (Method::GET, "/status/ws", StatusCode::FORBIDDEN),
    ] {
        let answer = asked(&sidecar, &method, path, Some(APP_TOKEN)).await;
        assert_eq!(answer, status, "{method} {path}");
    }
    let request = sidecar
        .control("/doctor")
        .header(AUTHORIZATION, format!("Bearer {APP_TOKEN}"));
    let error = json_of(request).await["error"].clone();
    assert_eq!(error["code"], "operator_only");
    let fix = error["fix"].as_str().expect("a fix");
    assert!(
        fix.contains("docker compose exec sidecar sidelink control-token"),
        "{fix}"
    );
    let room = sidecar
        .client
        .post(format!("http://{}/livekit-token", sidecar.control))
        .header(HOST, "sidecar:8788")
        .header(AUTHORIZATION, format!("Bearer {APP_TOKEN}"))
        .json(&serde_json::json!({"room": "r", "identity": "i"}));
    assert_eq!(status_of(room).await, StatusCode::OK);
}

/// The dashboard's cookie is for its own name, so that the app at `localhost:8080` is another site.
#[tokio::test]
async fn the_login_link_is_under_another_name_than_the_app() {
    let sidecar = Sidecar::starts().await;
    let link = json_of(sidecar.asks(Method::POST, "/dashboard/code")).await;
    let url = link["url"].as_str().expect("a URL");
    assert!(
        url.starts_with("http://127.0.0.1:18788/login?code="),
        "{url}"
    );
}
