//! Under which names the public listener answers, and which pages may read it: what a browser itself allows other
//! sites on localhost, a script and a WebSocket, is refused here.

use reqwest::StatusCode;
use reqwest::header::{HOST, HeaderName, ORIGIN};
use tokio_tungstenite::tungstenite::Error as Refused;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::harness::{QUICK, Sidecar, json_of, status_of};
use sidelink_core::Event;

const OLD: &str = "river-fable-harbor-kettle.trycloudflare.com";
const LISTED: &str = "https://listed.example";
const LOCAL: [&str; 4] = [
    "localhost:8080",
    "127.0.0.1:9090",
    "[::1]:80",
    "shop.localhost",
];
/// What devices of the local network send, with `compose/lan.yaml`.
const LAN: [&str; 5] = [
    "192.168.1.20:8080",
    "10.0.0.5",
    "172.20.10.2:8080",
    "100.64.0.7:8080",
    "studio.local:8080",
];
/// From the gateway's port on this machine, and from the one for tunnels.
const HTTP: (&str, &str) = ("x-forwarded-proto", "http");
const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");
const PATHS: [&str; 3] = ["/runtime-config.js", "/runtime-config", "/status"];

async fn stack() -> Sidecar {
    let sidecar = Sidecar::starts_allowing(LISTED).await;
    sidecar
        .hostnames
        .record(OLD, sidecar.clock.now().unix_ms - 3_600_000);
    sidecar.is_ready();
    sidecar
}

async fn asked(sidecar: &Sidecar, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = sidecar.get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    status_of(request).await
}

