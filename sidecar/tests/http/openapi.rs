//! `openapi.json` is true: every route and every error is in it, and every answer is as it says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sidelink_core::{
    ActivityEvent, Attempt, DeviceClass, Healing, Layer, LayerKind, MediaGrade, Now, PhoneReport,
    Role, ServiceView, Snapshot, State, TunnelKind, TunnelView,
};
use sidelink_core::{Diagnosis, PublicUrlFault};

use super::harness::{QUICK, Sidecar, json_of};
use super::schema::violations;

/// Under this prefix the gateway passes the public listener on.
pub(crate) const PREFIX: &str = "/sidelink";

pub(crate) fn document() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).expect("is JSON")
}

/// Every path with its methods, as control has them.
pub(crate) fn operations() -> Vec<(String, Method)> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let documented = item.get(method.as_str().to_lowercase()).is_some();
            if documented && !path.starts_with(PREFIX) {
                operations.push((path.clone(), method));
            }
        }
    }
    operations
}

/// What stands in quotes after `before`, in a source file.
fn quoted<'a>(source: &'a str, before: &str) -> BTreeSet<&'a str> {
    source
        .split(before)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

/// Returns the layers in the one list of the client package.
fn layers_of_the_client() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../client/src/preparing.ts");
    let source = std::fs::read_to_string(path).expect("the client's source");
    let (_, list) = source
        .split_once("export const LAYERS = ")
        .expect("the client's list");
    let (list, _) = list.split_once(" as const").expect("its end");
    serde_json::from_str(list).expect("a JSON array")
}

#[test]
fn the_client_and_the_document_name_the_layers_of_the_core() {
    let layers: Vec<&str> = LayerKind::ALL.iter().map(|layer| layer.as_str()).collect();
    assert_eq!(layers_of_the_client(), layers);
    let document = document();
    for schema in ["Layer", "PublicLayer"] {
        let layer = &document["components"]["schemas"][schema]["properties"]["layer"];
        assert_eq!(layer["enum"], serde_json::json!(layers), "{schema}");
    }
}

#[test]
fn every_route_and_every_error_is_documented() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let documented = paths
        .keys()
        .map(|path| path.strip_prefix(PREFIX).unwrap_or(path).to_owned());
    let documented: BTreeSet<_> = documented.collect();
    let source = include_str!("../../src/http.rs");
    let mut routes = quoted(source, ".route(");
    // The dashboard's files, which are listed when it is built.
    routes.extend(["/", "/{file}"]);
    let routes: BTreeSet<_> = routes.into_iter().map(str::to_owned).collect();
    assert_eq!(documented, routes);

    let codes = &document["components"]["schemas"]["Error"]["properties"]["error"]["properties"];
    let documented: BTreeSet<_> = codes["code"]["enum"]
        .as_array()
        .expect("codes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let source = include_str!("../../src/http/error.rs");
    let codes = source.lines().filter_map(|line| {
        let (_, rest) = line.split_once(" = ")?;
        rest.split_once(", \"")?.1.split('"').next()
    });
    assert_eq!(documented, codes.collect());
}

/// Something in every place that may be empty.
fn full(snapshot: &mut Snapshot) {
    let reason = Diagnosis::PublicUrl(PublicUrlFault::NoConnector);
    snapshot.public_host = Some(QUICK.to_owned());
    snapshot.verified_at = Some(1_795_240_000_000);
    // No proof is waited for.
    snapshot.attempt = Some(Attempt {
        began_at: u64::MAX,
        ended_at: u64::MAX,
    });
    snapshot.quota_spent_until = Some(u64::MAX);
    snapshot.template_error = Some("line 1".to_owned());
    snapshot.template = sidelink::runtime_config::template::parse("env: {A: '${publicUrl}', B: x}")
        .ok()
        .map(Arc::new);
    snapshot.layers = vec![Layer {
        kind: LayerKind::Dns,
        state: State::Limited(reason.clone()),
        waits_for: vec!["app".to_owned()],
        observed: Some("198.51.100.53".to_owned()),
        since: 1,
    }];
    snapshot.services = vec![ServiceView {
        name: "app".to_owned(),
        role: Role::App,
        required: true,
        state: State::Broken(reason),
        since: 1,
        restarts: 3,
        healing: Some(Healing {
            actions: 2,
            exhausted: false,
            next_at: Some(1_795_240_000_000),
        }),
        tunnel: Some(TunnelView {
            kind: TunnelKind::Quick,
            hostname: Some(QUICK.to_owned()),
            in_flight: Some(3),
            current: true,
        }),
    }];
    snapshot.media = MediaGrade::Turn;
    snapshot.phone = Some(PhoneReport {
        grade: MediaGrade::Turn,
        at: 1_795_240_000_000,
        device: DeviceClass::Phone,
    });
    snapshot.notices = vec![Diagnosis::of_code("routes_taken", "/stream")];
    snapshot.announcement = Some(Diagnosis::WillBeReplaced {
        why: Box::new(Diagnosis::TunnelLost),
    });
    let now = Now {
        unix_ms: 1_795_240_000_000,
        mono: Duration::ZERO,
    };
    let service = "app".to_owned();
    let why = Diagnosis::Hung;
    for event in [
        ActivityEvent::Healed {
            service: service.clone(),
            start: false,
            attempt: 1,
            why,
        },
        ActivityEvent::Service {
            name: service,
            state: State::Ok,
        },
    ] {
        snapshot.activity.add(event, now);
    }
}

