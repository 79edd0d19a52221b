//! A page, as far as the bridge knows one.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::frame::{AUDIO, CAMERA, Frame};

const PATIENCE: Duration = Duration::from_secs(10);
/// Time without a frame after which the page acknowledges again.
const ACK_INTERVAL: Duration = Duration::from_secs(4);

/// A page's socket. Frames are acknowledged as they come.
pub(crate) struct Phone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) resume: String,
    sequence: u32,
    received: usize,
    acked_at: Instant,
    texts: VecDeque<Value>,
    frames: VecDeque<Frame>,
    /// The frame of each track whose other parts are still to come.
    unfinished: HashMap<u16, Frame>,
}

impl Phone {
    /// Opens a socket as a browser does.
    pub(crate) async fn opens(bridge: SocketAddr) -> Self {
        Self::tries(bridge, &[("origin", "https://app.example")])
            .await
            .expect("opens")
    }

    /// Opens a socket with these headers.
    pub(crate) async fn tries(
        bridge: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{bridge}/sidelink/media").into_client_request()?;
        let protocol = [("sec-websocket-protocol", "sidelink-media.1")];
        for &(name, value) in headers.iter().chain(&protocol) {
            request.headers_mut().insert(name, value.parse()?);
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self {
            socket,
            resume: String::new(),
            sequence: 0,
            received: 0,
            acked_at: Instant::now(),
            texts: VecDeque::new(),
            frames: VecDeque::new(),
            unfinished: HashMap::new(),
        })
    }

    pub(crate) async fn says(&mut self, message: &Value) {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .expect("sends");
    }

    /// Sends a message to a bridge that may have closed already.
    pub(crate) async fn says_if_open(&mut self, message: &Value) {
        let _ = self.socket.send(Message::text(message.to_string())).await;
    }

    /// Reports whether such a message was read, and forgets those before it.
    pub(crate) fn has_heard(&mut self, is_it: impl Fn(&Value) -> bool) -> bool {
        self.texts.drain(..).any(|message| is_it(&message))
    }

    /// Sends an Opus packet or a VP8 frame.
    pub(crate) async fn sends(&mut self, kind: u8, captured: u64, payload: &[u8]) {
        let is_key = kind != AUDIO && payload[0] & 1 == 0;
        self.sends_frame(kind, is_key, captured, payload).await;
    }

    /// Sends a key frame in H.264.
    pub(crate) async fn sends_h264(&mut self, captured: u64, payload: &[u8]) {
        self.sends_frame(CAMERA, true, captured, payload).await;
    }

    async fn sends_frame(&mut self, kind: u8, is_key: bool, captured: u64, payload: &[u8]) {
        let mut message = vec![
            kind,
            u8::from(is_key),
            0,
            if kind == AUDIO { 20 } else { 0 },
        ];
        message.extend(self.sequence.to_be_bytes());
        message.extend(captured.to_be_bytes());
        message.extend(payload);
        self.sequence += 1;
        self.socket
            .send(Message::binary(message))
            .await
            .expect("sends");
    }

    pub(crate) async fn sends_raw(&mut self, message: Vec<u8>) {
        // The bridge may have closed already.
        let _ = self.socket.send(Message::binary(message)).await;
    }

