//! Receives the gateway's notices: lines of JSON over TCP, each with a kind and nothing that a visitor sent.
//!
//! Other containers can reach the port too, so a line can only trigger one of a few fixed messages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep};

use sidelink_core::{Diagnosis, Event, Notice};
use sidelink_diagnostics::{Lang, Message};

/// Maximum of open connections. The gateway has one, and briefly a second one when its configuration is reloaded.
const MAX_CONNECTIONS: usize = 4;
/// Maximum length of a line in bytes; the gateway's have about 200.
const MAX_LINE: u64 = 2048;
/// Minimum time between two events of the same kind.
const NOTICE_INTERVAL: Duration = Duration::from_secs(10);
/// Delay after a failed accept.
const ACCEPT_RETRY_INTERVAL: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
struct Line {
    notice: NoticeKind,
}

/// Kinds, as in the Caddyfile.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NoticeKind {
    TooSlow,
    EventStream,
    LargeUpload,
}

impl From<NoticeKind> for Notice {
    fn from(kind: NoticeKind) -> Self {
        match kind {
            NoticeKind::TooSlow => Self::AnswerTooSlow,
            NoticeKind::EventStream => Self::EventStreamHeld,
            NoticeKind::LargeUpload => Self::UploadTooLarge,
        }
    }
}

/// Sends an event for each notice. Never ends.
pub async fn follow(listener: TcpListener, events: mpsc::Sender<Event>, lang: Lang) {
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let throttle = Arc::new(NoticeThrottle::default());
    loop {
        let permit = Arc::clone(&connections).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_RETRY_INTERVAL).await;
            continue;
        };
        let (events, throttle) = (events.clone(), Arc::clone(&throttle));
        tokio::spawn(async move {
            read(stream, &events, &throttle, lang).await;
            drop(permit);
        });
    }
}

/// Time of the last event of each kind.
#[derive(Default)]
struct NoticeThrottle(Mutex<BTreeMap<Notice, Instant>>);

impl NoticeThrottle {
    /// Returns whether the notice is the first of its kind; `None` where it is too early for another.
    fn admit(&self, notice: Notice) -> Option<bool> {
        let now = Instant::now();
        let mut sent_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = sent_at.get(&notice).copied();
        let is_due = last.is_none_or(|last| now.duration_since(last) >= NOTICE_INTERVAL);
        is_due.then(|| {
            sent_at.insert(notice, now);
            last.is_none()
        })
    }
}

async fn read(
    stream: impl AsyncRead + Unpin,
    events: &mpsc::Sender<Event>,
    throttle: &NoticeThrottle,
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
        // The connection has ended or failed, or the line is too long to be the gateway's.
        if read.is_err() || line.last() != Some(&b'\n') {
            return;
        }
        let Ok(Line { notice }) = serde_json::from_slice(&line) else {
            continue;
        };
        let notice = notice.into();
        let Some(is_first) = throttle.admit(notice) else {
            continue;
        };
        if is_first {
            tracing::warn!(
                code = notice.code(),
                "{}",
                Diagnosis::of_code(notice.code(), "").message(lang)
            );
        }
        let _ = events.send(Event::Noticed(notice)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn notices_of(lines: &str) -> Vec<Notice> {
        let (events, mut received) = mpsc::channel(64);
        read(
            lines.as_bytes(),
            &events,
            &NoticeThrottle::default(),
            Lang::En,
        )
        .await;
        drop(events);
        let mut notices = Vec::new();
        while let Some(event) = received.recv().await {
            match event {
                Event::Noticed(notice) => notices.push(notice),
                other => panic!("{other:?}"),
            }
        }
        notices
    }

    #[tokio::test]
    async fn each_kind_is_sent_once_in_ten_seconds() {
        let line =
            r#"{"level":"info","ts":1.5,"msg":"handled request","status":504,"notice":"too_slow"}"#;
        let stream = r#"{"notice":"event_stream"}"#;
        let lines = format!("{line}\n{line}\n{stream}\n{line}\n");
        let notices = notices_of(&lines).await;
        assert_eq!(notices, [Notice::AnswerTooSlow, Notice::EventStreamHeld]);
    }

    #[tokio::test]
    async fn an_invalid_line_is_ignored_and_one_that_is_too_long_ends_the_connection() {
        let upload = r#"{"notice":"large_upload"}"#;
        let notices = notices_of(&format!(
            "nonsense\n{{}}\n{{\"notice\":\"evil\"}}\n{upload}\n"
        ))
        .await;
        assert_eq!(notices, [Notice::UploadTooLarge]);
        let long = "x".repeat(10_000);
        assert!(notices_of(&format!("{long}\n{upload}\n")).await.is_empty());
        assert!(notices_of(upload).await.is_empty(), "a line ends with \\n");
    }
}
