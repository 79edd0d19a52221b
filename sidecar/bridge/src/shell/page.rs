//! The page's WebSocket. A writer task stands between, so that a slow page holds up nothing.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::wire::message::ToPage;

/// A page's WebSocket, as axum has it.
pub(super) type PageSocket = WebSocket;

/// Messages in the writer's hands.
const WRITER: usize = 8;
/// Bytes of text messages that wait for the writer. A page that leaves more behind is lost.
const MAX_WAITING: usize = 512 * 1024;
/// Time for the last messages and the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest reason of WebSocket's close, bytes.
const MAX_REASON: usize = 123;

/// A page's WebSocket with its writer.
#[derive(Debug)]
pub(super) struct Page {
    stream: SplitStream<WebSocket>,
    writer: mpsc::Sender<Message>,
    waiting: VecDeque<Utf8Bytes>,
    waiting_bytes: usize,
}

/// What arrived from a page.
#[derive(Debug)]
pub(super) enum Arrived {
    Text(Utf8Bytes),
    Frame(Bytes),
    /// A ping or pong: the page is there.
    Sign,
    /// Nothing: the writer has room again.
    Room,
    TooLong,
    Lost,
}

impl Page {
    pub(super) fn new(socket: WebSocket) -> Self {
        let (sink, stream) = socket.split();
        let (writer, messages) = mpsc::channel(WRITER);
        tokio::spawn(write(sink, messages));
        Self {
            stream,
            writer,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
        }
    }

    /// Returns what arrives next, or that the writer has room, if that is awaited.
    pub(super) async fn next(&mut self, awaits_room: bool) -> Arrived {
        tokio::select! {
            message = self.stream.next() => read(message),
            // A writer that has ended is found by the other branch.
            Ok(_) = self.writer.reserve(), if awaits_room => Arrived::Room,
        }
    }

    /// Queues a text message. Returns false if the page reads nothing.
    pub(super) fn notify(&mut self, message: &ToPage) -> bool {
        let text = Utf8Bytes::from(message.text());
        self.waiting_bytes += text.len();
        self.waiting.push_back(text);
        self.waiting_bytes <= MAX_WAITING
    }

    /// Gives the writer what it has room for: texts, and then frames of `next`. Returns false if it has none left.
    pub(super) fn flush(&mut self, mut next: impl FnMut() -> Option<Bytes>) -> bool {
        loop {
            let Ok(permit) = self.writer.try_reserve() else {
                return false;
            };
            let message = match self.waiting.pop_front() {
                Some(text) => {
                    self.waiting_bytes -= text.len();
                    Message::Text(text)
                }
                None => match next() {
                    Some(frame) => Message::Binary(frame),
                    None => return true,
                },
            };
            permit.send(message);
        }
    }

    /// Sends what waits, closes the socket, and reads on until the page has closed it too: unread bytes
    /// would reset the connection before the page has the reason.
    pub(super) fn close(self, code: u16, reason: &str) {
        let reason = reason.chars().take(MAX_REASON).collect::<String>().into();
        let close = Message::Close(Some(CloseFrame { code, reason }));
        let Self {
            mut stream,
            writer,
            waiting,
            ..
        } = self;
        tokio::spawn(timeout(CLOSE_TIMEOUT, async move {
            for message in waiting.into_iter().map(Message::Text).chain([close]) {
                if writer.send(message).await.is_err() {
                    return;
                }
            }
            while let Some(Ok(_)) = stream.next().await {}
        }));
    }
}

/// Returns what a socket's next message is.
pub(super) fn read(message: Option<Result<Message, axum::Error>>) -> Arrived {
    match message {
        Some(Ok(Message::Text(text))) => Arrived::Text(text),
        Some(Ok(Message::Binary(frame))) => Arrived::Frame(frame),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Arrived::Sign,
        Some(Err(error)) if is_too_long(&error) => Arrived::TooLong,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Arrived::Lost,
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    // axum hides the type of its WebSocket library's error.
    error.to_string().contains("too long") || error.to_string().contains("too large")
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut messages: mpsc::Receiver<Message>) {
    while let Some(message) = messages.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
}
