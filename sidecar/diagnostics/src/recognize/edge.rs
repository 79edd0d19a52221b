//! Answers that the edge gives in place of this stack, by headers, statuses and codes.

use http::StatusCode;
use http::header::{HeaderMap, LOCATION, WWW_AUTHENTICATE};
use url::Url;

use super::ngrok;
use crate::quoted;
use sidelink_core::LayerKind;
use sidelink_core::{Diagnosis, PublicUrlFault};

/// Maximum length of a quoted page, in bytes; enough to recognize it.
const MAX_QUOTED_BYTES: usize = 60;

/// Recognizes an answer of the edge, and returns the layer of the fault. Returns `None` for any other answer.
///
/// ngrok's header decides before any status. Cloudflare's 530 with 1033 or 1016 and 429 come as
/// `error code: N` in text and as `Error N` in HTML; 502 and 524 are the edge's when they lack the instance header.
pub fn of_the_edge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
) -> Option<(LayerKind, Diagnosis)> {
    if let Some(of_ngrok) = ngrok::of_answer(headers) {
        return Some(of_ngrok);
    }
    if let Some(guard) = access_guard(status, headers, body) {
        return Some((LayerKind::Instance, guard));
    }
    let (layer, fault) = of_cloudflare(status, body)?;
    Some((layer, Diagnosis::PublicUrl(fault)))
}

/// Recognizes a sign-in, a challenge or a firewall in front of the public URL, which WebSockets cannot pass.
///
/// Cloudflare documents `cf-mitigated: challenge` on every challenge, 1005 to 1020 for what its firewall refuses, and
/// the redirect of Access to `<team>.cloudflareaccess.com`.
fn access_guard(status: StatusCode, headers: &HeaderMap, body: &str) -> Option<Diagnosis> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let sent_to = header(LOCATION.as_str()).and_then(|to| Url::parse(to).ok());
    let sent_to = sent_to.as_ref().and_then(Url::host_str).unwrap_or_default();
    if status.is_redirection() && sent_to.ends_with(".cloudflareaccess.com") {
        return Some(Diagnosis::of_code("edge_access", sent_to));
    }
    let challenged = header("cf-mitigated") == Some("challenge")
        || (matches!(status.as_u16(), 403 | 503) && body.contains("/cdn-cgi/challenge-platform/"));
    if challenged {
        return Some(Diagnosis::of_code("edge_challenge", ""));
    }
    match (status, code_in(body)) {
        (StatusCode::FORBIDDEN, Some(code @ 1005..=1020)) => {
            Some(Diagnosis::of_code("edge_firewall", &code.to_string()))
        }
        (StatusCode::UNAUTHORIZED, _) if headers.contains_key(WWW_AUTHENTICATE) => {
            Some(Diagnosis::of_code("edge_sign_in", ""))
        }
        _ => None,
    }
}

fn of_cloudflare(status: StatusCode, body: &str) -> Option<(LayerKind, PublicUrlFault)> {
    let code = code_in(body);
    Some(match (status.as_u16(), code) {
        (530, Some(1033)) => (LayerKind::Edge, PublicUrlFault::NoConnector),
        (530, Some(1016)) => (LayerKind::Edge, PublicUrlFault::OldTunnel),
        (429, Some(1015)) => (LayerKind::Edge, PublicUrlFault::RateLimited),
        (429, _) => (LayerKind::Edge, PublicUrlFault::TooManyRequests),
        (502, _) => (LayerKind::Instance, PublicUrlFault::OriginDown),
        (524 | 504, _) => (LayerKind::Instance, PublicUrlFault::OriginSlow),
        (500.., _) => (
            LayerKind::Edge,
            PublicUrlFault::EdgeError {
                got: code.map_or_else(
                    || status.as_str().to_owned(),
                    |code| format!("{status} {code}"),
                ),
            },
        ),
        _ => return None,
    })
}

/// Returns Cloudflare's code from `error code: 1033`, `Error 1033`, `"error_code":1033`, with or without tags in between.
fn code_in(body: &str) -> Option<u16> {
    let text = without_tags(body).to_ascii_lowercase();
    text.match_indices("error").find_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        let rest = rest.trim_start_matches('_');
        let rest = rest.strip_prefix("code").unwrap_or(rest);
        let rest = rest.trim_start_matches(|c: char| matches!(c, ':' | '"') || c.is_whitespace());
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (3..=4)
            .contains(&digits)
            .then(|| rest[..digits].parse().ok())?
    })
}

/// Returns the status and the page's title, or its first words.
pub fn quote(status: StatusCode, body: &str) -> String {
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or_else(|| without_tags(body), |(title, _)| title.to_owned());
    let words = quoted(&title, MAX_QUOTED_BYTES);
    format!("{} {words}", status.as_u16()).trim_end().to_owned()
}

/// Returns the text between the tags, which become spaces.
fn without_tags(html: &str) -> String {
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push(' ');
        text.push_str(part.split_once('>').map_or("", |(_, after)| after));
    }
    text
}
