//! `sidelink link create`: what "Generate link" does in the app, for a terminal.

#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::Args;
use reqwest::{Method, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use super::super::refusal::{self, LocalizedMessage};
use super::super::{ControlApi, lang};
use crate::config::duration;
use crate::qr;
use crate::random::hex;
use crate::runtime::exit::CommandFailure;

/// A suspended tunnel starts, registers and is verified in a few seconds; DNS of a new name takes longer.
const CREATE_TIMEOUT: Duration = Duration::from_secs(60);
/// Wait of one request: below every proxy's idle limit.
const MAX_WAIT: Duration = Duration::from_secs(25);
const MIN_WAIT: Duration = Duration::from_secs(1);

/// The consultation of the link.
#[derive(Args, Clone, Debug)]
pub struct CreateOptions {
    /// The professional's id in your app, 1 to 128 characters
    #[arg(long, value_name = "ID")]
    professional: String,
    /// The client's id in your app, 1 to 128 characters
    #[arg(long, value_name = "ID")]
    client: String,
    /// The type of consultation, 1 to 64 characters
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// Lifetime of the link, from 1m to 720h; the default is a day
    #[arg(long, value_parser = duration::parse)]
    ttl: Option<Duration>,
    /// Print a QR code too
    #[arg(long)]
    qr: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "qr")]
    json: bool,
}

impl CreateOptions {
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

/// The service's answer.
enum CreateAnswer {
    /// The link, as JSON.
    Link(Map<String, Value>),
    /// Not yet: why, and the delay before the next request.
    Later { message: String, after: Duration },
}

/// `202`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotYet {
    phase: String,
    waiting_for: Option<LocalizedMessage>,
    retry_after: u64,
}

/// Prints the link. Exit code 64 for a request that has to be changed, 69 where nothing more is tried, 75 where no link
/// was created within a minute.
pub(super) async fn run(request: &CreateOptions) -> Result<(), CommandFailure> {
    let service = ControlApi::from_env()?;
    let mut link = get(&service, request, CREATE_TIMEOUT).await?;
    let url = link.get("consultationUrl").and_then(Value::as_str);
    let url = url.unwrap_or_default().to_owned();
    if request.json {
        // A program that has the link needs no picture of it.
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

/// Sends requests until a link is created, and prints what it waits for. All of them have one key and create one link.
async fn get(
    service: &ControlApi,
    request: &CreateOptions,
    patience: Duration,
) -> Result<Map<String, Value>, CommandFailure> {
    let key = hex(16).map_err(|error| CommandFailure::unavailable(error.to_string()))?;
    let until = Instant::now() + patience;
    let mut last: Option<String> = None;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match once(service, request, &key, left.clamp(MIN_WAIT, MAX_WAIT)).await? {
            CreateAnswer::Link(link) => return Ok(link),
            CreateAnswer::Later { message, after } => {
                if until.saturating_duration_since(Instant::now()) <= after {
                    return Err(CommandFailure::too_late(format!(
                        "{}: {message}",
                        lang().pick("no link was created", "nenhum link foi criado"),
                    )));
                }
                if last.as_ref() != Some(&message) {
                    eprintln!("{message}");
                    last = Some(message);
                }
                sleep(after).await;
            }
        }
    }
}

async fn once(
    service: &ControlApi,
    request: &CreateOptions,
    key: &str,
    wait: Duration,
) -> Result<CreateAnswer, CommandFailure> {
    let path = format!("/links?wait={}s", wait.as_secs());
    let post = service.request(Method::POST, &path);
    let post = post.header("idempotency-key", key).json(&request.body());
    let answer = service.send(post).await?;
    match answer.status() {
        StatusCode::CREATED => Ok(CreateAnswer::Link(answer.json().await?)),
        StatusCode::ACCEPTED => {
            let not_yet: NotYet = answer.json().await?;
            let message = not_yet.waiting_for.as_ref().map(LocalizedMessage::sentence);
            Ok(CreateAnswer::Later {
                message: message.unwrap_or(not_yet.phase),
                after: Duration::from_secs(not_yet.retry_after).max(MIN_WAIT),
            })
        }
        status => refused(service, status, answer).await,
    }
}

/// Another request helps where the service has set `Retry-After`.
async fn refused(
    service: &ControlApi,
    status: StatusCode,
    answer: Response,
) -> Result<CreateAnswer, CommandFailure> {
    let retry_after = answer.headers().get(header::RETRY_AFTER);
    let after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let message = refusal::message(service, answer).await;
    match after {
        Some(seconds) => Ok(CreateAnswer::Later {
            message,
            after: Duration::from_secs(seconds).max(MIN_WAIT),
        }),
        None if status.is_client_error() => Err(CommandFailure::misused(message)),
        None => Err(CommandFailure::unavailable(message)),
    }
}
