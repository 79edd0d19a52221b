//! The dashboard's way in, and who does not get in by it.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use reqwest::{Method, StatusCode};
use tokio_tungstenite::tungstenite::Message;

use super::harness::{QUICK, Sidecar, TOKEN, json_of, status_of};

#[tokio::test]
async fn a_login_link_opens_the_dashboard_once() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let link = json_of(sidecar.asks(Method::POST, "/dashboard/code")).await;
    let path = link["url"]
        .as_str()
        .and_then(|url| url.split_once("18788"))
        .expect("a link")
        .1;
    let looked_at = sidecar
        .client
        .head(format!("http://{}{path}", sidecar.control))
        .header(HOST, "localhost:8788");
    assert_eq!(status_of(looked_at).await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        status_of(sidecar.control(path)).await,
        StatusCode::SEE_OTHER
    );
    let again = sidecar.control(path).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::FORBIDDEN);
    assert!(again.headers().get("set-cookie").is_none());

    let session = sidecar.signs_in().await;
    let status = json_of(sidecar.page_asks(Method::GET, "/status", &session)).await;
    assert_eq!(status["publicUrl"], format!("https://{QUICK}"));
    let received = json_of(sidecar.page_asks(Method::GET, "/session", &session)).await;
    assert_eq!(received["signedIn"], true);
    assert_eq!(
        json_of(sidecar.control("/session")).await["signedIn"],
        false
    );
}

#[tokio::test]
async fn invalid_codes_and_sessions_are_refused() {
    let sidecar = Sidecar::starts().await;
    for path in [
        "/login",
        "/login?code=",
        "/login?code=0",
        "/login?code=%00&code=1",
    ] {
        assert_eq!(
            status_of(sidecar.control(path)).await,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    for session in ["", TOKEN, "0000", "a b\"c"] {
        let asked = sidecar.page_asks(Method::GET, "/status", session);
        assert_eq!(status_of(asked).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_session_makes_no_codes_and_no_livekit_tokens() {
    let sidecar = Sidecar::starts().await;
    let session = sidecar.signs_in().await;
    for path in ["/dashboard/code", "/livekit-token"] {
        let asked = sidecar.page_asks(Method::POST, path, &session);
        assert_eq!(status_of(asked).await, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// A cookie goes to every port of a name, so a page on localhost:8080 may send it along.
#[tokio::test]
async fn with_a_cookie_only_the_own_page_may_change_something() {
    let sidecar = Sidecar::starts().await;
    let session = sidecar.signs_in().await;
    let posts = |path: &str| {
        sidecar
            .client
            .post(format!("http://{}{path}", sidecar.control))
            .header(HOST, "localhost:8788")
            .header(COOKIE, format!("sidelink_session={session}"))
    };
    for path in [
        "/tunnel/wake",
        "/verify",
        "/services/app/restart",
        "/logout",
    ] {
        for asked in [
            posts(path),
            posts(path).header("sec-fetch-site", "same-site"),
            posts(path).header("sec-fetch-site", "cross-site"),
            posts(path).header(ORIGIN, "http://localhost:8080"),
            posts(path)
                .header(ORIGIN, "http://localhost:8080")
                .header("sec-fetch-site", "same-origin"),
            posts(path).header(ORIGIN, "null"),
        ] {
            assert_eq!(status_of(asked).await, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let own = posts("/tunnel/wake").header("sec-fetch-site", "same-origin");
    assert_eq!(status_of(own).await, StatusCode::ACCEPTED);
    let own = posts("/tunnel/wake").header(ORIGIN, "http://localhost:8788");
    assert_eq!(status_of(own).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_logout_ends_the_session_and_its_streams() {
    let sidecar = Sidecar::starts().await;
    let session = sidecar.signs_in().await;
    let other = sidecar.signs_in().await;
    let cookie = |session: &str| format!("sidelink_session={session}");
    let follows = async |session: &str| {
        let mut socket = sidecar
            .follows(("Cookie", &cookie(session)))
            .await
            .expect("upgrades");
        let first = socket.next().await.expect("open").expect("a message");
        assert!(first.is_text(), "{first:?}");
        socket
    };
    let mut mine = follows(&session).await;
    let mut others = follows(&other).await;
    let long = "/status?after=9000000000000&wait=60s";
    let mut awaited = tokio::spawn(status_of(sidecar.page_asks(Method::GET, long, &session)));
    let held = tokio::time::timeout(Duration::from_millis(200), &mut awaited).await;
    assert!(held.is_err(), "a long poll is held: {held:?}");
    let out = sidecar.page_asks(Method::POST, "/logout", &session);
    assert_eq!(json_of(out).await["signedIn"], false);
    assert!(matches!(mine.next().await, Some(Ok(Message::Close(_)))));
    assert_eq!(awaited.await.expect("ran"), StatusCode::UNAUTHORIZED);
    let asked = sidecar.page_asks(Method::GET, "/status", &session);
    assert_eq!(status_of(asked).await, StatusCode::UNAUTHORIZED);
    sidecar.is_ready();
    let event = others.next().await.expect("open").expect("a message");
    assert!(event.into_text().expect("text").contains(QUICK));
}

#[tokio::test]
async fn other_names_and_origins_are_refused() {
    let sidecar = Sidecar::starts().await;
    let bearer = format!("Bearer {TOKEN}");
    for path in [
        "/",
        "/dashboard.js",
        "/session",
        "/login?code=1",
        "/openapi.json",
        "/status/ws",
        "/doctor",
    ] {
        let asked = |host: &str| {
            sidecar
                .client
                .get(format!("http://{}{path}", sidecar.control))
                .header(HOST, host)
                .header(AUTHORIZATION, &bearer)
        };
        assert_eq!(
            status_of(asked("rebound.example")).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{path}"
        );
        let foreign = asked("localhost:8788").header(ORIGIN, "https://evil.example");
        assert_eq!(status_of(foreign).await, StatusCode::FORBIDDEN, "{path}");
    }
}
