//! Recorded answers of edges and services, and their diagnoses.

use crate::{Explain, Lang, Message};
use http::StatusCode;
use http::header::{HeaderMap, HeaderValue};
use rustls::{CertificateError, Error};

use crate::recognize::answer::{full, no_source, not_livekit, of_icecast, of_livekit, of_redis};
use crate::recognize::edge::{of_the_edge, quote};
use crate::recognize::tls::of_tls;
use sidelink_core::Diagnosis;
use sidelink_core::LayerKind::{self, App, Edge, Instance, Tunnel};

/// Layer and code; `None` when the answer is not the edge's.
type Placed = Option<(LayerKind, &'static str)>;

#[rustfmt::skip]
const CLOUDFLARE: &[(u16, &str, Placed)] = &[
    (530, "error code: 1033", Some((Edge, "edge_no_connector"))),
    (530, "<h1>Error 1033</h1>", Some((Edge, "edge_no_connector"))),
    (530, "<h1><span class=\"a\">Error</span>\n<span>1016</span></h1>", Some((Edge, "edge_old_tunnel"))),
    (429, "error code: 1015", Some((Edge, "edge_rate_limited"))),
    (429, "{\"error_code\":1015}", Some((Edge, "edge_rate_limited"))),
    (429, "", Some((Edge, "edge_too_many_requests"))),
    (502, "<h1>Error code 502</h1>", Some((Instance, "edge_origin_down"))),
    (524, "error code: 524", Some((Instance, "edge_origin_slow"))),
    (504, "", Some((Instance, "edge_origin_slow"))),
    (521, "error code: 521", Some((Edge, "edge_error"))),
    (200, "Welcome! An error occurred 12 times", None),
    (404, "Not Found", None),
    (302, "", None),
];

/// Status, header, body and code.
type Guard = (
    u16,
    (&'static str, &'static str),
    &'static str,
    Option<&'static str>,
);

/// Sign-ins, challenges and firewalls in front of the public URL.
#[rustfmt::skip]
const GUARDS: &[Guard] = &[
    (302, ("location", "https://ana.cloudflareaccess.com/cdn-cgi/access/login/radio.example.org?kid=1"), "", Some("edge_access")),
    (302, ("location", "https://cloudflareaccess.com.evil.example/"), "", None),
    (302, ("location", "/login"), "", None),
    (302, ("location", "https://accounts.example.org/"), "", None),
    (403, ("cf-mitigated", "challenge"), "<title>Just a moment...</title>", Some("edge_challenge")),
    (503, ("server", "cloudflare"), "<script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1\">", Some("edge_challenge")),
    (200, ("server", "cloudflare"), "<script src=\"/cdn-cgi/challenge-platform/scripts/jsd/main.js\">", None),
    (403, ("server", "cloudflare"), "error code: 1020", Some("edge_firewall")),
    (403, ("server", "cloudflare"), "<span>Error</span> <span>1010</span>", Some("edge_firewall")),
    (403, ("server", "nginx"), "Forbidden", None),
    (401, ("www-authenticate", "Basic realm=\"staff\""), "", Some("edge_sign_in")),
    (401, ("server", "nginx"), "", None),
];

/// By the header alone, whatever the status.
#[rustfmt::skip]
const NGROK: &[(&str, LayerKind, &str)] = &[
    ("ERR_NGROK_8012", Instance, "ngrok_8012"),
    ("ERR_NGROK_3200", Edge, "ngrok_3200"),
    ("ERR_NGROK_3004", Instance, "ngrok_3004"),
    ("ERR_NGROK_334", Tunnel, "ngrok_334"),
    ("ERR_NGROK_108", Tunnel, "ngrok_108"),
    ("ERR_NGROK_4018", Tunnel, "ngrok_4018"),
    ("ERR_NGROK_105", Tunnel, "ngrok_105"),
    ("ERR_NGROK_107", Tunnel, "ngrok_107"),
    ("ERR_NGROK_121", Tunnel, "ngrok_121"),
    ("ERR_NGROK_15002", Tunnel, "ngrok_15002"),
    ("ERR_NGROK_725", Edge, "ngrok_725"),
    ("ERR_NGROK_727", Edge, "ngrok_727"),
    ("ERR_NGROK_702", Edge, "ngrok_702"),
    ("ERR_NGROK_734", Edge, "ngrok_734"),
    ("ERR_NGROK_6024", App, "ngrok_6024"),
    ("6024", App, "ngrok_6024"),
    ("ERR_NGROK_9999", Edge, "ngrok_error"),
    ("<script>", Edge, "ngrok_error"),
];

/// LiveKit 1.13.5 with golang-jwt's texts, older ones with go-jose's.
#[rustfmt::skip]
const LIVEKIT: &[(u16, &str, Option<&str>)] = &[
    (401, "invalid API key: k2", Some("livekit_wrong_key")),
    (401, "invalid token: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.QM2r, error: token signature is invalid: signature is invalid", Some("livekit_wrong_secret")),
    (401, "invalid token: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.Lxyq, error: token has invalid claims: token is expired", Some("livekit_clock_ahead")),
    (401, "invalid token: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.6xWe, error: token has invalid claims: token is not valid yet", Some("livekit_clock_behind")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: go-jose/go-jose: error in cryptographic primitive", Some("livekit_wrong_secret")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: go-jose/go-jose/jwt: validation failed, token is expired (exp)", Some("livekit_clock_ahead")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: go-jose/go-jose/jwt: validation failed, token not valid yet (nbf)", Some("livekit_clock_behind")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: go-jose/go-jose/jwt: validation field, token issued in the future (iat)", Some("livekit_clock_behind")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: token has invalid claims: token used before issued", Some("livekit_clock_behind")),
    (401, "invalid authorization token", Some("livekit_token_refused")),
    (401, "invalid token: eyJh.eyJp.QM2r, error: something new", Some("livekit_token_refused")),
    (401, "no permissions to access the room", Some("livekit_token_refused")),
    (401, "permissions denied", Some("livekit_token_refused")),
    (401, "Sign in", None),
    (406, "Not Ready\nNode Updated At 2026-11-21", Some("livekit_not_ready")),
    (503, "node has exceeded its configured limit", Some("livekit_limit")),
    (503, "<html>upstream", None),
    (404, "404 page not found", None),
];

#[rustfmt::skip]
const REDIS: &[(&str, &str)] = &[
    ("WRONGPASS: invalid username-password pair or user is disabled.", "redis_wrong_password"),
    ("Password authentication failed - AuthenticationFailed", "redis_wrong_password"),
    ("NOAUTH: Authentication required.", "redis_no_password"),
    ("MISCONF: Redis is configured to save RDB snapshots, but it's currently unable to persist to disk", "redis_cannot_write"),
    ("LOADING: Redis is loading the dataset in memory", "redis_loading"),
    ("OOM: command not allowed when used memory > 'maxmemory'.", "redis_out_of_memory"),
    ("READONLY: You can't write against a read only replica.", "redis_read_only"),
    ("NOPERM: User default has no permissions to run the 'set' command", "redis_no_permission"),
];

fn edge(status: u16, headers: &HeaderMap, body: &str) -> Option<(LayerKind, Diagnosis)> {
    of_the_edge(
        StatusCode::from_u16(status).expect("a status"),
        headers,
        body,
    )
}

fn ngrok(code: &str) -> HeaderMap {
    let value = HeaderValue::from_str(code).expect("a header");
    HeaderMap::from_iter([("ngrok-error-code".parse().expect("a name"), value)])
}

fn one((name, value): &(&str, &str)) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("a header");
    HeaderMap::from_iter([(name.parse().expect("a name"), value)])
}

fn livekit(status: u16, body: &str) -> Option<Diagnosis> {
    of_livekit(StatusCode::from_u16(status).expect("a status"), body)
}

fn certificates() -> [(Error, &'static str); 4] {
    let presented = vec!["DnsName(\"*.safezone.mcafee.com\")".to_owned()];
    let expected = "x.trycloudflare.com".try_into().expect("a name");
    [
        (
            CertificateError::NotValidForNameContext {
                expected,
                presented,
            },
            "tls_other_name",
        ),
        (CertificateError::NotValidForName, "tls_other_name"),
        (CertificateError::UnknownIssuer, "tls_untrusted"),
        (CertificateError::Expired, "tls_expired"),
    ]
    .map(|(error, code)| (Error::InvalidCertificate(error), code))
}

/// Returns the diagnoses of everything that is recorded here.
pub(super) fn all() -> Vec<Diagnosis> {
    let cloudflare = CLOUDFLARE
        .iter()
        .filter_map(|(status, body, _)| edge(*status, &HeaderMap::new(), body));
    let of_ngrok = NGROK
        .iter()
        .filter_map(|(code, ..)| edge(404, &ngrok(code), ""));
    let guards = GUARDS
        .iter()
        .filter_map(|(status, header, body, _)| edge(*status, &one(header), body));
    let edges = cloudflare
        .chain(of_ngrok)
        .chain(guards)
        .map(|(_, reason)| reason);
    let services = LIVEKIT
        .iter()
        .filter_map(|(status, body, _)| livekit(*status, body));
    let redis = REDIS.iter().filter_map(|(text, _)| of_redis(text));
    let tls = certificates().map(|(error, _)| of_tls(&error));
    let others = [
        not_livekit(StatusCode::OK, "hello"),
        no_source("/stream"),
        full(200),
    ];
    edges
        .chain(services)
        .chain(redis)
        .chain(tls)
        .chain(others)
        .chain(of_icecast(StatusCode::UNAUTHORIZED))
        .collect()
}

#[test]
fn every_answer_of_cloudflare_is_recognized() {
    for (status, body, expected) in CLOUDFLARE {
        let found = edge(*status, &HeaderMap::new(), body);
        let found = found
            .as_ref()
            .map(|(layer, reason)| (*layer, reason.code()));
        assert_eq!(found, *expected, "{status} {body}");
    }
}

#[test]
fn ngroks_header_decides_before_any_status() {
    for (code, layer, expected) in NGROK {
        for (status, body) in [
            (200, ""),
            (404, ""),
            (429, "error code: 1015"),
            (502, ""),
            (530, "error code: 1033"),
        ] {
            let (at, reason) = edge(status, &ngrok(code), body).expect("is ngrok's");
            assert_eq!((at, reason.code()), (*layer, *expected), "{code} {status}");
        }
    }
    let (_, unknown) = edge(404, &ngrok("ERR_NGROK_9999"), "").expect("is ngrok's");
    assert!(unknown.message(Lang::Pt).ends_with("ERR_NGROK_9999"));
    assert_eq!(
        edge(404, &HeaderMap::new(), "ERR_NGROK_3200"),
        None,
        "a page may contain any text"
    );
}

#[test]
fn livekits_answers_name_key_secret_clock_and_limit() {
    for (status, body, code) in LIVEKIT {
        let reason = livekit(*status, body);
        assert_eq!(
            reason.as_ref().map(Diagnosis::code),
            *code,
            "{status} {body}"
        );
        let message = reason
            .map(|reason| format!("{:?}", reason.view()))
            .unwrap_or_default();
        assert!(!message.contains("eyJ"), "a token is quoted: {message}");
    }
    assert_eq!(
        not_livekit(StatusCode::OK, "hello"),
        Diagnosis::of_code("not_livekit", "200 hello")
    );
}

#[test]
fn redis_and_icecast_are_recognized() {
    for (text, code) in REDIS {
        assert_eq!(
            of_redis(text).as_ref().map(Diagnosis::code),
            Some(*code),
            "{text}"
        );
    }
    assert_eq!(of_redis("Connection refused (os error 111)"), None);
    assert_eq!(
        of_icecast(StatusCode::UNAUTHORIZED)
            .as_ref()
            .map(Diagnosis::code),
        Some("icecast_wrong_password")
    );
    assert_eq!(of_icecast(StatusCode::NOT_FOUND), None);
}

#[test]
fn certificate_errors_name_the_certificates_hostnames() {
    for (error, code) in certificates() {
        assert_eq!(of_tls(&error).code(), code, "{error}");
    }
    let message = of_tls(&certificates()[0].0).message(Lang::En);
    assert!(message.contains("for *.safezone.mcafee.com:"), "{message}");
}

#[test]
fn a_page_is_quoted_by_its_title_without_tokens() {
    let page = "<html><head><title>Sign in to Hotel Wi-Fi</title></head>";
    assert_eq!(quote(StatusCode::OK, page), "200 Sign in to Hotel Wi-Fi");
    assert_eq!(
        quote(StatusCode::OK, "<p>Access <b>denied</b>"),
        "200 Access denied"
    );
    assert_eq!(quote(StatusCode::OK, ""), "200");
    assert_eq!(
        quote(StatusCode::UNAUTHORIZED, "bad eyJhbGciOi.eyJpc.a-b"),
        "401 bad …"
    );
}

#[test]
fn a_guard_in_front_of_the_public_url_has_a_next_step() {
    for (status, header, body, wanted) in GUARDS {
        let found = edge(*status, &one(header), body);
        let code = found
            .as_ref()
            .map(|(layer, reason)| (*layer, reason.code()));
        assert_eq!(
            code,
            wanted.map(|code| (Instance, code)),
            "{status} {header:?} {body}"
        );
    }
}
