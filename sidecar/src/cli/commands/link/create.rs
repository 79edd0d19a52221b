//! `sidelink link create`: what the app does at a press of "Generate link", for a terminal.

#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::Args;
use reqwest::{Method, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use super::super::refusal::{Message, words};
use super::super::{Service, lang};
use crate::config::duration;
use crate::qr;
use crate::random::hex;
use crate::runtime::exit::Failure;

/// A tunnel that slept is started, registered and verified in a few seconds; a new name's DNS takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of one request: below every proxy's idle limit.
const WAIT: Duration = Duration::from_secs(25);
const SECOND: Duration = Duration::from_secs(1);

/// Whom the link is for.
#[derive(Args, Clone, Debug)]
pub struct Request {
    /// Who gives the consultation: an id of your app, 1 to 128 characters
    #[arg(long, value_name = "ID")]
    professional: String,
    /// Who gets the link: an id of your app, 1 to 128 characters
    #[arg(long, value_name = "ID")]
    client: String,
    /// What kind of consultation it is, 1 to 64 characters
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// How long it can be opened, from 1m to 720h; without it, a day
    #[arg(long, value_parser = duration::parse)]
    ttl: Option<Duration>,
    /// As a QR code too
    #[arg(long)]
    qr: bool,
    /// As JSON
    #[arg(long, conflicts_with = "qr")]
    json: bool,
}

impl Request {
    fn body(&self) -> Value {
        let mut body = json!({
            "professionalId": self.professional,
            "clientId": self.client,
            "consultationType": self.kind,
        });
        if let Some(ttl) = self.ttl {
            body["ttl"] = ttl.as_secs().into();
        }
        body
    }
}

/// What the service says.
enum Answer {
    /// The link, as JSON.
    Link(Map<String, Value>),
    /// Not yet: why, and when to ask again.
    Later { told: String, after: Duration },
}

/// `202`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotYet {
    phase: String,
    waiting_for: Option<Message>,
    retry_after: u64,
}

/// Prints the link once it is verified. Exit code 64 for a request that cannot be fulfilled as it stands, 69 where
/// nothing more is tried, 75 where there is none after a minute.
pub(super) async fn run(request: &Request) -> Result<(), Failure> {
    let service = Service::from_env()?;
    let mut link = get(&service, request, PATIENCE).await?;
    let url = link.get("consultationUrl").and_then(Value::as_str);
    let url = url.unwrap_or_default().to_owned();
    if request.json {
        // A picture is of no use to a program that has the text of it.
        link.remove("qr");
        println!("{}", Value::Object(link));
        return Ok(());
    }
    println!("{url}");
    if request.qr {
        print!("\n{}", qr::terminal(&url));
    }
    Ok(())
}

/// Asks until there is a link; says what it waits for. However often it asks, it makes one link.
async fn get(
    service: &Service,
    request: &Request,
    patience: Duration,
) -> Result<Map<String, Value>, Failure> {
    let key = hex(16).map_err(|error| Failure::unavailable(error.to_string()))?;
    let until = Instant::now() + patience;
    let mut last: Option<String> = None;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match once(service, request, &key, left.clamp(SECOND, WAIT)).await? {
            Answer::Link(link) => return Ok(link),
            Answer::Later { told, after } => {
                if until.saturating_duration_since(Instant::now()) <= after {
                    return Err(Failure::too_late(format!(
                        "{}: {told}",
                        lang().pick("there is no link yet", "ainda não há um link"),
                    )));
                }
                if last.as_ref() != Some(&told) {
                    eprintln!("{told}");
                    last = Some(told);
                }
                sleep(after).await;
            }
        }
    }
}

async fn once(
    service: &Service,
    request: &Request,
    key: &str,
    wait: Duration,
) -> Result<Answer, Failure> {
    let path = format!("/links?wait={}s", wait.as_secs());
    let post = service.request(Method::POST, &path);
    let post = post.header("idempotency-key", key).json(&request.body());
    let answer = service.send(post).await?;
    match answer.status() {
        StatusCode::CREATED => Ok(Answer::Link(answer.json().await?)),
        StatusCode::ACCEPTED => {
            let not_yet: NotYet = answer.json().await?;
            let told = not_yet.waiting_for.as_ref().map(Message::sentence);
            Ok(Answer::Later {
                told: told.unwrap_or(not_yet.phase),
                after: Duration::from_secs(not_yet.retry_after).max(SECOND),
            })
        }
        status => refused(service, status, answer).await,
    }
}

/// Trying again helps where the service says when.
async fn refused(
    service: &Service,
    status: StatusCode,
    answer: Response,
) -> Result<Answer, Failure> {
    let retry_after = answer.headers().get(header::RETRY_AFTER);
    let after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let told = words(service, answer).await;
    match after {
        Some(seconds) => Ok(Answer::Later {
            told,
            after: Duration::from_secs(seconds).max(SECOND),
        }),
        None if status.is_client_error() => Err(Failure::misused(told)),
        None => Err(Failure::unavailable(told)),
    }
}