    /// Waits for a message of this type, and drops those before it.
    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        self.hears_that(|message| message["type"] == kind).await
    }

    /// Forgets what was read.
    pub(crate) fn forgets(mut self) -> Self {
        self.texts.clear();
        self.frames.clear();
        self
    }

    /// Waits for a message, and drops those before it.
    pub(crate) async fn hears_that(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        self.hears_within(is_it, PATIENCE).await
    }

    /// Waits for a message of this type for another time.
    pub(crate) async fn hears_patiently(&mut self, kind: &str, patience: Duration) -> Value {
        self.hears_within(|message| message["type"] == kind, patience)
            .await
    }

    async fn hears_within(&mut self, is_it: impl Fn(&Value) -> bool, patience: Duration) -> Value {
        timeout(patience, async {
            loop {
                while let Some(message) = self.texts.pop_front() {
                    if is_it(&message) {
                        return message;
                    }
                }
                assert!(self.reads().await.is_none(), "closed");
            }
        })
        .await
        .expect("the message comes")
    }

    /// Waits for a frame of this track.
    pub(crate) async fn gets(&mut self, track: u64) -> Frame {
        timeout(PATIENCE, async {
            loop {
                while let Some(frame) = self.frames.pop_front() {
                    if u64::from(frame.track) == track {
                        return frame;
                    }
                }
                assert!(self.reads().await.is_none(), "closed");
            }
        })
        .await
        .expect("the frame comes")
    }

    /// Waits for the other's track of this kind. Returns its number.
    pub(crate) async fn finds(&mut self, identity: &str, kind: &str) -> u64 {
        let is_it = |message: &Value| {
            message["type"] == "track" && message["identity"] == identity && message["kind"] == kind
        };
        self.hears_that(is_it).await["id"]
            .as_u64()
            .expect("a number")
    }

    /// Waits until the bridge closes. Returns code and reason.
    pub(crate) async fn is_closed(&mut self) -> (u16, String) {
        timeout(PATIENCE, async {
            loop {
                if let Some(closed) = self.reads().await {
                    return closed;
                }
            }
        })
        .await
        .expect("the bridge closes")
    }

    /// Cuts the connection without a word.
    pub(crate) fn cut(self) {
        drop(self.socket);
    }

    /// Writes bytes to the connection that are no message.
    pub(crate) async fn writes(&mut self, bytes: &[u8]) {
        // The bridge may have closed already.
        let _ = self.socket.get_mut().write_all(bytes).await;
    }

    /// Returns the frames that were read, and forgets them.
    pub(crate) fn frames(&mut self) -> Vec<Frame> {
        self.frames.drain(..).collect()
    }

    async fn acks(&mut self) {
        self.acked_at = Instant::now();
        let ack = json!({ "type": "ack", "bytes": self.received });
        // The bridge may have closed already.
        let _ = self.socket.send(Message::text(ack.to_string())).await;
    }

    /// Reads until something has happened.
    pub(crate) async fn reads_until<T>(&mut self, happened: impl Future<Output = T>) {
        let mut happened = std::pin::pin!(happened);
        loop {
            tokio::select! {
                _ = &mut happened => return,
                closed = self.reads() => assert_eq!(closed, None, "open"),
            }
        }
    }

    /// Takes a frame, or one of the parts in which a large one travels.
    fn takes(&mut self, message: &[u8]) {
        let mut frame = Frame::read(message);
        if let Some(mut begun) = self.unfinished.remove(&frame.track)
            && begun.captured == frame.captured
        {
            begun.payload.append(&mut frame.payload);
            frame.payload = begun.payload;
        }
        if message[1] & 2 == 0 {
            self.frames.push_back(frame);
        } else {
            self.unfinished.insert(frame.track, frame);
        }
    }

    /// Reads one message. Returns code and reason of a close.
    pub(crate) async fn reads(&mut self) -> Option<(u16, String)> {
        let rest = ACK_INTERVAL.saturating_sub(self.acked_at.elapsed());
        let Ok(next) = timeout(rest, self.socket.next()).await else {
            self.acks().await;
            return None;
        };
        match next {
            Some(Ok(Message::Text(text))) => {
                self.texts
                    .push_back(serde_json::from_str(&text).expect("JSON"));
                None
            }
            Some(Ok(Message::Binary(bytes))) => {
                self.received += bytes.len();
                self.takes(&bytes);
                self.acks().await;
                None
            }
            Some(Ok(Message::Close(Some(close)))) => {
                Some((close.code.into(), close.reason.to_string()))
            }
            Some(Ok(_)) => None,
            None | Some(Err(_)) => Some((1006, String::new())),
        }
    }
}
