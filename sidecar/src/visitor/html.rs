//! Finds in a page's HTML the refresh target, and scripts and stylesheets that visitors cannot load.

use reqwest::Url;

use super::addresses::{Reach, reach};
use super::redirects::is_quick;

/// Elements whose content is not markup for a browser that runs scripts.
const TEXT_ELEMENTS: &[&str] = &["noscript", "script", "style"];
/// Maximum delay of a refresh that counts as a redirect; a page that refreshes later is a page.
const MAX_REFRESH_SECONDS: f32 = 5.0;

/// Returns the target of `Refresh: 0; url=…`, in a header or in a page's head.
pub(super) fn refresh(header: Option<&str>, body: &str) -> Option<String> {
    header.and_then(target).or_else(|| {
        let mut metas = tags(body, "meta");
        let refresh = metas.find(|tag| {
            attribute(tag, "http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
        })?;
        target(&attribute(refresh, "content")?)
    })
}

fn target(content: &str) -> Option<String> {
    let (delay, rest) = content.split_once([';', ','])?;
    let is_immediate = delay
        .trim()
        .parse::<f32>()
        .is_ok_and(|delay| delay <= MAX_REFRESH_SECONDS);
    let rest = rest.trim();
    let has_key = rest
        .get(..3)
        .is_some_and(|key| key.eq_ignore_ascii_case("url"));
    let url = if has_key {
        rest[3..].trim_start().strip_prefix('=')?
    } else {
        rest
    };
    let url = url.trim().trim_matches(['"', '\'']);
    (is_immediate && !url.is_empty()).then(|| unescape(url))
}

/// Returns a script or stylesheet that visitors' browsers cannot load: from this machine, from this network, from
/// another quick tunnel, or over plain http. `policy` is the header `Content-Security-Policy`.
pub(super) fn unreachable_asset(
    page: &Url,
    body: &str,
    policy: Option<&str>,
    services: &[String],
) -> Option<String> {
    let upgrades = upgrades(body, policy);
    let base = tags(body, "base").find_map(|tag| attribute(tag, "href"));
    let scripts = tags(body, "script").filter_map(|tag| attribute(tag, "src"));
    let styles = tags(body, "link").filter_map(|tag| {
        let rel = attribute(tag, "rel")?.to_ascii_lowercase();
        let loads = rel.contains("stylesheet") || rel.contains("modulepreload");
        loads.then(|| attribute(tag, "href"))?
    });
    let base_url = base.as_deref().and_then(|base| page.join(base).ok());
    let base_url = base_url.unwrap_or_else(|| page.clone());
    scripts
        .chain(styles)
        .filter_map(|asset| base_url.join(&unescape(&asset)).ok())
        .map(|mut url| {
            if upgrades && url.scheme() == "http" {
                let _ = url.set_scheme("https");
            }
            url
        })
        .find(|url| is_unreachable(url, page, services))
        .map(|url| url.to_string())
}

/// Returns whether the policy makes browsers use https for URLs with http.
fn upgrades(body: &str, policy: Option<&str>) -> bool {
    let has_directive = |policy: &str| {
        policy
            .to_ascii_lowercase()
            .contains("upgrade-insecure-requests")
    };
    let mut metas = tags(body, "meta");
    policy.is_some_and(has_directive)
        || metas.any(|tag| {
            let name = attribute(tag, "http-equiv").unwrap_or_default();
            name.eq_ignore_ascii_case("content-security-policy")
                && attribute(tag, "content").is_some_and(|policy| has_directive(&policy))
        })
}

fn is_unreachable(url: &Url, page: &Url, services: &[String]) -> bool {
    let own = url.host_str() == page.host_str() && url.port() == page.port();
    match url.scheme() {
        "https" => !own && (reach(url, services) != Reach::Public || is_quick(url)),
        "http" => true,
        _ => false,
    }
}

/// Returns the inside of each tag of this name, as `meta charset="utf-8"`. Skips comments and text elements.
fn tags<'a>(body: &'a str, name: &'static str) -> impl Iterator<Item = &'a str> {
    let mut rest = body;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('<')?;
            if let Some(comment) = after.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let (tag, after) = after.split_once('>')?;
            let text = TEXT_ELEMENTS.iter().find(|name| is_called(tag, name));
            rest = text.map_or(after, |name| after_end(after, name));
            if is_called(tag, name) {
                return Some(tag);
            }
        }
    })
}

