//! An app that redirects often, opened again: how often it is asked.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::*;
use crate::visitor::again::{LatestWay, check_again};

/// All redirects are followed again after so long.
const WHOLE: Duration = Duration::from_secs(150);

/// `/`, then `/1` to `/last`, and a page that shows itself to whoever has the cookie of `/1`.
struct App {
    redirects: usize,
    /// The value that the page takes; each opening of `/1` hands out this one.
    cookie: AtomicUsize,
    /// A cookie is good once.
    once: bool,
    /// Which page the first redirect leads to.
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

    fn answers(&self, get: &Get) -> Answer {
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

    fn page(&self, get: &Get) -> Answer {
        let good = get.cookies == format!("s={}", self.cookie.load(Relaxed));
        if self.once {
            self.cookie.fetch_add(1, Relaxed);
        }
        match good {
            true => answer(200, "<title>Shop</title>"),
            false => to(302, "/"),
        }
    }
}

/// Opens it and returns how often it was asked.
async fn opens(app: &App, latest: &LatestWay, whole: bool) -> usize {
    let recent = Hostnames::default();
    let place = Place {
        host: HOST,
        is_public: true,
        services: &[],
        recent: &recent,
        now: NOW,
    };
    let site = Site {
        answers: |get: &Get| app.answers(get),
        asked: Mutex::default(),
    };
    let checked = check_again(&site, &place, "/", None, latest, whole).await;
    let checked = checked.expect("always answers");
    assert_eq!(checked.verdict, Verdict::Works, "{}", checked.observed);
    let hops = checked.observed.split(", ").count();
    let other = usize::from(app.first == "/other");
    assert_eq!(hops, app.redirects + other + 1, "{}", checked.observed);
    site.asked.into_inner().expect("no panic").len()
}

#[tokio::test(start_paused = true)]
async fn its_first_answer_and_its_last_are_asked_for() {
    for redirects in [3, 4, 5] {
        let (app, latest) = (App::with(redirects), LatestWay::default());
        assert_eq!(opens(&app, &latest, true).await, redirects + 1);
        for _ in 0..3 {
            assert_eq!(opens(&app, &latest, false).await, 2);
        }
        assert_eq!(opens(&app, &latest, true).await, redirects + 1, "asked for");
        tokio::time::advance(WHOLE - Duration::from_secs(1)).await;
        assert_eq!(opens(&app, &latest, false).await, 2);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(opens(&app, &latest, false).await, redirects + 1, "in time");
    }
}

#[tokio::test(start_paused = true)]
async fn two_redirects_are_all_followed() {
    let (app, latest) = (App::with(2), LatestWay::default());
    for _ in 0..3 {
        assert_eq!(opens(&app, &latest, false).await, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_redirect_to_elsewhere_is_another_way() {
    let (mut app, latest) = (App::with(4), LatestWay::default());
    opens(&app, &latest, true).await;
    app.first = "/other";
    assert_eq!(opens(&app, &latest, false).await, 6);
    assert_eq!(opens(&app, &latest, false).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_cookie_that_has_expired_costs_one_whole_way_more() {
    let (app, latest) = (App::with(4), LatestWay::default());
    opens(&app, &latest, true).await;
    app.cookie.fetch_add(1, Relaxed);
    assert!(opens(&app, &latest, false).await > 5);
    assert_eq!(
        opens(&app, &latest, false).await,
        5,
        "not tried again so soon"
    );
    tokio::time::advance(WHOLE).await;
    assert_eq!(opens(&app, &latest, false).await, 5);
    assert_eq!(opens(&app, &latest, false).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_app_whose_cookies_are_good_once_is_opened_the_whole_way() {
    let mut app = App::with(3);
    app.once = true;
    let latest = LatestWay::default();
    assert_eq!(opens(&app, &latest, true).await, 4);
    opens(&app, &latest, false).await;
    for _ in 0..5 {
        assert_eq!(opens(&app, &latest, false).await, 4);
    }
}
