//! The parser's rules, without a socket.

use hyper::{Method, Uri};

use crate::docker_proxy::call::{Call, CallRefusal};

fn parse(line: &str) -> Result<Call, CallRefusal> {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    // The server refuses an invalid URI before the rules apply.
    let uri: Uri = target.parse().map_err(|_| CallRefusal::Path)?;
    Call::parse(&method, &uri)
}

fn target(line: &str) -> String {
    let call = parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    call.target("a", "0d6c").expect("passes")
}

#[test]
fn calls_of_the_sidecar_pass() {
    for line in [
        "GET /_ping",
        "HEAD /_ping",
        "GET /version",
        "GET /v1.44/version",
        "GET /containers/sidelink-app-1/json?size=false",
        "GET /v1.45/containers/0d6c1f/json",
        "GET /v1.45/containers/0d6c1f/logs?follow=false&stdout=true&stderr=true&since=0&until=0&timestamps=false&tail=20",
        "POST /containers/sidelink-app-1/start",
        "POST /v1.45/containers/0d6c1f/restart?t=3",
        "POST /v1.45/containers/0d6c1f/stop",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn everything_else_is_refused() {
    for line in [
        "GET /",
        "GET /info",
        "GET /images/json",
        "GET /networks",
        "GET /containers/0d6c/top",
        "GET /containers/0d6c/export",
        "GET /containers/0d6c/attach/ws",
        "GET /exec/0d6c/json",
        "POST /containers/create",
        "POST /containers/0d6c/exec",
        "POST /containers/0d6c/kill",
        "POST /containers/0d6c/update",
        "POST /session",
        "POST /grpc",
        "DELETE /containers/0d6c",
        "PUT /containers/0d6c/start",
        "POST /containers/json",
        "POST /events",
        "GET /containers/0d6c/start",
        "HEAD /containers/0d6c/stop",
        "HEAD /containers/0d6c/json",
        "GET /x/containers/json",
        "GET /containers/json/x",
        "GET /v1/containers/json",
        "GET /v2.45/containers/json",
        "GET /v1.45x/containers/json",
        "GET /v1.45/v1.45/containers/json",
        "GET /v1./version",
        "GET /v1.4567/version",
        "GET /CONTAINERS/JSON",
        "POST /containers//start",
        "POST /containers/-x/start",
        "POST /containers/x/start",
        "POST /containers/0d6c/startx",
        "GET //containers/json",
        "GET /./containers/json",
        "GET /containers/../images/json",
        "GET /containers/%2e%2e/json",
        "GET /containers/..%2f..%2fimages/json",
        "GET /%63ontainers/json",
        "GET /containers/json%00",
        "GET /containers/a\\b/json",
        "GET /containers/.ab/json",
        "GET /containers/a%2fb/json",
        "GET /containers//sidelink-app-1/json",
        "POST /containers/0d6c/exec#/start",
        "POST /containers/0d6c/exec;/start",
        "GET /_ping/..",
        "GET http://docker/containers/json",
        "GET docker:80",
        "OPTIONS *",
        "GET /containers/0d6c/json/",
    ] {
        assert_eq!(parse(line).err(), Some(CallRefusal::Path), "{line}");
    }
}

#[test]
fn only_allowed_parameters_pass_each_once_and_with_a_plain_value() {
    for line in [
        "POST /containers/0d6c/start?detachKeys=a",
        "POST /containers/0d6c/stop?signal=SIGKILL",
        "POST /containers/0d6c/stop?t=-1",
        "POST /containers/0d6c/restart?t=601",
        "POST /containers/0d6c/restart?t=1&t=2",
        "POST /containers/0d6c/stop?%74=x",
        "GET /containers/0d6c/json?size=true",
        "GET /containers/json?size=1",
        "GET /containers/json?limit=1",
        "GET /containers/json?all=x",
        "GET /containers/0d6c/logs?tail=-1",
        "GET /containers/0d6c/logs?since=now",
        "GET /events?since=1h",
        "GET /version?x",
        "GET /_ping?a=b",
    ] {
        assert_eq!(parse(line).err(), Some(CallRefusal::Query), "{line}");
    }
}

#[test]
fn lists_and_events_are_always_limited_to_the_own_project() {
    let filters = |line: &str| -> serde_json::Value {
        let target = target(line);
        let url = reqwest::Url::parse(&format!("http://docker{target}")).expect("a URL");
        let mut filters = url.query_pairs().filter(|(key, _)| key == "filters");
        let (_, json) = filters.next().expect("there is one");
        assert_eq!(filters.next(), None);
        serde_json::from_str(&json).expect("JSON")
    };
    let own = "com.docker.compose.project=a";
    let list = |query: &str| filters(&format!("GET /v1.45/containers/json{query}"));
    assert_eq!(list("")["label"], serde_json::json!([own]));
    assert_eq!(list("?all=true")["label"], serde_json::json!([own]));
    for given in [
        r#"{"label":["com.docker.compose.project=a-b","sidelink.role"]}"#,
        r#"{"label":{"com.docker.compose.project=a-b":true,"sidelink.role":true}}"#,
    ] {
        let given = given
            .replace('"', "%22")
            .replace('{', "%7B")
            .replace('}', "%7D");
        let labels = &list(&format!("?filters={given}"))["label"];
        let expected = ["com.docker.compose.project=a-b", "sidelink.role", own];
        assert_eq!(
            *labels,
            serde_json::json!(expected),
            "all labels must match"
        );
    }
    let events = filters("GET /events?since=1&filters=%7B%22type%22%3A%5B%22network%22%5D%7D");
    assert_eq!(
        events,
        serde_json::json!({"label": [own], "type": ["container"]})
    );
}

#[test]
fn an_unknown_filter_is_refused() {
    for filters in [
        "%7B%22id%22%3A%5B%220d6c%22%5D%7D",
        "%7B%22ancestor%22%3A%5B%22x%22%5D%7D",
        "%7B%22event%22%3A%5B%22die%22%5D%7D",
        "%5B%5D",
        "x",
        "%7B%22label%22%3A%5B1%5D%7D",
    ] {
        let call = parse(&format!("GET /containers/json?filters={filters}")).expect("is parsed");
        assert_eq!(
            call.target("a", "").err(),
            Some(CallRefusal::Query),
            "{filters}"
        );
    }
}

#[test]
fn the_path_contains_the_full_id() {
    assert_eq!(
        target("POST /v1.45/containers/sidelink-app-1/restart?t=3"),
        "/v1.45/containers/0d6c/restart?t=3"
    );
    assert_eq!(
        target("GET /containers/app/logs?tail=20"),
        "/containers/0d6c/logs?tail=20"
    );
}
