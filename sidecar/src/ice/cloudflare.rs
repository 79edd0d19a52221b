//! Cloudflare's TURN service, whose credentials come from its API:
//! <https://developers.cloudflare.com/realtime/turn/generate-credentials/>

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared};
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::url::check;
use super::{IceServer, LIFE, one_or_many};
use crate::http_client::{BodyError, body, innermost};
use crate::runtime::clock::millis;
use sidelink_core::Diagnosis;

/// The service's API.
pub(super) const API: &str = "https://rtc.live.cloudflare.com";
/// Its host.
pub(crate) const HOST: &str = "rtc.live.cloudflare.com";
/// Longest time for which a join waits while no credentials are known. A later one gets the answer.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The API's answer has about 500 bytes.
const MAX_ANSWER: usize = 16 * 1024;
/// Time until the API is asked again after it failed.
const RETRY: Duration = Duration::from_secs(30);

/// Credentials for all visitors, cached to half of their life.
#[derive(Debug)]
pub(super) struct Cloudflare {
    request: Arc<Request>,
    latest: Mutex<Latest>,
}

/// No `Debug` of the token.
struct Request {
    client: Client,
    url: String,
    token: Arc<str>,
    /// Why the last answer brought no credentials.
    fault: Mutex<Option<Diagnosis>>,
    /// Notified of new credentials and of each new fault.
    changes: Arc<Notify>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").finish_non_exhaustive()
    }
}

type Answer = Shared<BoxFuture<'static, Result<Arc<[IceServer]>, Diagnosis>>>;

#[derive(Debug, Default)]
struct Latest {
    good: Option<Credentials>,
    /// The request under way, or the last one, and when it was sent, Unix milliseconds.
    asked: Option<(Answer, u64)>,
}

#[derive(Clone, Debug)]
struct Credentials {
    servers: Arc<[IceServer]>,
    /// Unix milliseconds.
    at: u64,
}

/// The API answers with a list; earlier versions with one entry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(deserialize_with = "one_or_many")]
    ice_servers: Vec<IceServer>,
}

impl Cloudflare {
    /// `api`: [`API`], but in tests. `key`: the TURN key's id, letters and digits. `changes` is notified of new credentials
    /// and of each new fault.
    pub(super) fn new(
        client: Client,
        api: &str,
        key: &str,
        token: Arc<str>,
        changes: Arc<Notify>,
    ) -> Self {
        let url = format!("{api}/v1/turn/keys/{key}/credentials/generate-ice-servers");
        Self {
            request: Arc::new(Request {
                client,
                url,
                token,
                fault: Mutex::default(),
                changes,
            }),
            latest: Mutex::default(),
        }
    }

    /// Returns the servers with credentials that pages get, and why the API's latest answer brought none. Waits for a
    /// request under way.
    pub(super) async fn latest(&self, now: u64) -> (Option<Arc<[IceServer]>>, Option<Diagnosis>) {
        let (good, asked) = self.look(now);
        let good = good.map(|good| good.servers);
        match asked {
            Some((answer, _)) => match answer.await {
                Ok(servers) => (Some(servers), None),
                Err(fault) => (good, Some(fault)),
            },
            None => (good, None),
        }
    }

    /// Returns servers with credentials, and when these expire, Unix milliseconds. The last good ones are kept until
    /// then.
    pub(super) async fn servers(&self, now: u64) -> Option<(Arc<[IceServer]>, u64)> {
        let (good, answer) = self.look(now);
        let (servers, at) = match (good, answer) {
            (Some(good), _) => (good.servers, good.at),
            (None, Some((answer, at))) => (timeout(MAX_WAIT, answer).await.ok()?.ok()?, at),
            (None, None) => return None,
        };
        Some((servers, at + millis(LIFE)))
    }

    /// Returns the known credentials, and the request under way. Begins one where it is time.
    fn look(&self, now: u64) -> (Option<Credentials>, Option<(Answer, u64)>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((answer, at)) = &latest.asked
            && let Some(Ok(servers)) = answer.peek()
        {
            let (servers, at) = (Arc::clone(servers), *at);
            latest.good = Some(Credentials { servers, at });
            latest.asked = None;
        }
        let age = |at: u64| now.saturating_sub(at);
        let good = latest
            .good
            .clone()
            .filter(|good| age(good.at) < millis(LIFE) * 3 / 4);
        let is_fresh = good
            .as_ref()
            .is_some_and(|good| age(good.at) < millis(LIFE) / 2);
        let is_asked = latest
            .asked
            .as_ref()
            .is_some_and(|(answer, at)| answer.peek().is_none() || age(*at) < millis(RETRY));
        if !is_fresh && !is_asked {
            let request = Arc::clone(&self.request);
            let answer = async move { request.send().await }.boxed().shared();
            tokio::spawn(answer.clone()); // it goes on when no join waits any more
            latest.asked = Some((answer, now));
        }
        (good, latest.asked.clone())
    }
}

impl Request {
    async fn send(&self) -> Result<Arc<[IceServer]>, Diagnosis> {
        let answer = self.ask().await;
        if let Err(fault) = &answer {
            tracing::debug!(code = fault.code(), "Cloudflare gives no TURN credentials");
        }
        let fault = answer.as_ref().err().cloned();
        let mut known = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if fault.is_none() || *known != fault {
            self.changes.notify_one();
        }
        *known = fault;
        answer.map(Arc::from)
    }

    async fn ask(&self) -> Result<Vec<IceServer>, Diagnosis> {
        let request = self.client.post(&self.url);
        let request = request.bearer_auth(&self.token);
        let ttl = serde_json::json!({ "ttl": LIFE.as_secs() });
        let response = request
            .header("content-type", "application/json")
            .body(ttl.to_string())
            .send()
            .await
            .map_err(|error| failed(&innermost(&error)))?;
        if !response.status().is_success() {
            return Err(refused(response.status().as_u16()));
        }
        let text = body(response, MAX_ANSWER)
            .await
            .map_err(|error| match error {
                BodyError::TooLong => failed("its answer is too long"),
                BodyError::Failed(error) => failed(&innermost(&error)),
            })?;
        let Body { ice_servers } =
            serde_json::from_slice(&text).map_err(|_| failed("its answer cannot be read"))?;
        let usable: Vec<_> = ice_servers.into_iter().filter_map(usable).collect();
        let has_turn = usable.iter().any(|server| server.credential.is_some());
        has_turn
            .then_some(usable)
            .ok_or_else(|| failed("its answer has no TURN server"))
    }
}

/// Returns the diagnosis of a status other than success.
fn refused(status: u16) -> Diagnosis {
    let code = match status {
        401 | 403 => "turn_key_refused",
        404 => "turn_key_unknown",
        _ => "turn_api_failed",
    };
    Diagnosis::of_code(code, &format!("HTTP {status}"))
}

fn failed(why: &str) -> Diagnosis {
    Diagnosis::of_code("turn_api_failed", why)
}

/// Drops URLs that browsers refuse: they then refuse the whole list.
fn usable(mut server: IceServer) -> Option<IceServer> {
    server.urls.retain(|url| check(url).is_ok());
    (!server.urls.is_empty()).then_some(server)
}

#[cfg(test)]
mod tests;
