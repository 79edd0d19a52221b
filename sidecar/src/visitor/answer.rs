//! An answer, read as far as it takes to know what a visitor sees.

use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName};
use tokio::time::{Instant, timeout_at};

/// A page's head, with its scripts and what a refusal says, lies far within.
const MAX_BODY: usize = 64 * 1024;
/// After the first byte a visitor sees something: a stream that never ends is not waited for.
const MORE: Duration = Duration::from_millis(500);

/// Status, headers and the beginning of the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The beginning of the body as text, decoded.
    pub body: String,
    /// Until the first byte of the body, or its end.
    pub took: Duration,
}

impl Answer {
    /// Reads the beginning of the body. An error means that it broke off before the first byte.
    pub(crate) async fn read(
        mut response: Response,
        began: Instant,
    ) -> Result<Self, reqwest::Error> {
        let mut body = Vec::new();
        let first = response.chunk().await?;
        let took = began.elapsed();
        let deadline = Instant::now() + MORE;
        let mut next = first;
        while let Some(chunk) = next {
            let room = MAX_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == MAX_BODY {
                break;
            }
            // One that breaks off later, or does not go on, has shown its beginning.
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

    /// The value of a header, as text.
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
            // What was cut off breaks here: what came before it counts.
            let _ = MultiGzDecoder::new(&body[..])
                .take(limit)
                .read_to_end(&mut plain);
            String::from_utf8_lossy(&plain).into_owned()
        }
        // Not asked for, so it cannot be read; the status alone counts.
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
    fn gzip_is_decoded_also_where_it_is_cut_off() {
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
