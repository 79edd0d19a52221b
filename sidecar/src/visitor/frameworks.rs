//! Recognizes frameworks: their refusals of a host name, and the settings for their own address.

use super::response::PageResponse;
use sidelink_core::QUICK_TUNNEL_SUFFIX;

/// A refusal of a host name, with one of these statuses and all of these texts in the body.
struct HostRefusal {
    statuses: &'static [u16],
    /// In lower case.
    texts: &'static [&'static str],
    /// Setting to change; `{}` stands for the name to allow.
    setting: &'static str,
}

const fn refusal(
    statuses: &'static [u16],
    texts: &'static [&'static str],
    setting: &'static str,
) -> HostRefusal {
    HostRefusal {
        statuses,
        texts,
        setting,
    }
}

/// Refusals as in the frameworks' sources; the first match counts.
#[rustfmt::skip]
const REFUSALS: &[HostRefusal] = &[
    // Django; without DEBUG its page has only this title.
    refusal(&[400], &["invalid http_host header"], "Django: ALLOWED_HOSTS = [\"{}\"]"),
    refusal(&[400], &["disallowedhost"], "Django: ALLOWED_HOSTS = [\"{}\"]"),
    refusal(&[400], &["<title>bad request (400)</title>", "<h1>bad request (400)</h1>"], "Django: ALLOWED_HOSTS = [\"{}\"]"),
    // Rails, `config.hosts`: "Blocked hosts: x", "Blocked host: x".
    refusal(&[403], &["blocked host"], "Rails: config.hosts << \"{}\""),
    // Sinatra 4.1 and others on rack-protection.
    refusal(&[403], &["host not permitted"], "Sinatra: set :host_authorization, permitted_hosts: [\"{}\"]"),
    // Angular's development server is Vite's with another text.
    refusal(&[403], &["blocked request", "this host", "is not allowed", "angular.json"], "angular.json: serve.options.allowedHosts: [\"{}\"]"),
    refusal(&[403], &["blocked request", "this host", "is not allowed", "preview.allowedhosts"], "Vite: preview.allowedHosts: [\"{}\"]"),
    refusal(&[403], &["blocked request", "this host", "is not allowed"], "Vite: server.allowedHosts: [\"{}\"]"),
    refusal(&[400, 500], &["url with hostname", "is not allowed"], "Angular SSR: allowedHosts: [\"{}\"]"),
    // webpack-dev-server 4 answers with 200: Vue CLI, Create React App, older Angular.
    refusal(&[421], &["invalid host header"], "allowed_hosts: [\"{}\"] (MCP: TransportSecuritySettings)"),
    refusal(&[400], &["invalid host header"], "Starlette, FastAPI: TrustedHostMiddleware(allowed_hosts=[\"{}\"])"),
    refusal(&[200, 403], &["invalid host header"], "webpack-dev-server: devServer.allowedHosts: [\"{}\"]"),
    // Flask and Werkzeug: "Host 'x' is not trusted."
    refusal(&[400], &["host ", "is not trusted"], "Flask: TRUSTED_HOSTS = [\"{}\"]"),
    refusal(&[400, 404, 500], &["untrusted host"], "Symfony: framework.trusted_hosts"),
    refusal(&[400, 404], &["bad hostname provided"], "Laravel: TrustHosts, APP_URL"),
    refusal(&[400], &["the provided host name is not valid for this server"], "Drupal: $settings['trusted_host_patterns']"),
    refusal(&[400, 500], &["trustedhostspattern"], "TYPO3: $GLOBALS['TYPO3_CONF_VARS']['SYS']['trustedHostsPattern']"),
    refusal(&[400], &["access through untrusted domain"], "Nextcloud: trusted_domains"),
    refusal(&[400], &["trusted_domains"], "Nextcloud: trusted_domains"),
    refusal(&[400], &["bad request - invalid hostname"], "ASP.NET Core: \"AllowedHosts\": \"{}\""),
    refusal(&[400], &["the request hostname is invalid"], "ASP.NET Core: \"AllowedHosts\": \"{}\""),
    refusal(&[400, 403], &["because the domain", "is untrusted"], "Spring Security: StrictHttpFirewall.setAllowedHostnames"),
    refusal(&[400], &["host not allowed"], "Play: play.filters.hosts.allowed = [\"{}\"]"),
    refusal(&[403], &["host check error"], "Syncthing: insecureSkipHostcheck"),
    refusal(&[421], &["rpc-host-whitelist"], "Transmission: rpc-host-whitelist"),
    // Any other framework, with texts that have no other use.
    refusal(&[400, 403, 404, 421], &["invalid host"], "{}"),
    refusal(&[400, 403, 404, 421], &["host is not allowed"], "{}"),
    refusal(&[400, 403, 404, 421], &["host not allowed"], "{}"),
    refusal(&[400, 403, 404, 421], &["unknown host"], "{}"),
    refusal(&[400, 403, 404, 421], &["disallowed host"], "{}"),
    refusal(&[400, 403, 404, 421], &["unrecognized host"], "{}"),
];

