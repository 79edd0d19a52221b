//! `openapi.json` and `docs/configuration.md` list every route, and every response is as `openapi.json` documents it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use boon::{Compiler, Draft, Schemas};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sidelink::http::{Access, ERROR_CODES, Listener, ROUTES, Route};
use sidelink_core::{
    ActivityEvent, Attempt, DeviceClass, Healing, Layer, LayerKind, MediaGrade, Now, PhoneReport,
    Role, ServiceView, Snapshot, State, TunnelKind, TunnelView,
};
use sidelink_core::{Diagnosis, PublicUrlFault};

use super::harness::{QUICK, Sidecar, json_of};

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

/// The path of a route in the documents: the gateway serves the public listener below [`PREFIX`], but for the runtime
/// config.
fn documented_paths(route: &Route) -> Vec<String> {
    let is_config = route.path.starts_with("/runtime-config");
    let public = match is_config {
        true => route.path.to_owned(),
        false => format!("{PREFIX}{}", route.path),
    };
    match route.listener {
        Listener::Public => vec![public],
        Listener::Control => vec![route.path.to_owned()],
        Listener::Both => vec![route.path.to_owned(), public],
    }
}

/// `METHOD path` of every route, once for each path under which it is documented.
fn routes() -> BTreeMap<String, &'static Route> {
    let named = |route: &'static Route| {
        let paths = documented_paths(route).into_iter();
        paths.map(move |path| (format!("{} {path}", route.method), route))
    };
    ROUTES.iter().flat_map(named).collect()
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
fn the_document_has_every_route_with_its_credentials() {
    let document = document();
    let mut documented = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["get", "post", "delete"] {
            if let Some(operation) = item.get(method) {
                let security = operation["security"].as_array().expect("security");
                let names = security.iter().filter_map(Value::as_object);
                let names: Vec<_> = names.flat_map(|each| each.keys().cloned()).collect();
                documented.insert(format!("{} {path}", method.to_uppercase()), names);
            }
        }
    }
    let expected = |route: &Route| match (route.listener, route.access) {
        (Listener::Public, _) | (_, Access::Open) => vec![],
        (_, Access::Operator) => vec!["operator"],
        (_, Access::Dashboard) => vec!["operator", "session"],
        (_, Access::App) => vec!["operator", "app"],
        (_, Access::AppAndDashboard) => vec!["operator", "app", "session"],
    };
    let routes: BTreeMap<_, _> = routes()
        .into_iter()
        .map(|(name, route)| (name, expected(route)))
        .collect();
    let documented: BTreeMap<_, Vec<&str>> = documented
        .iter()
        .map(|(name, names)| (name.clone(), names.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(documented, routes);
}

/// The tables below the heading "Routes" list every route in their first column, and nothing else.
#[test]
fn the_documentation_has_every_route_with_its_credentials() {
    let text = include_str!("../../../docs/configuration.md");
    let (_, section) = text.split_once("\n## Routes\n").expect("the heading");
    let section = section.split("\n## ").next().expect("a section");
    let mut documented = BTreeMap::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let names = cells[0].split('`').skip(1).step_by(2);
        // Rows of the control port have a credential between route and answer.
        let credential = if cells.len() > 2 { cells[1] } else { "–" };
        for name in names.filter(|name| name.split_once(' ').is_some_and(is_method)) {
            documented.insert(name.to_owned(), credential);
        }
    }
    let expected = |route: &Route| match (route.listener, route.access) {
        (Listener::Public, _) | (_, Access::Open) => "–",
        (_, Access::Operator) => "operator",
        (_, Access::Dashboard) => "signed in",
        (_, Access::App) => "app",
        (_, Access::AppAndDashboard) => "signed in, app",
    };
    let routes: BTreeMap<_, _> = routes()
        .into_iter()
        .map(|(name, route)| (name, expected(route)))
        .collect();
    assert_eq!(documented, routes);
}

fn is_method((method, _): (&str, &str)) -> bool {
    ["GET", "POST", "DELETE"].contains(&method)
}

#[test]
fn the_document_has_every_error_code() {
    let document = document();
    let codes = &document["components"]["schemas"]["Error"]["properties"]["error"]["properties"];
    let documented: BTreeSet<_> = codes["code"]["enum"]
        .as_array()
        .expect("codes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let codes = ERROR_CODES.iter().chain(sidelink_publisher::ERROR_CODES);
    assert_eq!(documented, codes.copied().collect());
}

/// Something in every place that may be empty.
fn full(snapshot: &mut Snapshot) {
    let reason = Diagnosis::PublicUrl(PublicUrlFault::NoConnector);
    snapshot.public_host = Some(QUICK.to_owned());
    snapshot.verified_at = Some(1_795_240_000_000);
    // No verification is waited for.
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

/// A pointer to the schema that is documented for this response; `None` if its body is not JSON.
fn schema(document: &Value, path: &str, method: &Method, status: u16) -> Option<String> {
    let method_name = method.as_str().to_lowercase();
    let mut at = format!(
        "/paths/{}/{method_name}/responses/{status}",
        path.replace('~', "~0").replace('/', "~1")
    );
    let response = document.pointer(&at);
    let response = response
        .unwrap_or_else(|| panic!("{method} {path} answers {status}, which is not documented"));
    if let Some(shared) = response["$ref"].as_str() {
        shared[1..].clone_into(&mut at);
    }
    at.push_str("/content/application~1json/schema");
    document.pointer(&at).map(|_| at)
}

/// Sends the request and compares the response with its documentation.
pub(crate) async fn holds(document: &Value, path: &str, method: &Method, request: RequestBuilder) {
    let response = request.send().await.expect("a response");
    let status = response.status().as_u16();
    let schema = schema(document, path, method, status);
    let kind = response.headers().get("content-type");
    let json = kind.is_some_and(|kind| kind == "application/json");
    assert_eq!(json, schema.is_some(), "{method} {path} {status}");
    if let Some(schema) = schema {
        let body = response.json().await.expect("JSON");
        let error = violation(document, &schema, &body);
        assert_eq!(error, None, "{method} {path} {status}");
    }
}

/// Returns how `value` differs from the schema at this pointer of the document.
fn violation(document: &Value, pointer: &str, value: &Value) -> Option<String> {
    const NAME: &str = "https://sidelink.invalid/openapi.json";
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler
        .add_resource(NAME, document.clone())
        .expect("is a document");
    let mut schemas = Schemas::new();
    let pointer = pointer.replace('{', "%7B").replace('}', "%7D");
    let schema = compiler
        .compile(&format!("{NAME}#{pointer}"), &mut schemas)
        .unwrap_or_else(|error| panic!("{pointer}: {error}"));
    let result = schemas.validate(value, schema);
    result.err().map(|error| error.to_string())
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
fn an_undocumented_field_or_format_is_found() {
    let document = document();
    let is_valid = |schema: &str, text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        violation(&document, &format!("/components/schemas/{schema}"), &value).is_none()
    };
    assert!(is_valid("Session", r#"{"signedIn": true}"#));
    for wrong in [
        r#"{"signedIn": true, "more": 1}"#,
        r#"{"signedIn": null}"#,
        "{}",
        "[]",
    ] {
        assert!(!is_valid("Session", wrong), "{wrong}");
    }
    let login = |at: &str| format!(r#"{{"url": "http://127.0.0.1/", "expiresAt": "{at}"}}"#);
    assert!(is_valid("LoginLink", &login("2026-11-26T12:00:00Z")));
    assert!(!is_valid("LoginLink", &login("today")), "formats count");
}
