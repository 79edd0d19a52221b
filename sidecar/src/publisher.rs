//! The sidecar's view of the publisher: what it plays, and the commands to it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::config::secrets::file;
use sidelink_core::Address;

/// Time for an answer: looking at many new files takes some seconds.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Age of the counts that are used again, so that visitors cost the publisher no more than one request.
const MAX_AGE: Duration = Duration::from_secs(2);
/// Size of a list, bytes: 500 videos.
const MAX_ANSWER: usize = 1024 * 1024;

type Counting = Shared<BoxFuture<'static, Option<VideoCounts>>>;

/// The publisher of this stack.
#[derive(Debug)]
pub struct Publisher {
    access: Access,
    /// The latest counts, or the request for them.
    counts: Mutex<Option<(Instant, Counting)>>,
}

#[derive(Clone, Debug)]
struct Access {
    client: Client,
    root: Url,
    token: Token,
}

/// Hidden in `Debug`.
#[derive(Clone)]
struct Token(Arc<str>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// How many videos there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct VideoCounts {
    /// Files in the folder.
    pub available_videos: usize,
    /// Those that play.
    pub playing: usize,
}

/// The publisher does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the publisher does not answer")]
pub struct NoAnswer;

impl Publisher {
    /// Returns the publisher at this address, whose token `init` wrote into `secrets`.
    ///
    /// # Errors
    ///
    /// Returns why the token cannot be read.
    pub fn new(client: Client, at: &Address, secrets: &Path) -> anyhow::Result<Self> {
        let file = secrets.join(file::PUBLISHER_TOKEN);
        let token = std::fs::read_to_string(&file).map_err(|error| {
            anyhow::anyhow!(
                "SIDELINK_PUBLISHER is set, but {} cannot be read ({error}): use compose/videos.yaml, which sets both",
                file.display()
            )
        })?;
        let root = Url::parse(&format!("http://{at}/"))?;
        let token = Token(token.trim().into());
        Ok(Self {
            access: Access {
                client,
                root,
                token,
            },
            counts: Mutex::default(),
        })
    }

    /// Returns the videos.
    pub async fn list(&self) -> Result<(StatusCode, Value), NoAnswer> {
        self.access.request(Method::GET, &["videos"], None).await
    }

    /// Returns the counts, at most 2 s old; `None` where the publisher does not answer.
    pub async fn counts(&self) -> Option<VideoCounts> {
        let counting = {
            let mut latest = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            match &*latest {
                Some((at, counting)) if at.elapsed() < MAX_AGE => counting.clone(),
                _ => {
                    let counting = self.access.clone().count().boxed().shared();
                    *latest = Some((Instant::now(), counting.clone()));
                    counting
                }
            }
        };
        counting.await
    }

    /// Sends a command about a video: `play` or `stop`.
    pub async fn command(
        &self,
        video: &str,
        command: &str,
        body: &Value,
    ) -> Result<(StatusCode, Value), NoAnswer> {
        self.access
            .request(Method::POST, &["videos", video, command], Some(body))
            .await
    }
}

impl Access {
    async fn count(self) -> Option<VideoCounts> {
        let (status, answer) = self.request(Method::GET, &["videos"], None).await.ok()?;
        if status != StatusCode::OK {
            return None;
        }
        serde_json::from_value(answer).ok()
    }

    async fn request(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), NoAnswer> {
        let mut url = self.root.clone();
        url.path_segments_mut()
            .map_err(|()| NoAnswer)?
            .clear()
            .extend(path);
        let mut request = self.client.request(method, url).bearer_auth(&self.token.0);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, limited(response).await?))
        };
        let (status, bytes) = answered.await.map_err(|error| {
            tracing::debug!(%error, "the publisher does not answer");
            NoAnswer
        })?;
        let answer = if bytes.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_slice(&bytes)
        };
        Ok((status, answer.map_err(|_| NoAnswer)?))
    }
}

/// Reads an answer; what is longer is cut, and then cannot be read.
async fn limited(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::extract::Path;
    use axum::http::{HeaderMap, header};
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use serde_json::json;

    use super::*;
    use crate::http_client::local_client;
    use crate::test_server::serve;

    async fn publisher(router: Router) -> Publisher {
        let at = serve(router).await;
        let folder = std::env::temp_dir().join(format!(
            "sidelink-publisher-{}-{}",
            std::process::id(),
            at.port
        ));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        std::fs::write(folder.join(file::PUBLISHER_TOKEN), "s3cret\n").expect("writes");
        let client = local_client(Duration::from_secs(2)).expect("a client");
        Publisher::new(client, &at, &folder).expect("has its token")
    }

    #[tokio::test]
    async fn a_name_is_one_part_of_the_path_and_the_token_is_sent() {
        let play = |Path(name): Path<String>, headers: HeaderMap, Json(body): Json<Value>| async move {
            let token = headers[header::AUTHORIZATION]
                .to_str()
                .expect("text")
                .to_owned();
            Json(json!({ "name": name, "token": token, "body": body }))
        };
        let publisher = publisher(Router::new().route("/videos/{name}/play", post(play))).await;
        for name in ["a b.mp4", "../../a.mp4", "a?b#c.mp4", "%2e.mp4"] {
            let (status, answer) = publisher
                .command(name, "play", &json!({ "room": "r" }))
                .await
                .expect("answers");
            assert_eq!(status, StatusCode::OK, "{name}");
            assert_eq!(
                answer,
                json!({ "name": name, "token": "Bearer s3cret", "body": { "room": "r" } })
            );
        }
        assert!(!format!("{publisher:?}").contains("s3cret"));
    }

    #[tokio::test]
    async fn many_visitors_cost_one_request() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let list = || async {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Json(json!({ "available_videos": 3, "playing": 1, "videos": [] }))
        };
        let publisher = publisher(Router::new().route("/videos", get(list))).await;
        let counts = VideoCounts {
            available_videos: 3,
            playing: 1,
        };
        for _ in 0..20 {
            assert_eq!(publisher.counts().await, Some(counts));
        }
        assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    }
}