fn is_called(tag: &str, name: &str) -> bool {
    let Some((start, rest)) = tag.split_at_checked(name.len()) else {
        return false;
    };
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', '/']);
    start.eq_ignore_ascii_case(name) && ends
}

/// Returns the text from the end tag on; empty where there is none.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut ends = text.match_indices("</");
    let end = ends.find(|(at, _)| {
        let start = text[at + 2..].get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    });
    end.map_or("", |(at, _)| &text[at..])
}

/// Returns the value of an attribute, with or without quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let at = from + found;
        from = at + name.len();
        let before = lower[..at].chars().next_back();
        let after = tag[from..].trim_start();
        if before.is_some_and(char::is_whitespace)
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let value = match quote {
                Some(quote) => value[1..].split(quote).next(),
                None => value.split(char::is_whitespace).next(),
            };
            return value.map(str::to_owned);
        }
    }
    None
}

fn unescape(text: &str) -> String {
    text.replace("&amp;", "&")
        .replace("&#x2F;", "/")
        .replace("&#39;", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_immediate_refresh_is_a_redirect() {
        for (page, expected) in [
            (
                r#"<meta http-equiv="refresh" content="0; url=http://localhost:3000/">"#,
                Some("http://localhost:3000/"),
            ),
            (
                "<META HTTP-EQUIV=Refresh CONTENT='0;URL=/login?a=1&amp;b=2'>",
                Some("/login?a=1&b=2"),
            ),
            (
                r#"<meta content="1,url='/x'" http-equiv="refresh"/>"#,
                Some("/x"),
            ),
            (r#"<meta http-equiv="refresh" content="30; url=/">"#, None),
            (r#"<meta http-equiv="refresh" content="5">"#, None),
            (
                r#"<!-- <meta http-equiv="refresh" content="0; url=/x"> -->"#,
                None,
            ),
            (
                r#"<noscript><meta http-equiv="refresh" content="0; url=/no-js"></NoScript>"#,
                None,
            ),
            (
                r#"<script>"<meta http-equiv='refresh' content='0; url=/x'>"</script>
                   <meta http-equiv="refresh" content="0; url=/y">"#,
                Some("/y"),
            ),
            (
                r#"<metadata http-equiv="refresh" content="0; url=/x">"#,
                None,
            ),
            ("<", None),
            ("é<é", None),
        ] {
            assert_eq!(refresh(None, page).as_deref(), expected, "{page}");
        }
        assert_eq!(refresh(Some("0; url=/y"), "").as_deref(), Some("/y"));
    }

    #[test]
    fn assets_that_visitors_cannot_load_are_found() {
        let page = "https://x.trycloudflare.com/a".parse().expect("a URL");
        for (body, expected) in [
            (
                r#"<script type="module" src="http://localhost:5173/@vite/client"></script>"#,
                Some("http://localhost:5173/@vite/client"),
            ),
            (
                r#"<link rel="stylesheet" href="http://x.trycloudflare.com/style.css">"#,
                Some("http://x.trycloudflare.com/style.css"),
            ),
            (
                r#"<link rel=stylesheet href=https://app:3000/s.css>"#,
                Some("https://app:3000/s.css"),
            ),
            (
                r#"<base href="http://localhost:3000/"><script src="main.js"></script>"#,
                Some("http://localhost:3000/main.js"),
            ),
            (
                r#"<script src="/a.js"></script><link rel="stylesheet" href="//cdn.example/x.css">"#,
                None,
            ),
            (
                r#"<link rel="canonical" href="http://localhost:3000/">"#,
                None,
            ),
            (
                r#"<a href="http://localhost:3000/">x</a><script>var a = "http://localhost"</script>"#,
                None,
            ),
            (
                r#"<script data-src="http://localhost:1/x.js"></script>"#,
                None,
            ),
            (
                r#"<script src="https://old-one.trycloudflare.com/a.js"></script>"#,
                Some("https://old-one.trycloudflare.com/a.js"),
            ),
            (
                r#"<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">
                   <script src="http://x.trycloudflare.com/a.js"></script>"#,
                None,
            ),
        ] {
            assert_eq!(
                unreachable_asset(&page, body, None, &[]).as_deref(),
                expected,
                "{body}"
            );
        }
        let body = r#"<script src="http://x.trycloudflare.com/a.js"></script>"#;
        let policy = Some("default-src 'self'; Upgrade-Insecure-Requests");
        assert_eq!(unreachable_asset(&page, body, policy, &[]), None);
    }
}
