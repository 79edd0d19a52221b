//! What an answer that is not this stack's means: a table of statuses, codes and certificates.

use reqwest::StatusCode;
use rustls::{CertificateError, Error};

use crate::model::LayerKind;
use crate::reason::{Outside, shorten};

/// Enough of a page to recognise it by.
const QUOTED: usize = 60;

/// The edge's own answers, and at which layer they place the trouble. `None`: the answer is none of the edge's.
///
/// 530 with 1033 or 1016 and 429 come as `error code: N` in text and as `Error N` in HTML; 502 and 524 are
/// the edge's when our marker is not on them.
pub(super) fn of_the_edge(status: StatusCode, body: &str) -> Option<(LayerKind, Outside)> {
    let code = code_in(body);
    Some(match (status.as_u16(), code) {
        (530, Some(1033)) => (LayerKind::Edge, Outside::NoConnector),
        (530, Some(1016)) => (LayerKind::Edge, Outside::OldTunnel),
        (429, Some(1015)) => (LayerKind::Edge, Outside::RateLimited),
        (429, _) => (LayerKind::Edge, Outside::TooManyRequests),
        (502, _) => (LayerKind::Marker, Outside::OriginDown),
        (524 | 504, _) => (LayerKind::Marker, Outside::OriginSlow),
        (500.., _) => (
            LayerKind::Edge,
            Outside::EdgeError {
                got: code.map_or_else(
                    || status.as_str().to_owned(),
                    |code| format!("{status} {code}"),
                ),
            },
        ),
        _ => return None,
    })
}

/// Cloudflare's number, from `error code: 1033`, `Error 1033`, `"error_code":1033`, with or without tags in between.
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

/// Status and the page's title, or its first words.
pub(super) fn quote(status: StatusCode, body: &str) -> String {
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or_else(|| without_tags(body), |(title, _)| title.to_owned());
    let words = shorten(&title, QUOTED);
    format!("{} {words}", status.as_u16()).trim_end().to_owned()
}

/// What stands between the tags, which become spaces.
fn without_tags(html: &str) -> String {
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push(' ');
        text.push_str(part.split_once('>').map_or("", |(_, after)| after));
    }
    text
}

/// Why a certificate was refused.
pub(super) fn of_tls(error: &Error) -> Outside {
    match error {
        Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            presented, ..
        }) => Outside::TlsOtherName {
            names: presented
                .iter()
                .map(|name| dns_name(name))
                .collect::<Vec<_>>()
                .join(", "),
        },
        Error::InvalidCertificate(CertificateError::NotValidForName) => Outside::TlsOtherName {
            names: "another name".to_owned(),
        },
        other => Outside::TlsUntrusted {
            detail: shorten(&other.to_string(), QUOTED),
        },
    }
}

/// rustls writes `DnsName("a.example")`.
fn dns_name(presented: &str) -> String {
    presented.split('"').nth(1).unwrap_or(presented).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16, body: &str) -> Option<(LayerKind, &'static str)> {
        let status = StatusCode::from_u16(status).expect("a status");
        of_the_edge(status, body).map(|(layer, outside)| (layer, outside.code()))
    }

    #[test]
    fn every_row_of_the_edges_answers() {
        use LayerKind::{Edge, Marker};
        for (status, body, expected) in [
            (530, "error code: 1033", Some((Edge, "edge_no_connector"))),
            (
                530,
                "<h1>Error 1033</h1>",
                Some((Edge, "edge_no_connector")),
            ),
            (
                530,
                "<h1><span class=\"a\">Error</span>\n<span>1016</span></h1>",
                Some((Edge, "edge_old_tunnel")),
            ),
            (429, "error code: 1015", Some((Edge, "edge_rate_limited"))),
            (429, "", Some((Edge, "edge_too_many_requests"))),
            (
                502,
                "<h1>Error code 502</h1>",
                Some((Marker, "edge_origin_down")),
            ),
            (524, "error code: 524", Some((Marker, "edge_origin_slow"))),
            (521, "error code: 521", Some((Edge, "edge_error"))),
            (200, "Welcome! An error occurred 12 times", None),
            (404, "Not Found", None),
            (302, "", None),
        ] {
            assert_eq!(reason(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_page_is_quoted_by_its_title() {
        let page = "<html><head><title>Sign in to Hotel Wi-Fi</title></head>";
        assert_eq!(quote(StatusCode::OK, page), "200 Sign in to Hotel Wi-Fi");
        assert_eq!(
            quote(StatusCode::OK, "<p>Access <b>denied</b>"),
            "200 Access  denied"
        );
        assert_eq!(quote(StatusCode::OK, ""), "200");
    }

    #[test]
    fn a_certificate_for_another_name_is_told_with_its_names() {
        let error = Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            expected: "x.trycloudflare.com".try_into().expect("a name"),
            presented: vec!["DnsName(\"*.safezone.mcafee.com\")".to_owned()],
        });
        let expected = Outside::TlsOtherName {
            names: "*.safezone.mcafee.com".to_owned(),
        };
        assert_eq!(of_tls(&error), expected);
        let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(of_tls(&unknown).code(), "tls_untrusted");
    }
}
