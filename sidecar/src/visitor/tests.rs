//! The table, row by row: sites that answer as apps do, opened as a visitor opens them.

mod again;
mod development;
mod refusals;

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use super::*;
use crate::storage::recent_hostnames::Hostnames;
use sidelink_core::Redirect;

const HOST: &str = "cabin-north.trycloudflare.com";
const OLD: &str = "old-one.trycloudflare.com";
const NOW: u64 = 1_795_240_000_000;

/// Answers, and remembers what it was asked.
struct Site<F> {
    answers: F,
    asked: Mutex<Vec<String>>,
}

impl<F: Fn(&Get) -> Answer + Sync> Fetch for Site<F> {
    type Error = ();

    async fn fetch(&self, get: Get) -> Result<Answer, ()> {
        self.asked.lock().expect("no panic").push(get.path.clone());
        Ok((self.answers)(&get))
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: body.to_owned(),
        ..Answer::default()
    }
}

fn with(mut answer: Answer, name: &'static str, value: &str) -> Answer {
    let value = HeaderValue::from_str(value).expect("a header's value");
    answer.headers.append(HeaderName::from_static(name), value);
    answer
}

fn to(status: u16, target: &str) -> Answer {
    with(answer(status, ""), "location", target)
}

async fn under(
    host: &str,
    is_public: bool,
    health: Option<&str>,
    answers: impl Fn(&Get) -> Answer + Sync,
) -> Checked {
    let recent = Hostnames::default();
    recent.saw(OLD, NOW);
    recent.saw(HOST, NOW);
    let place = Place {
        host,
        is_public,
        services: &["app".to_owned(), "my.app".to_owned()],
        recent: &recent,
        now: NOW,
    };
    let asked = Mutex::default();
    let site = Site { answers, asked };
    let checked = check(&site, &place, "/", health).await;
    checked.expect("always answers")
}

async fn opened(answers: impl Fn(&Get) -> Answer + Sync) -> Verdict {
    under(HOST, true, None, answers).await.verdict
}

/// The first page redirects, any other works.
async fn redirected(status: u16, target: &str) -> Checked {
    under(HOST, true, None, |get| match &*get.path {
        "/" => to(status, target),
        _ => answer(200, "<title>Sign in</title>"),
    })
    .await
}

fn astray(verdict: &Verdict) -> Option<Redirect> {
    match verdict {
        Verdict::Broken(AppFault::Redirect { kind, .. }) => Some(*kind),
        _ => None,
    }
}

fn code(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "works",
        Verdict::Limited(fault) | Verdict::Broken(fault) => fault.code(),
    }
}

#[tokio::test]
async fn every_status_of_a_page_is_decided() {
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
    assert!(matches!(forbidden, Verdict::Limited(_)), "it is handed out");
    let failed = opened(|_| answer(500, "<title>DB is\u{1b}[2J down</title>")).await;
    let got = "500 DB is[2J down".to_owned();
    assert_eq!(failed, Verdict::Broken(AppFault::Failed { got }));
}

#[tokio::test]
async fn what_the_app_says_of_its_trouble_is_quoted_below_the_title() {
    for (status, said) in [
        (500, "Could not connect to the database at db:5432"),
        (429, "Rate limit exceeded"),
        (503, "Down for maintenance"),
        (404, "This page could not be found"),
        (403, "Members only"),
    ] {
        let page = format!("<!doctype html><title>My shop</title><h1>{said}</h1>");
        let verdict = opened(|_| answer(status, &page)).await;
        let (Verdict::Limited(fault) | Verdict::Broken(fault)) = &verdict else {
            panic!("{status}: {verdict:?}");
        };
        let (AppFault::Failed { got }
        | AppFault::TooManyRequests { got }
        | AppFault::NotFound { got, .. }
        | AppFault::Forbidden { got }) = fault
        else {
            panic!("{status}: {fault:?}");
        };
        assert_eq!(*got, format!("{status} My shop {said}"));
    }
    let leaky = "<title>Oops</title><p>no database at postgres://u:hunter2@db/x?key=s3cret";
    let verdict = opened(|_| answer(500, leaky)).await;
    let told = format!("{verdict:?}");
    assert!(
        !told.contains("hunter2") && !told.contains("s3cret"),
        "{told}"
    );
}

