//! Headers of a phone's browser that opens a link.

use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN};

use super::open::PageRequest;

/// A phone's user agent, because some apps and tunnels answer programs differently.
const PHONE: &str = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

/// Headers of Chrome's first navigation, from a chat or a scanned code. Only `gzip`, because the reader decodes no other
/// encoding.
const HEADERS: &[(&str, &str)] = &[
    ("user-agent", PHONE),
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    ),
    ("accept-language", "en-US,en;q=0.9,pt-BR;q=0.8,pt;q=0.7"),
    ("accept-encoding", "gzip"),
    ("upgrade-insecure-requests", "1"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "none"),
    ("sec-fetch-user", "?1"),
];

/// Returns the headers of a navigation, or of a request by a page's scripts.
pub(crate) fn page_headers(get: &PageRequest) -> HeaderMap {
    let fixed = HEADERS.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    let mut headers: HeaderMap = fixed.collect();
    if let Ok(cookies) = HeaderValue::from_str(&get.cookies)
        && !cookies.is_empty()
    {
        headers.insert(COOKIE, cookies);
    }
    if let Some(origin) = &get.origin
        && let Ok(origin) = HeaderValue::from_str(origin)
    {
        headers.insert(ORIGIN, origin);
        headers.insert("sec-fetch-mode", HeaderValue::from_static("cors"));
        headers.insert("sec-fetch-dest", HeaderValue::from_static("empty"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        headers.remove("sec-fetch-user");
        headers.remove("upgrade-insecure-requests");
    }
    headers
}
