//! Tests how many requests a renewal sends to an app with many redirects.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::*;
use crate::visitor::recheck::{KnownRedirects, recheck};

/// Time after which all redirects are followed again.
const MAX_REPLAY_AGE: Duration = Duration::from_secs(150);

/// Redirects from `/` to `/1` and on to a page that requires the cookie of `/1`.
struct App {
    redirects: usize,
    /// Current value of the cookie, which `/1` sets and the page requires.
    cookie: AtomicUsize,
    /// Whether a cookie is valid only once.
    once: bool,
    /// Target of the first redirect.
    first: &'static str,
}

impl App {
    fn with(redirects: usize) -> Self {
        Self {
            redirects,
            cookie: AtomicUsize::new(0),
            once: false,
            first: "/1",
        }
    }

    fn answers(&self, get: &PageRequest) -> PageResponse {
        let at = match &*get.path {
            "/" => return to(302, self.first),
            "/other" => return to(307, "/1"),
            "/page" => return self.page(get),
            path => path[1..].parse::<usize>().expect("a number"),
        };
        let next = match at + 1 < self.redirects {
            true => format!("/{}", at + 1),
            false => "/page".to_owned(),
        };
        let cookie = format!("s={}", self.cookie.load(Relaxed));
        match at {
            1 => with(to(302, &next), "set-cookie", &cookie),
            _ => to(302, &next),
        }
    }

    fn page(&self, get: &PageRequest) -> PageResponse {
        let is_valid = get.cookies == format!("s={}", self.cookie.load(Relaxed));
        if self.once {
            self.cookie.fetch_add(1, Relaxed);
        }
        match is_valid {
            true => answer(200, "<title>Shop</title>"),
            false => to(302, "/"),
        }
    }
}

/// Opens the page and returns the number of requests.
async fn requests(app: &App, known: &KnownRedirects, follow_all: bool) -> usize {
    let recent = RecentHostnames::default();
    let visit = VisitTarget {
        host: HOST,
        is_public: true,
        services: &[],
        recent: &recent,
        now: NOW,
    };
    let site = Site {
        answers: |get: &PageRequest| app.answers(get),
        requested: Mutex::default(),
    };
    let checked = recheck(&site, &visit, "/", None, known, follow_all).await;
    let checked = checked.expect("always answers");
    assert_eq!(checked.verdict, PageVerdict::Works, "{}", checked.observed);
    let hops = checked.observed.split(", ").count();
    let other = usize::from(app.first == "/other");
    assert_eq!(hops, app.redirects + other + 1, "{}", checked.observed);
    site.requested.into_inner().expect("no panic").len()
}

#[tokio::test(start_paused = true)]
async fn only_the_first_and_the_last_answer_are_requested() {
    for redirects in [3, 4, 5] {
        let (app, known) = (App::with(redirects), KnownRedirects::default());
        assert_eq!(requests(&app, &known, true).await, redirects + 1);
        for _ in 0..3 {
            assert_eq!(requests(&app, &known, false).await, 2);
        }
        assert_eq!(requests(&app, &known, true).await, redirects + 1, "forced");
        tokio::time::advance(MAX_REPLAY_AGE - Duration::from_secs(1)).await;
        assert_eq!(requests(&app, &known, false).await, 2);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(
            requests(&app, &known, false).await,
            redirects + 1,
            "in time"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn two_redirects_are_all_followed() {
    let (app, known) = (App::with(2), KnownRedirects::default());
    for _ in 0..3 {
        assert_eq!(requests(&app, &known, false).await, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn another_first_redirect_discards_the_known_ones() {
    let (mut app, known) = (App::with(4), KnownRedirects::default());
    requests(&app, &known, true).await;
    app.first = "/other";
    assert_eq!(requests(&app, &known, false).await, 6);
    assert_eq!(requests(&app, &known, false).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_expired_cookie_costs_all_redirects_once_more() {
    let (app, known) = (App::with(4), KnownRedirects::default());
    requests(&app, &known, true).await;
    app.cookie.fetch_add(1, Relaxed);
    assert!(requests(&app, &known, false).await > 5);
    assert_eq!(
        requests(&app, &known, false).await,
        5,
        "not replayed again so soon"
    );
    tokio::time::advance(MAX_REPLAY_AGE).await;
    assert_eq!(requests(&app, &known, false).await, 5);
    assert_eq!(requests(&app, &known, false).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_app_with_single_use_cookies_has_all_redirects_followed() {
    let mut app = App::with(3);
    app.once = true;
    let known = KnownRedirects::default();
    assert_eq!(requests(&app, &known, true).await, 4);
    requests(&app, &known, false).await;
    for _ in 0..5 {
        assert_eq!(requests(&app, &known, false).await, 4);
    }
}
