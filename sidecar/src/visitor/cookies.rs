//! Cookies that redirects set, and that later requests send back.

use reqwest::header::{HeaderMap, SET_COOKIE};

/// Maximum number of cookies; no login sets as many.
const MAX_COOKIES: usize = 50;

/// Cookies of one host, while one page is opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(Vec<Cookie>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Cookies {
    /// Stores the cookies of an answer from `host`. Like a browser, deletes expired ones and refuses other domains.
    pub(super) fn take(&mut self, host: &str, headers: &HeaderMap) {
        for set in headers.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(set.as_bytes()).into_owned();
            let Some((cookie, expired)) = parse(host, &text) else {
                continue;
            };
            self.0
                .retain(|known| known.name != cookie.name || known.path != cookie.path);
            if !expired && self.0.len() < MAX_COOKIES {
                self.0.push(cookie);
            }
        }
    }

    /// Returns the `Cookie` header for a path; may be empty.
    pub(super) fn header(&self, path: &str) -> String {
        let matches = |cookie: &&Cookie| is_below(path, &cookie.path);
        let pair = |cookie: &Cookie| format!("{}={}", cookie.name, cookie.value);
        let pairs: Vec<_> = self.0.iter().filter(matches).map(pair).collect();
        pairs.join("; ")
    }
}

/// Returns the cookie, and whether it is expired.
fn parse(host: &str, text: &str) -> Option<(Cookie, bool)> {
    let mut parts = text.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        path: "/".to_owned(),
    };
    let mut expired = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if key.eq_ignore_ascii_case("path") && value.starts_with('/') {
            cookie.path = value.to_owned();
        } else if key.eq_ignore_ascii_case("max-age") {
            expired = value.parse::<i64>().is_ok_and(|age| age <= 0);
        } else if key.eq_ignore_ascii_case("expires") && value.contains("1970") {
            expired = true;
        } else if key.eq_ignore_ascii_case("domain") && !is_within(host, value) {
            return None;
        }
    }
    Some((cookie, expired))
}

/// Returns whether a host may set cookies for a domain: its own name or a parent.
fn is_within(host: &str, domain: &str) -> bool {
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let below = |host: &str| {
        host.strip_suffix(&domain)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    domain.is_empty() || host == domain || below(&host)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| {
        rest.is_empty() || folder.ends_with('/') || rest.starts_with(['/', '?'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cookies: &mut Cookies, text: &str) {
        let value = text.parse().expect("a header");
        cookies.take(
            "www.example.org:8080",
            &HeaderMap::from_iter([(SET_COOKIE, value)]),
        );
    }

    #[test]
    fn a_cookie_is_sent_back_to_its_path() {
        let mut cookies = Cookies::default();
        set(&mut cookies, "a=1; Path=/; HttpOnly; Secure; SameSite=Lax");
        set(&mut cookies, "b=x=y; path=/portal");
        set(&mut cookies, "nonsense");
        assert_eq!(cookies.header("/"), "a=1");
        assert_eq!(cookies.header("/portal?x"), "a=1; b=x=y");
        assert_eq!(cookies.header("/portals"), "a=1");
        set(&mut cookies, "a=2");
        assert_eq!(cookies.header("/"), "a=2");
        set(&mut cookies, "a=; Max-Age=0");
        set(
            &mut cookies,
            "b=; path=/portal; expires=Thu, 01 Jan 1970 00:00:00 GMT",
        );
        assert_eq!(cookies.header("/portal"), "");
    }

    #[test]
    fn a_cookie_for_another_domain_is_refused() {
        let mut cookies = Cookies::default();
        for domain in ["localhost", "other.org", "ample.org", "a.www.example.org"] {
            set(&mut cookies, &format!("a=1; Domain={domain}"));
            assert_eq!(cookies.header("/"), "", "{domain}");
        }
        for domain in ["", ".example.org", "WWW.example.org"] {
            set(&mut cookies, &format!("a={domain}; Domain={domain}"));
            assert_eq!(cookies.header("/"), format!("a={domain}"));
        }
    }
}
