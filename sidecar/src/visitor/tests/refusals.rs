//! Tests of refusals of a host name, with the frameworks' texts.

use super::*;

/// Status, body, and the beginning of the setting.
#[rustfmt::skip]
const REFUSED: &[(u16, &str, &str)] = &[
    (400, "<title>DisallowedHost at /</title><pre class=\"exception_value\">Invalid HTTP_HOST header: &#x27;cabin-north.trycloudflare.com&#x27;. You may need to add it to ALLOWED_HOSTS.</pre>", "Django: ALLOWED_HOSTS = [\".trycloudflare.com\"]"),
    (400, "Invalid HTTP_HOST header: 'x'. You may need to add it to ALLOWED_HOSTS.", "Django"),
    (400, "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Bad Request (400)</title>\n</head>\n<body>\n  <h1>Bad Request (400)</h1><p></p>\n</body>\n</html>\n", "Django"),
    (403, "<header><h1>Blocked hosts: cabin-north.trycloudflare.com</h1></header><h2>To allow requests to these hosts, make sure they are valid hostnames, then add the following to your environment configuration:</h2><pre>config.hosts &lt;&lt; &quot;x&quot;</pre>", "Rails: config.hosts << \".trycloudflare.com\""),
    (403, "Blocked host: x", "Rails"),
    (403, "Host not permitted", "Sinatra"),
    (403, "Blocked request. This host (\"x\") is not allowed.\nTo allow this host, add \"x\" to `server.allowedHosts` in vite.config.js.", "Vite: server.allowedHosts: [\".trycloudflare.com\"]"),
    (403, "Blocked request. This host (\"x\") is not allowed.\nTo allow this host, add \"x\" to `preview.allowedHosts` in vite.config.js.", "Vite: preview.allowedHosts"),
    (403, "Blocked request. This host (\"x\") is not allowed.\nTo allow this host, add \"x\" to allowedHosts under the serve target in angular.json.", "angular.json"),
    (400, "URL with hostname \"x\" is not allowed.", "Angular SSR"),
    (200, "Invalid Host header", "webpack-dev-server"),
    (403, "Invalid Host header", "webpack-dev-server"),
    (400, "Invalid host header", "Starlette, FastAPI"),
    (421, "Invalid Host header", "allowed_hosts"),
    (400, "<h1>Bad Request</h1><p>Host &#39;x&#39; is not trusted.</p>", "Flask"),
    (400, "Untrusted Host \"x\".", "Symfony"),
    (404, "{\"message\":\"Bad hostname provided.\"}", "Laravel"),
    (400, "The provided host name is not valid for this server.", "Drupal"),
    (500, "The current host header value does not match the configured trusted hosts pattern! Check $GLOBALS['TYPO3_CONF_VARS']['SYS']['trustedHostsPattern']", "TYPO3"),
    (400, "<h2>Access through untrusted domain</h2>", "Nextcloud"),
    (400, "<BODY><h2>Bad Request - Invalid Hostname</h2>\r\n<hr><p>HTTP Error 400. The request hostname is invalid.</p>\r\n</BODY>", "ASP.NET Core: \"AllowedHosts\": \".trycloudflare.com\""),
    (400, "The request was rejected because the domain x is untrusted.", "Spring Security"),
    (400, "Host not allowed: x", "Play"),
    (403, "Host check error", "Syncthing"),
    (403, "unknown host", ".trycloudflare.com"),
];

#[tokio::test]
async fn each_refusal_is_recognized_with_its_setting() {
    for (status, body, begins) in REFUSED {
        let verdict = opened(|_| answer(*status, body)).await;
        let PageVerdict::Broken(AppFault::HostRefused { host, setting, .. }) = verdict else {
            panic!("{status} {body}: {verdict:?}")
        };
        assert_eq!(host, HOST);
        assert!(setting.starts_with(begins), "{body}: {setting}");
    }
}

#[tokio::test]
async fn a_page_may_contain_the_text_of_a_refusal() {
    for (status, body) in [
        (
            200,
            "How to fix \"Invalid Host header\" in webpack-dev-server: a long article, which goes on and on, and on and on and on.",
        ),
        (200, "Invalid HTTP_HOST header"),
        (401, "Host not permitted"),
    ] {
        let verdict = opened(|_| answer(status, body)).await;
        assert_eq!(verdict, PageVerdict::Works, "{body}");
    }
}

#[tokio::test]
async fn a_stable_name_is_allowed_without_its_suffix() {
    let refused = |_: &PageRequest| answer(403, "Blocked hosts: radio.example.org");
    let verdict = under("radio.example.org", true, None, refused)
        .await
        .verdict;
    let PageVerdict::Broken(AppFault::HostRefused { setting, .. }) = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(setting, "Rails: config.hosts << \"radio.example.org\"");
}
