//! The gateway's notices: lines of JSON over TCP, with a kind each and nothing that a visitor sent.
//!
//! Other containers reach the port too, so a line is worth little: it can bring up one of a few sentences.

use sidelink_diagnostics::Message;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep};

use sidelink_core::Diagnosis;
use sidelink_core::{Event, Notice};
use sidelink_diagnostics::Lang;

/// One gateway has one connection; a reload of its configuration has a second one for a while.
const CONNECTIONS: usize = 4;
/// A line of Caddy's has some 200 bytes.
const MAX_LINE: u64 = 2048;
/// What is met a thousand times a second is told no more often than this.
const EACH: Duration = Duration::from_secs(10);
/// Where no connection can be taken.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
struct Line {
    notice: Kind,
}

/// As the Caddyfile writes it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    TooSlow,
    EventStream,
    LargeUpload,
}

impl From<Kind> for Notice {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::TooSlow => Self::AnswerTooSlow,
            Kind::EventStream => Self::EventStreamHeld,
            Kind::LargeUpload => Self::UploadTooLarge,
        }
    }
}

/// Tells the engine what the gateway reports. Never ends.
pub async fn follow(listener: TcpListener, events: mpsc::Sender<Event>, lang: Lang) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let told = Arc::new(Told::default());
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let (events, told) = (events.clone(), Arc::clone(&told));
        tokio::spawn(async move {
            read(stream, &events, &told, lang).await;
            drop(place);
        });
    }
}

/// When each was told last.
#[derive(Default)]
struct Told(Mutex<BTreeMap<Notice, Instant>>);

impl Told {
    /// Whether it is to be told now, and whether for the first time.
    fn tells(&self, notice: Notice) -> Option<bool> {
        let now = Instant::now();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.get(&notice).copied();
        let is_due = before.is_none_or(|before| now.duration_since(before) >= EACH);
        is_due.then(|| {
            told.insert(notice, now);
            before.is_none()
        })
    }
}

async fn read(
    stream: impl AsyncRead + Unpin,
    events: &mpsc::Sender<Event>,
    told: &Told,
    lang: Lang,
) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut stream)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .await;
        // An end, an error, or more than a line of the gateway's is.
        if read.is_err() || line.last() != Some(&b'\n') {
            return;
        }
        let Ok(Line { notice }) = serde_json::from_slice(&line) else {
            continue;
        };
        let notice = notice.into();
        let Some(first) = told.tells(notice) else {
            continue;
        };
        if first {
            tracing::warn!("{}", Diagnosis::of_code(notice.code(), "").message(lang));
        }
        let _ = events.send(Event::Noticed(notice)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told_of(lines: &str) -> Vec<Notice> {
        let (events, mut told) = mpsc::channel(64);
        read(lines.as_bytes(), &events, &Told::default(), Lang::En).await;
        drop(events);
        let mut notices = Vec::new();
        while let Some(event) = told.recv().await {
            match event {
                Event::Noticed(notice) => notices.push(notice),
                other => panic!("{other:?}"),
            }
        }
        notices
    }

    #[tokio::test]
    async fn each_kind_is_told_once_in_ten_seconds() {
        let line =
            r#"{"level":"info","ts":1.5,"msg":"handled request","status":504,"notice":"too_slow"}"#;
        let stream = r#"{"notice":"event_stream"}"#;
        let lines = format!("{line}\n{line}\n{stream}\n{line}\n");
        let told = told_of(&lines).await;
        assert_eq!(told, [Notice::AnswerTooSlow, Notice::EventStreamHeld]);
    }

    #[tokio::test]
    async fn what_is_no_line_of_the_gateways_is_passed_over_or_ends_it() {
        let upload = r#"{"notice":"large_upload"}"#;
        let told = told_of(&format!(
            "nonsense\n{{}}\n{{\"notice\":\"evil\"}}\n{upload}\n"
        ))
        .await;
        assert_eq!(told, [Notice::UploadTooLarge]);
        let long = "x".repeat(10_000);
        assert!(told_of(&format!("{long}\n{upload}\n")).await.is_empty());
        assert!(told_of(upload).await.is_empty(), "a line has an end");
    }
}
