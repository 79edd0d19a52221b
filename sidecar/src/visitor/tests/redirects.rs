//! Tests of redirects: which are followed, and which are faults.

use super::*;

#[tokio::test]
async fn a_redirect_on_the_host_is_followed_as_by_a_browser() {
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
            assert_eq!(checked.verdict, PageVerdict::Works, "{status} {target}");
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
async fn a_redirect_that_visitors_cannot_follow_is_named_with_its_setting() {
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
        assert_eq!(
            unreachable_target(&verdict),
            Some(kind),
            "{target}: {verdict:?}"
        );
        let PageVerdict::Broken(AppFault::Redirect {
            target, setting, ..
        }) = verdict
        else {
            unreachable!()
        };
        assert!(!target.is_empty() && !setting.is_empty(), "{target}");
    }
    let nextauth = opened(|_| to(307, "http://localhost:3000/api/auth/signin")).await;
    let PageVerdict::Broken(AppFault::Redirect { setting, .. }) = nextauth else {
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
        let PageVerdict::Broken(AppFault::Redirect { setting, .. }) = verdict else {
            panic!("{verdict:?}")
        };
        assert!(setting.contains(part), "{setting}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_quick_tunnel_is_limited() {
    let verdict = redirected(302, "https://long-ago.trycloudflare.com/")
        .await
        .verdict;
    assert_eq!(code(&verdict), "app_redirects_to_old_address");
    assert!(matches!(verdict, PageVerdict::Limited(_)), "{verdict:?}");
}

#[tokio::test]
async fn a_login_elsewhere_works_and_is_named_with_its_callback() {
    let sign_in = format!(
        "https://accounts.example.com/auth?client_id=x&redirect_uri=https%3A%2F%2F{HOST}%2Fcallback%3Fstate%3DSECRET"
    );
    let checked = redirected(302, &sign_in).await;
    assert_eq!(checked.verdict, PageVerdict::Works);
    let observed = format!("302 https://accounts.example.com (callback https://{HOST}/callback)");
    assert_eq!(checked.observed, observed);
    for back in [
        "http%3A%2F%2Flocalhost%3A3000%2Fcb",
        "https%3A%2F%2Fold-one.trycloudflare.com%2Fcb",
    ] {
        let sign_in = format!("https://accounts.example.com/auth?redirect_uri={back}");
        let verdict = redirected(302, &sign_in).await.verdict;
        assert_eq!(code(&verdict), "app_callback", "{back}");
        assert!(matches!(verdict, PageVerdict::Limited(_)));
    }
}

#[tokio::test]
async fn cookies_of_redirects_end_a_loop() {
    let checks = |get: &PageRequest| match get.cookies.contains("visited=1") {
        true => answer(200, "ok"),
        false => with(to(302, "/"), "set-cookie", "visited=1; Path=/"),
    };
    assert_eq!(opened(checks).await, PageVerdict::Works);
    let never = |_: &PageRequest| with(to(302, "/"), "set-cookie", "visited=1; Path=/");
    assert_eq!(
        unreachable_target(&opened(never).await),
        Some(Redirect::Circle)
    );
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    let steps = |last: usize| {
        move |get: &PageRequest| {
            let at: usize = get.path[1..].parse().unwrap_or(0);
            if at == last {
                answer(200, "there")
            } else {
                to(302, &format!("/{}", at + 1))
            }
        }
    };
    assert_eq!(opened(steps(5)).await, PageVerdict::Works);
    assert_eq!(
        unreachable_target(&opened(steps(6)).await),
        Some(Redirect::TooMany)
    );
    let between = |get: &PageRequest| to(302, if get.path == "/" { "/a" } else { "/" });
    assert_eq!(
        unreachable_target(&opened(between).await),
        Some(Redirect::Circle)
    );
}

#[tokio::test]
async fn a_page_that_refreshes_to_localhost_is_a_redirect_there() {
    let page = |target: &str| format!(r#"<meta http-equiv="refresh" content="0; url={target}">"#);
    let local = page("http://localhost:3000/");
    let verdict = opened(|_| answer(200, &local)).await;
    assert_eq!(unreachable_target(&verdict), Some(Redirect::Localhost));
    let header = opened(|_| with(answer(200, ""), "refresh", "0; url=http://app:3000/")).await;
    assert_eq!(unreachable_target(&header), Some(Redirect::Container));
    let itself = page("/");
    assert_eq!(opened(|_| answer(200, &itself)).await, PageVerdict::Works);
    let further = page("/home");
    let checked = under(HOST, true, None, |get| match &*get.path {
        "/" => answer(200, &further),
        _ => answer(404, "no"),
    });
    assert_eq!(code(&checked.await.verdict), "app_not_found");
}