async fn follows(sidecar: &Sidecar, headers: &[(&str, &str)]) -> StatusCode {
    let uri = format!("ws://{}/runtime-config/ws", sidecar.public);
    let mut request = uri.into_client_request().expect("a request");
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a name");
        let value = value.parse().expect("a value");
        request.headers_mut().insert(name, value);
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
        Err(Refused::Http(answer)) => answer.status(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn on_this_machine_no_other_sites_page_reads_anything() {
    let sidecar = stack().await;
    for host in LOCAL {
        for sent in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:5173"),
            ("origin", &format!("https://{OLD}")),
        ] {
            for path in PATHS {
                let status = asked(&sidecar, path, &[("host", host), sent]).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path} at {host}: {sent:?}");
            }
            let status = follows(&sidecar, &[("host", host), sent]).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "ws at {host}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn on_this_machine_own_and_listed_pages_may_read() {
    let sidecar = stack().await;
    for host in LOCAL {
        let own = format!("http://{host}");
        let proxied = [
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://localhost:5173"),
        ];
        for sent in [
            &[][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin")],
            &[("origin", &own)],
            &proxied,
            &[("origin", LISTED), ("sec-fetch-site", "cross-site")],
        ] {
            let headers = [&[("host", host)], sent].concat();
            for path in PATHS {
                let status = asked(&sidecar, path, &headers).await;
                assert_eq!(status, StatusCode::OK, "{path} at {host}: {sent:?}");
            }
            let status = follows(&sidecar, &headers).await;
            assert_eq!(status, StatusCode::SWITCHING_PROTOCOLS, "{host}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn in_public_a_websocket_is_for_this_stacks_pages() {
    let sidecar = stack().await;
    for (origin, status) in [
        (format!("https://{QUICK}"), StatusCode::SWITCHING_PROTOCOLS),
        (format!("https://{OLD}"), StatusCode::SWITCHING_PROTOCOLS),
        (LISTED.to_owned(), StatusCode::SWITCHING_PROTOCOLS),
        ("https://evil.example".to_owned(), StatusCode::FORBIDDEN),
        ("null".to_owned(), StatusCode::FORBIDDEN),
        (
            format!("https://{QUICK}.evil.example"),
            StatusCode::FORBIDDEN,
        ),
    ] {
        let received = follows(&sidecar, &[("host", QUICK), ("origin", &origin)]).await;
        assert_eq!(received, status, "{origin}");
    }
    let program = follows(&sidecar, &[("host", QUICK)]).await;
    assert_eq!(program, StatusCode::SWITCHING_PROTOCOLS);
}

#[tokio::test]
async fn under_a_foreign_name_nothing_is_served() {
    let sidecar = stack().await;
    for host in [
        "evil.example",
        "evil.example:8787",
        "172.18.0.5:8787",
        "localhost.evil.example",
        "sidecar.evil.example",
        &format!("{QUICK}.evil.example"),
    ] {
        for path in PATHS.into_iter().chain(["/links/any"]) {
            let status = asked(&sidecar, path, &[("host", host)]).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path} at {host}");
        }
        let received = follows(&sidecar, &[("host", host)]).await;
        assert_eq!(received, StatusCode::MISDIRECTED_REQUEST, "{host}");
        for path in ["/healthz", "/readyz"] {
            let status = asked(&sidecar, path, &[("host", host)]).await;
            assert_eq!(status, StatusCode::OK, "{path} at {host}");
        }
    }
    for host in [
        QUICK,
        OLD,
        "sidecar:8787",
        "listed.example",
        &QUICK.to_uppercase(),
    ] {
        let status = asked(&sidecar, "/status", &[("host", host)]).await;
        assert_eq!(status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_listed_page_may_read_the_answer_and_no_page_runs_it_as_a_script() {
    let sidecar = stack().await;
    for host in [QUICK, "localhost:8080"] {
        let request = sidecar.get("/runtime-config").header(HOST, host);
        let answer = request
            .header(ORIGIN, LISTED)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.headers()["access-control-allow-origin"], LISTED);
    }
    for path in ["/runtime-config", "/runtime-config.js"] {
        let answer = sidecar.get(path).send().await.expect("an answer");
        assert_eq!(
            answer.headers()["cross-origin-resource-policy"],
            "same-origin"
        );
    }
}

#[tokio::test]
async fn the_origin_follows_the_host_of_the_request() {
    let sidecar = stack().await;
    for host in LOCAL {
        let document = json_of(sidecar.get("/runtime-config").header(HOST, host)).await;
        assert_eq!(document["origin"], format!("http://{host}"));
        assert_eq!(document["livekitUrl"], format!("ws://{host}"));
    }
}

async fn on_lan() -> Sidecar {
    let sidecar = Sidecar::starts_on_lan().await;
    sidecar
        .hostnames
        .record(OLD, sidecar.clock.now().unix_ms - 3_600_000);
    sidecar.is_ready();
    sidecar
}

#[tokio::test]
async fn without_the_setting_no_name_of_the_local_network_is_the_stacks() {
    let sidecar = stack().await;
    for host in LAN {
        for path in PATHS {
            let status = asked(&sidecar, path, &[("host", host), HTTP]).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path} at {host}");
        }
    }
}

#[tokio::test]
async fn on_the_local_network_own_pages_may_read() {
    let sidecar = on_lan().await;
    for host in LAN {
        let own = format!("http://{host}");
        for sent in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("origin", &*own)],
        ] {
            let headers = [&[("host", host), HTTP], sent].concat();
            for path in PATHS {
                let status = asked(&sidecar, path, &headers).await;
                assert_eq!(status, StatusCode::OK, "{path} at {host}: {sent:?}");
            }
            let status = follows(&sidecar, &headers).await;
            assert_eq!(status, StatusCode::SWITCHING_PROTOCOLS, "{host}: {sent:?}");
        }
        let request = sidecar.get("/runtime-config").header(HOST, host);
        let document = json_of(request.header(HTTP.0, HTTP.1)).await;
        assert_eq!(document["origin"], own);
        assert_eq!(document["livekitUrl"], format!("ws://{host}"));
        assert_eq!(document["publicUrl"], format!("https://{QUICK}"));
    }
}

#[tokio::test]
async fn on_the_local_network_no_other_sites_page_reads_anything() {
    let sidecar = on_lan().await;
    for host in LAN {
        for sent in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
            ("origin", "http://192.168.1.66:8080"),
            ("origin", "null"),
            ("origin", &format!("https://{OLD}")),
        ] {
            let headers = [("host", host), HTTP, sent];
            for path in PATHS {
                let status = asked(&sidecar, path, &headers).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path} at {host}: {sent:?}");
            }
            let status = follows(&sidecar, &headers).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "ws at {host}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn on_the_local_network_every_other_name_is_refused() {
    let sidecar = on_lan().await;
    for host in [
        "evil.example:8080",
        "192.168.1.20.nip.io:8080",
        "studio.local.evil.example",
        "203.0.113.9:8080",
    ] {
        let status = asked(&sidecar, "/status", &[("host", host), HTTP]).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    for host in LAN {
        for sent in [&[("host", host), HTTPS][..], &[("host", host)]] {
            let status = asked(&sidecar, "/status", sent).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}: {sent:?}");
        }
        let control = sidecar.control("/").header(HTTP.0, HTTP.1);
        let mut request = control.build().expect("a request");
        let name = host.parse().expect("a value");
        request.headers_mut().insert(HOST, name);
        let answer = sidecar.client.execute(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
}

#[tokio::test]
async fn the_address_that_a_visitor_used_is_reported_once() {
    let mut sidecar = on_lan().await;
    for path in ["/readyz", "/status", "/status"] {
        asked(&sidecar, path, &[("host", "192.168.1.20:8080"), HTTP]).await;
    }
    asked(&sidecar, "/status", &[("host", "localhost:8080"), HTTP]).await;
    let mut visited = Vec::new();
    while let Ok(event) = sidecar.events.try_recv() {
        match event {
            Event::LanVisited(address) => visited.push(address.to_string()),
            Event::Noticed(notice) => panic!("{notice:?}"),
            _ => {}
        }
    }
    assert_eq!(visited, ["192.168.1.20"]);
}
