//! Reads an answer as far as necessary to know what a visitor sees.

use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName};
use tokio::time::{Instant, timeout_at};

/// Maximum size of a body in bytes; a page's head and the text of a refusal are far shorter.
const MAX_BODY: usize = 64 * 1024;
/// Time allowed for the body after its first byte, because a stream may never end.
const BODY_TIMEOUT: Duration = Duration::from_millis(500);

/// Status, headers and the beginning of the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageResponse {
    /// Status code.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// Beginning of the body, decoded.
    pub body: String,
    /// Time to the first byte of the body, or to its end.
    pub took: Duration,
}

impl PageResponse {
    /// Reads the beginning of the body; an error where the connection breaks before the first byte.
    pub(crate) async fn read(
        mut response: Response,
        began: Instant,
    ) -> Result<Self, reqwest::Error> {
        let mut body = Vec::new();
        let first = response.chunk().await?;
        let took = began.elapsed();
        let deadline = Instant::now() + BODY_TIMEOUT;
        let mut next = first;
        while let Some(chunk) = next {
            let room = MAX_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == MAX_BODY {
                break;
            }
            // The beginning is enough where the body breaks off or stalls.
            next = match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(chunk)) => chunk,
                Ok(Err(_)) | Err(_) => None,
            };
        }
        let headers = response.headers().clone();
        Ok(Self {
            status: response.status().as_u16(),
            body: text(&headers, body),
            headers,
            took,
        })
    }

    /// Returns the value of a header, as text.
    pub(super) fn header(&self, name: HeaderName) -> Option<String> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

fn text(headers: &HeaderMap, body: Vec<u8>) -> String {
    let gzip = |value: &[u8]| value.eq_ignore_ascii_case(b"gzip") || value == b"x-gzip";
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"" | b"identity") => String::from_utf8_lossy(&body).into_owned(),
        Some(value) if gzip(value) => {
            let mut plain = Vec::new();
            let limit = u64::try_from(MAX_BODY).unwrap_or(u64::MAX);
            // A body that was cut off ends with an error; the text before it counts.
            let _ = MultiGzDecoder::new(&body[..])
                .take(limit)
                .read_to_end(&mut plain);
            String::from_utf8_lossy(&plain).into_owned()
        }
        // An encoding that was not requested cannot be decoded; the status alone counts.
        Some(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn gzip_is_decoded_even_where_it_is_cut_off() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let page = format!("<title>Olá</title>{}", "x".repeat(1 << 20));
        encoder.write_all(page.as_bytes()).expect("in memory");
        let mut zipped = encoder.finish().expect("in memory");
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let whole = text(&headers, zipped.clone());
        assert!(whole.starts_with("<title>Olá</title>x") && whole.len() == MAX_BODY);
        zipped.truncate(zipped.len() / 2);
        assert!(text(&headers, zipped).starts_with("<title>Olá"));
        assert_eq!(text(&HeaderMap::new(), b"plain".to_vec()), "plain");
    }
}