#[tokio::test]
async fn a_redirect_on_the_host_is_followed_as_a_browser_does() {
    for target in [
        "/login".to_owned(),
        "login?next=%2F#top".to_owned(),
        format!("https://{HOST}/login"),
        format!("https://{}/login", HOST.to_uppercase()),
        format!("https://{HOST}:443/login"),
        format!("//{HOST}/login"),
        " /login ".to_owned(),
        "?lang=en".to_owned(),
        "//login".replace("//", "/"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let checked = redirected(status, &target).await;
            assert_eq!(checked.verdict, Verdict::Works, "{status} {target}");
            assert!(
                checked.observed.ends_with("200 Sign in"),
                "{}",
                checked.observed
            );
        }
    }
    let checked = redirected(302, "/login").await;
    assert_eq!(checked.observed, "302 /login, 200 Sign in");
    let broken = under(HOST, true, None, |get| match &*get.path {
        "/" => to(302, "/login"),
        _ => answer(500, "Oops"),
    });
    assert_eq!(code(&broken.await.verdict), "app_failed", "its end counts");
}

#[tokio::test]
async fn a_redirect_where_no_visitor_follows_is_named_with_its_setting() {
    use Redirect::*;
    for (target, kind) in [
        ("http://localhost:3000/login", Localhost),
        ("https://localhost/", Localhost),
        ("http://127.0.0.1:8000/", Localhost),
        ("http://[::1]/", Localhost),
        ("http://0.0.0.0:3000/", Localhost),
        ("//localhost:3000/", Localhost),
        ("http://192.168.1.20:3000/", Network),
        ("https://10.1.2.3/", Network),
        ("http://169.254.1.1/", Network),
        ("http://host.docker.internal:3000/", Network),
        ("http://app:3000/login", Container),
        ("https://my.app/", Container),
        ("https://web/", Container),
        ("http://auth.example.com/", PlainHttp),
        ("http://cabin-north.trycloudflare.com/login", PlainHttp),
        ("https://cabin-north.trycloudflare.com:3000/login", Port),
        ("http://cabin-north.trycloudflare.com:3000/login", Port),
        ("https://old-one.trycloudflare.com/", OldAddress),
        ("http://old-one.trycloudflare.com/", OldAddress),
        ("https://cabin-north.trycloudflare.com/", Circle),
        ("/", Circle),
        ("myapp://open", Nowhere),
        ("http://", Nowhere),
        ("javascript:alert(1)", Nowhere),
    ] {
        let verdict = redirected(307, target).await.verdict;
        assert_eq!(astray(&verdict), Some(kind), "{target}: {verdict:?}");
        let Verdict::Broken(AppFault::Redirect {
            target, setting, ..
        }) = verdict
        else {
            unreachable!()
        };
        assert!(!target.is_empty() && !setting.is_empty(), "{target}");
    }
    let nextauth = opened(|_| to(307, "http://localhost:3000/api/auth/signin")).await;
    let Verdict::Broken(AppFault::Redirect { setting, .. }) = nextauth else {
        panic!("{nextauth:?}")
    };
    assert!(setting.contains("NEXTAUTH_URL"), "{setting}");
    let port = format!("https://{HOST}:8000/");
    for (header, value, part) in [
        ("x-redirect-by", "WordPress", "WP_HOME"),
        ("server", "nginx/1.28", "absolute_redirect off"),
        ("x-powered-by", "Express", "trust proxy"),
    ] {
        let verdict = opened(|_| with(to(301, &port), header, value)).await;
        let Verdict::Broken(AppFault::Redirect { setting, .. }) = verdict else {
            panic!("{verdict:?}")
        };
        assert!(setting.contains(part), "{setting}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_quick_tunnel_is_limited_as_it_may_be_gone() {
    let verdict = redirected(302, "https://long-ago.trycloudflare.com/")
        .await
        .verdict;
    assert_eq!(code(&verdict), "app_redirects_to_old_address");
    assert!(matches!(verdict, Verdict::Limited(_)), "{verdict:?}");
}

#[tokio::test]
async fn a_sign_in_elsewhere_works_and_is_named_with_its_callback() {
    let sign_in = format!(
        "https://accounts.example.com/auth?client_id=x&redirect_uri=https%3A%2F%2F{HOST}%2Fcallback%3Fstate%3DSECRET"
    );
    let checked = redirected(302, &sign_in).await;
    assert_eq!(checked.verdict, Verdict::Works);
    let observed = format!("302 https://accounts.example.com (callback https://{HOST}/callback)");
    assert_eq!(checked.observed, observed);
    for back in [
        "http%3A%2F%2Flocalhost%3A3000%2Fcb",
        "https%3A%2F%2Fold-one.trycloudflare.com%2Fcb",
    ] {
        let sign_in = format!("https://accounts.example.com/auth?redirect_uri={back}");
        let verdict = redirected(302, &sign_in).await.verdict;
        assert_eq!(code(&verdict), "app_callback", "{back}");
        assert!(matches!(verdict, Verdict::Limited(_)));
    }
}

#[tokio::test]
async fn cookies_that_are_set_on_the_way_end_what_would_be_a_circle() {
    let checks = |get: &Get| match get.cookies.contains("observed=1") {
        true => answer(200, "ok"),
        false => with(to(302, "/"), "set-cookie", "observed=1; Path=/"),
    };
    assert_eq!(opened(checks).await, Verdict::Works);
    let never = |_: &Get| with(to(302, "/"), "set-cookie", "observed=1; Path=/");
    assert_eq!(astray(&opened(never).await), Some(Redirect::Circle));
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    let steps = |last: usize| {
        move |get: &Get| {
            let at: usize = get.path[1..].parse().unwrap_or(0);
            if at == last {
                answer(200, "there")
            } else {
                to(302, &format!("/{}", at + 1))
            }
        }
    };
    assert_eq!(opened(steps(5)).await, Verdict::Works);
    assert_eq!(astray(&opened(steps(6)).await), Some(Redirect::TooMany));
    let between = |get: &Get| to(302, if get.path == "/" { "/a" } else { "/" });
    assert_eq!(astray(&opened(between).await), Some(Redirect::Circle));
}

#[tokio::test]
async fn a_page_that_refreshes_to_localhost_is_a_redirect_there() {
    let page = |target: &str| format!(r#"<meta http-equiv="refresh" content="0; url={target}">"#);
    let local = page("http://localhost:3000/");
    let verdict = opened(|_| answer(200, &local)).await;
    assert_eq!(astray(&verdict), Some(Redirect::Localhost));
    let header = opened(|_| with(answer(200, ""), "refresh", "0; url=http://app:3000/")).await;
    assert_eq!(astray(&header), Some(Redirect::Container));
    let itself = page("/");
    assert_eq!(opened(|_| answer(200, &itself)).await, Verdict::Works);
    let further = page("/home");
    let checked = under(HOST, true, None, |get| match &*get.path {
        "/" => answer(200, &further),
        _ => answer(404, "no"),
    });
    assert_eq!(code(&checked.await.verdict), "app_not_found");
}

#[tokio::test]
async fn a_page_that_loads_from_localhost_is_limited() {
    let page = r#"<script type="module" src="http://localhost:5173/@vite/client"></script>"#;
    let verdict = opened(|_| answer(200, page)).await;
    assert_eq!(code(&verdict), "app_assets");
    assert!(matches!(verdict, Verdict::Limited(_)));
    let here = under("localhost:8080", false, None, |_| answer(200, page)).await;
    assert_eq!(here.verdict, Verdict::Works, "on this machine it loads");
}

#[tokio::test]
async fn a_slow_page_is_limited_and_says_how_slow() {
    let slow = |took| {
        move |_: &Get| Answer {
            took: Duration::from_millis(took),
            ..answer(200, "ok")
        }
    };
    assert_eq!(opened(slow(3_000)).await, Verdict::Works);
    let took = Duration::from_millis(3_500);
    let limited = Verdict::Limited(AppFault::SlowPage { took });
    assert_eq!(opened(slow(3_500)).await, limited);
}

#[tokio::test]
async fn a_root_that_is_404_is_limited_where_the_health_path_works() {
    let portal = |get: &Get| match get.path.starts_with("/portal") {
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
    assert_eq!(verdict, Verdict::Limited(limited));
    let none = under(HOST, true, Some("/health"), portal).await.verdict;
    assert_eq!(code(&none), "app_not_found");
    assert_eq!(code(&opened(portal).await), "app_not_found");
}

/// Before there is a public name, what depends on it is not decided.
#[tokio::test]
async fn on_this_machine_its_own_address_is_the_page() {
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
