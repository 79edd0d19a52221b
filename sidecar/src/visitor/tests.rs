//! Tests of the verdicts, with sites that answer as apps do.

mod development;
mod recheck;
mod redirects;
mod refusals;

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use super::*;
use crate::storage::recent_hostnames::RecentHostnames;
use sidelink_core::Redirect;

const HOST: &str = "cabin-north.trycloudflare.com";
const OLD: &str = "old-one.trycloudflare.com";
const NOW: u64 = 1_795_240_000_000;

/// A site that records the requested paths.
struct Site<F> {
    answers: F,
    requested: Mutex<Vec<String>>,
}

impl<F: Fn(&PageRequest) -> PageResponse + Sync> Fetch for Site<F> {
    type Error = ();

    async fn fetch(&self, get: PageRequest) -> Result<PageResponse, ()> {
        let mut requested = self.requested.lock().expect("no panic");
        requested.push(get.path.clone());
        Ok((self.answers)(&get))
    }
}

fn answer(status: u16, body: &str) -> PageResponse {
    PageResponse {
        status,
        body: body.to_owned(),
        ..PageResponse::default()
    }
}

fn with(mut answer: PageResponse, name: &'static str, value: &str) -> PageResponse {
    let value = HeaderValue::from_str(value).expect("a header's value");
    answer.headers.append(HeaderName::from_static(name), value);
    answer
}

fn to(status: u16, target: &str) -> PageResponse {
    with(answer(status, ""), "location", target)
}

async fn under(
    host: &str,
    is_public: bool,
    health: Option<&str>,
    answers: impl Fn(&PageRequest) -> PageResponse + Sync,
) -> PageCheck {
    let recent = RecentHostnames::default();
    recent.record(OLD, NOW);
    recent.record(HOST, NOW);
    let visit = VisitTarget {
        host,
        is_public,
        services: &["app".to_owned(), "my.app".to_owned()],
        recent: &recent,
        now: NOW,
    };
    let requested = Mutex::default();
    let site = Site { answers, requested };
    let checked = check(&site, &visit, "/", health).await;
    checked.expect("always answers")
}

async fn opened(answers: impl Fn(&PageRequest) -> PageResponse + Sync) -> PageVerdict {
    under(HOST, true, None, answers).await.verdict
}

/// Opens a site whose first page redirects and whose other pages work.
async fn redirected(status: u16, target: &str) -> PageCheck {
    under(HOST, true, None, |get| match &*get.path {
        "/" => to(status, target),
        _ => answer(200, "<title>Sign in</title>"),
    })
    .await
}

fn unreachable_target(verdict: &PageVerdict) -> Option<Redirect> {
    match verdict {
        PageVerdict::Broken(AppFault::Redirect { kind, .. }) => Some(*kind),
        _ => None,
    }
}

fn code(verdict: &PageVerdict) -> &'static str {
    match verdict {
        PageVerdict::Works => "works",
        PageVerdict::Limited(fault) | PageVerdict::Broken(fault) => fault.code(),
    }
}

#[tokio::test]
async fn each_status_of_a_page_has_a_verdict() {
    for (status, body, expected) in [
        (200, "<title>Shop</title>", "works"),
        (200, "", "works"),
        (203, "", "works"),
        (204, "", "works"),
        (206, "part", "works"),
        (300, "choose", "app_other_status"),
        (302, "no target", "app_redirects_nowhere"),
        (304, "", "app_other_status"),
        (400, "no", "app_other_status"),
        (401, "please sign in", "works"),
        (403, "<FORM method=post>", "works"),
        (403, "keep out", "app_forbidden"),
        (404, "This page could not be found.", "app_not_found"),
        (405, "", "app_other_status"),
        (410, "", "app_not_found"),
        (418, "", "app_other_status"),
        (429, "slow down", "app_too_many_requests"),
        (500, "Traceback", "app_failed"),
        (502, "upstream", "app_failed"),
        (503, "maintenance", "app_failed"),
        (599, "", "app_failed"),
        (
            400,
            "Client sent an HTTP request to an HTTPS server.\n",
            "app_tls",
        ),
        (
            400,
            "<center>The plain HTTP request was sent to HTTPS port</center>",
            "app_tls",
        ),
    ] {
        let verdict = opened(|_| answer(status, body)).await;
        assert_eq!(code(&verdict), expected, "{status} {body}");
    }
    let forbidden = opened(|_| answer(403, "keep out")).await;
    assert!(
        matches!(forbidden, PageVerdict::Limited(_)),
        "the public URL is shown"
    );
    let failed = opened(|_| answer(500, "<title>DB is\u{1b}[2J down</title>")).await;
    let got = "500 DB is[2J down".to_owned();
    assert_eq!(failed, PageVerdict::Broken(AppFault::Failed { got }));
}

