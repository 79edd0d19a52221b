//! Tests of the signatures, against recorded answers of the programs and against answers of apps.

use super::*;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;

fn answer(status: u16, body: &str) -> ExposureResponse {
    ExposureResponse {
        status: StatusCode::from_u16(status).expect("a status"),
        body: body.to_owned(),
        ..ExposureResponse::default()
    }
}

/// Returns the programs whose signature an answer matches, in any check.
fn recognized(answer: &ExposureResponse) -> Vec<&'static str> {
    let mut names: Vec<_> = EXPOSURE_CHECKS
        .iter()
        .filter(|check| check.is_exposed(answer))
        .map(|check| check.name)
        .collect();
    names.dedup();
    names
}

const KEYS: [&str; 4] = [
    "LiveKit, key devkey",
    "LiveKit, key key1",
    "LiveKit, key key2",
    "LiveKit, key myapikey",
];

#[test]
fn recorded_answers_of_each_program_match_their_signatures() {
    let control = r#"{"error":{"code":"host","message":"The control port …","fix":"…","docs":"docs/configuration.md#routes"}}"#;
    let no_token = r#"{"error":{"code":"no_token","message":"This route needs a token of this stack or a dashboard session.","docs":"docs/configuration.md#routes"}}"#;
    let links = r#"{"sequence": 7,"publicUrl":null,"links":[{"token":"k7wq3","consultationUrl":null,"room":"r"}]}"#;
    let pprof = "<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/\n<br>\nTypes of profiles available:\n<table>";
    let goroutine = "goroutine 189 [running]:\nruntime/pprof.writeGoroutineStacks({0x7fc4f5718e00, 0x36d1333b3840})\n\truntime/pprof/pprof.go:816 +0x69";
    let metrics = "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 9\n# HELP livekit_node_rooms\n# TYPE livekit_node_rooms gauge\n";
    let unauthenticated = r#"{"code":"unauthenticated","msg":"permissions denied"}"#;
    let bad_method = r#"{"code":"bad_route","msg":"unsupported method \"GET\" (only POST is allowed)","meta":{"twirp_invalid_route":"GET /twirp/livekit.RoomService/ListRooms"}}"#;
    let status_json = r#"{"icestats":{"admin":"nobody@localhost","host":"icecast","location":"Sidelink","server_id":"Icecast 2.4.4","dummy":null}}"#;
    let stats =
        "<?xml version=\"1.0\"?>\n<icestats><admin>nobody@localhost</admin><client_connections>0";
    let ready = r#"{"status":200,"readyConnections":1,"connectorId":"9ccd79dd"}"#;
    let quick = r#"{"hostname":"river-fable-harbor-kettle.trycloudflare.com"}"#;
    let diag = r#"{"tunnelID":"a","connectorID":"b","connections":[{"isConnected":true}]}"#;
    let caddy = r#"{"apps":{"http":{"servers":{"srv0":{"listen":[":8080"]}}}}}"#;
    let docker = r#"{"Version":"28.0.1","ApiVersion":"1.48","MinAPIVersion":"1.24","Os":"linux"}"#;
    let ngrok = r#"{"tunnels":[],"uri":"/api/tunnels"}"#;
    let go = ["pprof", "LiveKit debug"];
    let whip = r#"{"error":"unsupported content-type: application/json"}"#;
    for (status, body, expected) in [
        (200, "success", &KEYS[..]),
        (200, pprof, &go),
        (200, goroutine, &go),
        (401, unauthenticated, &["LiveKit API"]),
        (400, whip, &["LiveKit WHIP"]),
        (404, bad_method, &["LiveKit API"]),
        (200, metrics, &["metrics", "bridge metrics"]),
        (200, status_json, &["Icecast admin", "Icecast status"]),
        (200, stats, &["Icecast admin", "Icecast status"]),
        (421, control, &["sidecar control"]),
        (401, no_token, &["sidecar control"]),
        (200, links, &["sidecar control"]),
        (200, ready, &["cloudflared"]),
        (200, quick, &["cloudflared"]),
        (200, diag, &["cloudflared"]),
        (200, caddy, &["Caddy admin"]),
        (200, docker, &["Docker API"]),
        (200, ngrok, &["ngrok agent"]),
    ] {
        assert_eq!(recognized(&answer(status, body)), expected, "{body}");
    }
}

#[test]
fn icecast_is_recognized_by_its_realm() {
    let mut answer = answer(401, "You need to authenticate\r\n");
    assert!(recognized(&answer).is_empty(), "any app may answer that");
    let realm = HeaderValue::from_static("Basic realm=\"Icecast2 Server\"");
    answer.headers.insert(WWW_AUTHENTICATE, realm);
    assert_eq!(recognized(&answer), ["Icecast admin", "Icecast status"]);
}

#[test]
fn answers_of_apps_match_no_signature() {
    let page = "<!doctype html><html><head><title>My app</title></head><body><div id=\"__next\">\
        Metrics, admin and status of my radio, made with Icecast and LiveKit; success!</div></body></html>";
    let metrics = "# HELP node_cpu_seconds_total Seconds the CPUs spent.\n# TYPE node_cpu_seconds_total counter\n\
        node_cpu_seconds_total{cpu=\"0\"} 1\n# TYPE http_requests_total counter\nhttp_requests_total{app=\"livekit_demo\"} 3\n";
    for (status, body) in [
        (200, page),
        (200, metrics),
        (200, ""),
        (404, "Not Found"),
        (
            404,
            r#"{"error":{"code":"not_found","message":"There is no such page."}}"#,
        ),
        (401, r#"{"code":"no_token","message":"sign in"}"#),
        (
            404,
            r#"{"code":"bad_route","msg":"no handler for path","meta":{"twirp_invalid_route":"POST /twirp/x"}}"#,
        ),
        (401, "invalid API key: devkey"),
        // Answers of the public listener for an unknown route and an unknown link.
        (
            404,
            r#"{"error":{"code":"not_found","message":"There is no such route.","docs":"docs/configuration.md#routes"}}"#,
        ),
        (
            404,
            r#"{"error":{"code":"no_such_link","message":"…","docs":"docs/configuration.md#routes"}}"#,
        ),
        (
            200,
            r#"{"kind":"consultation","consultationType":"first","expiresAt":"2026-11-22T05:50:00Z"}"#,
        ),
        (
            200,
            r#"{"links":["https://example.com"],"publicUrl":"https://example.com"}"#,
        ),
        (
            200,
            r#"{"status":"ok","version":"1.0","config":{"apps":["a"]},"hostname":"web-1"}"#,
        ),
        (
            503,
            r#"{"error":{"code":"preparing","message":"This part is still starting."}}"#,
        ),
    ] {
        assert!(recognized(&answer(status, body)).is_empty(), "{body}");
    }
}

#[test]
fn each_program_is_named_once_with_its_first_check() {
    let exposed = EXPOSURE_CHECKS
        .iter()
        .filter(|check| check.name.starts_with("Icecast"));
    let expected = "Icecast admin (GET /admin/), Icecast status (GET /status-json.xsl)";
    assert_eq!(describe(exposed), expected);
}