/// Maximum length of a refusal with status 200; a longer body is a page that may contain any text.
const MAX_REFUSAL: usize = 100;

/// Returns the setting that allows the name, where the answer refuses it.
pub(super) fn refused_host(status: u16, body: &str, host: &str) -> Option<String> {
    if status == 200 && body.len() > MAX_REFUSAL {
        return None;
    }
    let body = body.to_lowercase();
    let matches = |refusal: &&HostRefusal| {
        let has_texts = refusal.texts.iter().all(|text| body.contains(text));
        has_texts && refusal.statuses.contains(&status)
    };
    let refusal = REFUSALS.iter().find(matches)?;
    Some(refusal.setting.replace("{}", allowed(host)))
}

/// Returns the name to allow; for a quick tunnel the suffix, because the next name is another one.
pub(super) fn allowed(host: &str) -> &str {
    if host.ends_with(QUICK_TUNNEL_SUFFIX) {
        QUICK_TUNNEL_SUFFIX
    } else {
        host
    }
}

/// Returns a header's value in lower case; empty where it is missing.
fn lowercase(answer: &PageResponse, name: &str) -> String {
    let value = answer.headers.get(name);
    value.map_or_else(String::new, |value| {
        String::from_utf8_lossy(value.as_bytes()).to_lowercase()
    })
}

/// Returns the setting for the app's own address.
pub(super) fn url_setting(answer: &PageResponse) -> String {
    let has = |name, text| lowercase(answer, name).contains(text);
    let location = answer
        .headers
        .get("location")
        .map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned());
    let auth_js = location.is_some_and(|location| location.contains("/api/auth/"));
    let setting = if has("x-redirect-by", "wordpress") || has("link", "api.w.org") {
        "WordPress: WP_HOME, WP_SITEURL"
    } else if auth_js || has("set-cookie", "authjs.") || has("set-cookie", "next-auth.") {
        "AUTH_URL, NEXTAUTH_URL"
    } else if has("x-powered-by", "next.js") {
        "AUTH_URL, NEXTAUTH_URL, NEXT_PUBLIC_SITE_URL"
    } else if has("set-cookie", "laravel_session") || has("set-cookie", "xsrf-token") {
        "Laravel: APP_URL, ASSET_URL"
    } else {
        "NEXTAUTH_URL, AUTH_URL, APP_URL, BASE_URL, PUBLIC_URL, WP_HOME"
    };
    setting.to_owned()
}

/// Returns the setting that removes the app's own port from its redirects.
pub(super) fn port_setting(answer: &PageResponse) -> String {
    let has = |name, text| lowercase(answer, name).contains(text);
    if has("x-redirect-by", "wordpress") {
        url_setting(answer)
    } else if has("server", "nginx") {
        "nginx: absolute_redirect off".to_owned()
    } else {
        proxy_setting(answer)
    }
}

/// Returns the setting that makes the app trust the gateway's `X-Forwarded-Proto: https`.
pub(super) fn proxy_setting(answer: &PageResponse) -> String {
    let header = |name| lowercase(answer, name);
    let (by, server) = (header("x-powered-by"), header("server"));
    let setting = if header("x-redirect-by").contains("wordpress") {
        "WordPress: $_SERVER['HTTPS'] = 'on' where HTTP_X_FORWARDED_PROTO is https"
    } else if header("set-cookie").contains("csrftoken") || server.contains("wsgiserver") {
        "Django: SECURE_PROXY_SSL_HEADER"
    } else if by.contains("express") {
        "Express: app.set('trust proxy', 1)"
    } else if by.contains("php") || header("set-cookie").contains("laravel_session") {
        "Laravel, Symfony: trusted proxies"
    } else if server.contains("kestrel") {
        "ASP.NET Core: UseForwardedHeaders"
    } else if server.contains("gunicorn") {
        "Gunicorn: forwarded_allow_ips; Django: SECURE_PROXY_SSL_HEADER"
    } else if server.contains("uvicorn") {
        "Uvicorn: --proxy-headers --forwarded-allow-ips='*'"
    } else if server.contains("jetty") || header("set-cookie").contains("jsessionid") {
        "Spring: server.forward-headers-strategy; Tomcat: RemoteIpValve"
    } else {
        "X-Forwarded-Proto (Django SECURE_PROXY_SSL_HEADER, Express 'trust proxy', Rails assume_ssl, Laravel TrustProxies, ASP.NET UseForwardedHeaders, Spring forward-headers-strategy)"
    };
    setting.to_owned()
}