#[tokio::test]
async fn the_apps_own_message_is_quoted_after_the_title() {
    for (status, message) in [
        (500, "Could not connect to the database at db:5432"),
        (429, "Rate limit exceeded"),
        (503, "Down for maintenance"),
        (404, "This page could not be found"),
        (403, "Members only"),
    ] {
        let page = format!("<!doctype html><title>My shop</title><h1>{message}</h1>");
        let verdict = opened(|_| answer(status, &page)).await;
        let (PageVerdict::Limited(fault) | PageVerdict::Broken(fault)) = &verdict else {
            panic!("{status}: {verdict:?}");
        };
        let (AppFault::Failed { got }
        | AppFault::TooManyRequests { got }
        | AppFault::NotFound { got, .. }
        | AppFault::Forbidden { got }) = fault
        else {
            panic!("{status}: {fault:?}");
        };
        assert_eq!(*got, format!("{status} My shop {message}"));
    }
    let leaky = "<title>Oops</title><p>no database at postgres://u:hunter2@db/x?key=s3cret";
    let verdict = opened(|_| answer(500, leaky)).await;
    let text = format!("{verdict:?}");
    assert!(
        !text.contains("hunter2") && !text.contains("s3cret"),
        "{text}"
    );
}

#[tokio::test]
async fn a_page_that_loads_from_localhost_is_limited() {
    let page = r#"<script type="module" src="http://localhost:5173/@vite/client"></script>"#;
    let verdict = opened(|_| answer(200, page)).await;
    assert_eq!(code(&verdict), "app_assets");
    assert!(matches!(verdict, PageVerdict::Limited(_)));
    let here = under("localhost:8080", false, None, |_| answer(200, page)).await;
    assert_eq!(here.verdict, PageVerdict::Works, "on this machine it loads");
}

#[tokio::test]
async fn a_slow_page_is_limited_and_its_time_is_named() {
    let slow = |took| {
        move |_: &PageRequest| PageResponse {
            took: Duration::from_millis(took),
            ..answer(200, "ok")
        }
    };
    assert_eq!(opened(slow(3_000)).await, PageVerdict::Works);
    let took = Duration::from_millis(3_500);
    let limited = PageVerdict::Limited(AppFault::SlowPage { took });
    assert_eq!(opened(slow(3_500)).await, limited);
}

#[tokio::test]
async fn a_root_that_is_404_is_limited_where_the_health_path_works() {
    let portal = |get: &PageRequest| match get.path.starts_with("/portal") {
        true => answer(200, "portal"),
        false => answer(404, "This page could not be found."),
    };
    let verdict = under(HOST, true, Some("/portal/health"), portal)
        .await
        .verdict;
    let limited = AppFault::NoRoot {
        path: "/".to_owned(),
        health: "/portal/health".to_owned(),
    };
    assert_eq!(verdict, PageVerdict::Limited(limited));
    let none = under(HOST, true, Some("/health"), portal).await.verdict;
    assert_eq!(code(&none), "app_not_found");
    assert_eq!(code(&opened(portal).await), "app_not_found");
}

/// Before there is a public name, faults that depend on it are not reported.
#[tokio::test]
async fn on_this_machine_a_redirect_to_the_public_name_works() {
    for (target, expected) in [
        ("/login", "works"),
        ("https://localhost:8080/login", "works"),
        ("https://localhost/login", "works"),
        ("https://old-one.trycloudflare.com/", "works"),
        ("https://my.example.org/", "works"),
        ("http://localhost:8080/login", "app_redirects_to_http"),
        ("http://localhost:3000/login", "app_redirects_to_localhost"),
        ("http://127.0.0.1:3000/login", "app_redirects_to_localhost"),
        ("http://app:3000/login", "app_redirects_to_container"),
    ] {
        let checked = under("localhost:8080", false, None, |get| match &*get.path {
            "/" => to(302, target),
            _ => answer(200, "ok"),
        });
        assert_eq!(code(&checked.await.verdict), expected, "{target}");
    }
}