/// The answer's schema, by what is documented for its status.
fn schema<'a>(document: &'a Value, path: &str, method: &Method, status: u16) -> &'a Value {
    let operation = &document["paths"][path][method.as_str().to_lowercase()];
    let mut response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{method} {path} answers {status}, which is not documented"
    );
    if let Some(path) = response["$ref"].as_str() {
        response = document.pointer(&path[1..]).expect("is there");
    }
    &response["content"]["application/json"]["schema"]
}

pub(crate) async fn holds(document: &Value, path: &str, method: &Method, asked: RequestBuilder) {
    let answer = asked.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let schema = schema(document, path, method, status);
    let kind = answer.headers().get("content-type");
    let json = kind.is_some_and(|kind| kind == "application/json");
    assert_eq!(json, schema.is_object(), "{method} {path} {status}");
    if json {
        let body = answer.json().await.expect("JSON");
        let found = violations(document, schema, &body);
        assert!(found.is_empty(), "{method} {path} {status}: {found:#?}");
    }
}

#[tokio::test]
async fn every_answer_is_as_documented() {
    let sidecar = Sidecar::starts().await;
    let document = document();
    let ask_all = async || {
        for (path, method) in operations() {
            let name = path
                .replace("{name}", "app")
                .replace("{file}", "dashboard.css")
                .replace("{token}", &"0".repeat(40));
            let stranger = sidecar
                .client
                .request(method.clone(), format!("http://{}{name}", sidecar.control));
            let in_order = [
                sidecar
                    .asks(method.clone(), &name)
                    .body(r#"{"room":"r","identity":"i"}"#)
                    .header("content-type", "application/json"),
                sidecar
                    .asks(method.clone(), &name)
                    .json(&super::links::order()),
                sidecar.asks(
                    method.clone(),
                    &format!("{name}?wait=x&after=x&maxAge=x&lang=x&code=x"),
                ),
                sidecar
                    .asks(method.clone(), &name)
                    .header("host", "evil.example"),
                sidecar
                    .asks(method.clone(), &name)
                    .header("origin", "http://evil.example"),
                stranger.header("host", "localhost"),
            ];
            for asked in in_order {
                holds(&document, &path, &method, asked).await;
            }
        }
        for path in ["/healthz", "/readyz", "/status"] {
            let public = sidecar.get(path);
            holds(&document, &format!("{PREFIX}{path}"), &Method::GET, public).await;
        }
    };
    ask_all().await;
    sidecar.publishes(full);
    ask_all().await;
    let all = json_of(sidecar.asks(Method::GET, "/status")).await;
    assert!(all["layers"][0]["reason"].is_object() && all["configError"].is_string());
    assert!(all["tunnel"].is_object() && all["activity"][1]["state"].is_null());
    assert_eq!(all["phone"]["grade"], "turn", "{}", all["phone"]);
    assert!(all["announcement"].is_object() && all["services"][0]["healing"].is_object());
}

#[test]
fn an_undocumented_field_is_found() {
    let document = document();
    let schema = &document["components"]["schemas"]["Session"];
    let is = |text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        violations(&document, schema, &value).is_empty()
    };
    assert!(is(r#"{"signedIn": true}"#));
    for wrong in [
        r#"{"signedIn": true, "more": 1}"#,
        r#"{"signedIn": null}"#,
        "{}",
        "[]",
    ] {
        assert!(!is(wrong), "{wrong}");
    }
}
