//! No link while something that is not for visitors answers under its name: every door is tried through the
//! public name itself, whatever stands between it and the stack.

mod checks;
mod raw_http;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Response, StatusCode};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout};

use super::http_checks::Visit;
use super::{Step, Trouble};
use crate::livekit::access_token::under_key;
use crate::probe::client::innermost;
use crate::probe::marker::{self, Seen, observed};
use checks::{DOORS, Door, Way};
use sidelink_core::LayerKind;
use sidelink_core::PublicUrlFault;

/// A program of this stack answers in milliseconds; an app may take its time for a path that it does not know.
const LIMIT: Duration = Duration::from_secs(2);
/// Together: a quick tunnel takes 200 requests at once, all visitors' among them.
const AT_ONCE: usize = 12;
/// What a program is known by stands at the beginning of its answer; LiveKit's metrics come after Go's own.
const MAX_BODY: usize = 64 * 1024;
/// One in so many doors may give no answer: a filter on the way may not like a path.
const UNANSWERED: usize = 4;
/// One in so many has to be answered by whoever is behind it: LiveKit, Icecast and the sidecar do so in milliseconds,
/// however slow the app is.
const ANSWERED: usize = 8;
/// While doors are silent, our marker is asked so often: where it answers, the line is not what is slow.
const PULSE: Duration = Duration::from_millis(400);

/// What came back from a door.
#[derive(Debug, Default)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

/// Where the doors are.
#[derive(Debug)]
struct Front<'a> {
    client: &'a Client,
    /// `None`: in plain text, as tests have it.
    tls: Option<ClientConfig>,
    host: &'a str,
    addresses: &'a [SocketAddr],
    /// Of this installation's marker.
    instance: &'a str,
}

/// What the doors showed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Round {
    /// Open ones, in the table's order.
    open: Vec<usize>,
    /// Behind which the app takes longer than any other program of this stack would.
    slow: usize,
    /// Those that gave no answer of the stack's, and what came of the first.
    unanswered: usize,
    detail: String,
}

/// From when to when.
type Span = (Instant, Instant);

/// What came of one door: an answer, an error, or nothing in this time.
type Tried = Result<Result<Answer, String>, Span>;

impl Visit<'_> {
    /// Tries every door.
    pub(super) async fn safety(&self) -> Step<String> {
        let front = Front {
            client: self.client(),
            tls: Some(self.tls().clone()),
            host: self.host(),
            addresses: self.addresses(),
            instance: self.instance(),
        };
        front.round().await.verdict()
    }
}

impl Front<'_> {
    async fn round(&self) -> Round {
        let tries = (0..DOORS.len()).map(|number| async move {
            let began = Instant::now();
            let answer = timeout(LIMIT, self.ask(&DOORS[number])).await;
            (number, answer.map_err(|_| (began, Instant::now())))
        });
        let mut pulses = Vec::new();
        let tried: Vec<(usize, Tried)> = {
            let mut tries = pin!(iter(tries).buffer_unordered(AT_ONCE).collect());
            loop {
                tokio::select! {
                    tried = &mut tries => break tried,
                    pulse = self.pulse() => pulses.extend(pulse),
                }
            }
        };
        let mut round = Round::default();
        for (number, tried) in tried {
            round.note(number, tried, &pulses, self.instance);
        }
        round.open.sort_unstable();
        round
    }

    /// Asks for our marker, a moment from now: when it was asked and answered.
    async fn pulse(&self) -> Option<Span> {
        sleep(PULSE).await;
        let began = Instant::now();
        let url = format!("{}{}", self.origin(), marker::PATH);
        let response = timeout(LIMIT, self.client.get(url).send())
            .await
            .ok()?
            .ok()?;
        let ours = observed(response.headers(), self.instance) == Seen::Ours;
        ours.then(|| (began, Instant::now()))
    }

    fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    async fn ask(&self, door: &Door) -> Result<Answer, String> {
        if let Way::Raw = door.way {
            let asked = raw_http::get(self.tls.as_ref(), self.addresses, self.host, door.path);
            return asked.await.map_err(|error| error.to_string());
        }
        // Once more when the connection breaks: one lost packet tells nothing of a door.
        match self.send(door).await {
            Ok(response) => Ok(read(response).await),
            Err(_) => match self.send(door).await {
                Ok(response) => Ok(read(response).await),
                Err(error) => Err(innermost(&error)),
            },
        }
    }

    async fn send(&self, door: &Door) -> Result<Response, reqwest::Error> {
        let url = format!("{}{}", self.origin(), door.path);
        let request = match door.way {
            Way::Get | Way::Raw => self.client.get(url),
            Way::Post => self
                .client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body("{}"),
            // Signing cannot fail; without a token the door stays closed.
            Way::Key(key, secret) => self
                .client
                .get(url)
                .bearer_auth(under_key(key, secret).unwrap_or_default()),
        };
        request.send().await
    }
}

impl Round {
    fn note(&mut self, number: usize, tried: Tried, pulses: &[Span], instance: &str) {
        let door = &DOORS[number];
        let detail = match tried {
            Ok(Ok(answer)) if door.is_open(&answer) => return self.open.push(number),
            Ok(Ok(answer)) if answer.is_the_stacks(instance) => return,
            Ok(Ok(answer)) => answer.status.to_string(),
            Ok(Err(error)) => error,
            // An app may be slow where it knows nothing; a line that is cut shows no pulse.
            Err(silence) if pulses.iter().any(|pulse| is_within(*pulse, silence)) => {
                self.slow += 1;
                return;
            }
            Err(_) => format!("no answer in {} s", LIMIT.as_secs()),
        };
        if self.unanswered == 0 {
            self.detail = detail;
        }
        self.unanswered += 1;
    }

    fn verdict(self) -> Step<String> {
        let at = LayerKind::Exposure;
        if !self.open.is_empty() {
            let found = checks::told(self.open.iter().map(|&number| &DOORS[number]));
            return Err(Trouble::outside(at, PublicUrlFault::Exposed { found }));
        }
        let closed = DOORS.len() - self.unanswered - self.slow;
        if self.unanswered * UNANSWERED > DOORS.len() || closed * ANSWERED < DOORS.len() {
            let unseen = PublicUrlFault::ExposureUnseen {
                answered: closed,
                of: DOORS.len(),
                got: self.detail,
            };
            return Err(Trouble::outside(at, unseen));
        }
        Ok(format!("{closed}/{} closed", DOORS.len()))
    }
}

fn is_within((began, ended): Span, (from, to): Span) -> bool {
    from <= began && ended <= to
}

impl Answer {
    /// The edge's own errors say nothing of what is behind it.
    fn is_the_stacks(&self, instance: &str) -> bool {
        let refused = self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error();
        !refused || observed(&self.headers, instance) != Seen::Nothing
    }
}

/// The beginning of it; one that breaks off tells as much as it has told.
async fn read(mut response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while body.len() < MAX_BODY {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
