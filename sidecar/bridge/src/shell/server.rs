//! The HTTP server: the pages' WebSockets, health and metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::page::{Arrived, Page, PageSocket};
use super::places::Place;
use super::stack::Stack;
use super::visitor::{self, address};
use super::{livekit, page, phone};
use crate::rtc::Dtls;
use crate::settings::Settings;
use crate::wire::SUBPROTOCOL;
use crate::wire::close::{NORMAL, POLICY, TRY_AGAIN_LATER};
use crate::wire::frame::MAX_FRAME;
use crate::wire::message::{FromPage, Hello, ToPage};

/// Time for the first message.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the phones to leave when the bridge ends.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections for health, metrics, and pages that are refused.
const OTHER_CONNECTIONS: usize = 64;
/// Delay after which a refused page may try again, seconds.
const RETRY_AFTER: u32 = 10;
/// Bytes that the WebSocket library may hold for a page that does not read.
const MAX_WRITE_BUFFER: usize = 1024 * 1024;

/// The operating system gives no random numbers for the DTLS certificate.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomNumbers;

/// The bridge: an HTTP service, and the calls of its phones.
pub struct Bridge {
    stack: Arc<Stack>,
    stopping: watch::Sender<bool>,
    /// Dropped at the end; each phone has another one.
    alive: mpsc::Sender<()>,
    left: mpsc::Receiver<()>,
}

impl Bridge {
    /// Creates a bridge without phones.
    ///
    /// # Errors
    ///
    /// Returns that its certificate could not be generated.
    pub fn new(settings: Settings) -> Result<Self, NoRandomNumbers> {
        let dtls = Dtls::generate().ok_or(NoRandomNumbers)?;
        let (alive, left) = mpsc::channel(1);
        let (stopping, stops) = watch::channel(false);
        Ok(Self {
            stack: Stack::new(settings, dtls, stops, alive.downgrade()),
            stopping,
            alive,
            left,
        })
    }

    /// Returns the service: the pages' WebSockets, health and metrics.
    pub fn router(&self) -> Router {
        router(Arc::clone(&self.stack))
    }

    /// Returns how many connections it needs at once.
    pub fn max_connections(&self) -> usize {
        self.stack.places.total() + self.stack.waiting.total() + OTHER_CONNECTIONS
    }

    /// Ends the calls: each phone gets a `leave`. Returns when all have left, after at most 5 s.
    pub async fn end(mut self) {
        self.stopping.send_replace(true);
        drop(self.alive);
        // Nothing is sent: the channel ends with its last phone.
        let _ = timeout(LEAVE_TIMEOUT, self.left.recv()).await;
    }
}

fn router(stack: Arc<Stack>) -> Router {
    Router::new()
        .route("/", get(health))
        .route("/metrics", get(metrics))
        .route("/sidelink/media", get(media))
        .with_state(stack)
}

/// `GET /`
async fn health(State(stack): State<Arc<Stack>>) -> Response {
    Json(serde_json::json!({
        "calls": stack.places.taken(),
        "limit": stack.places.total(),
        "bytes": stack.metrics.carried(),
        "quota": stack.settings.quota,
    }))
    .into_response()
}

/// `GET /metrics`
async fn metrics(State(stack): State<Arc<Stack>>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (
        [(header::CONTENT_TYPE, OPEN_METRICS)],
        stack.metrics.text(stack.places.taken()),
    )
        .into_response()
}

/// `GET /sidelink/media`: a page's WebSocket.
async fn media(
    State(stack): State<Arc<Stack>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER);
    if upgrade.selected_protocol().is_none() {
        return (
            StatusCode::BAD_REQUEST,
            "use the subprotocol sidelink-media.1",
        )
            .into_response();
    }
    let address = address(&headers);
    let waiting = stack.waiting.take(address);
    let is_browser = visitor::is_browser(&headers);
    let Some(waiting) = waiting.filter(|_| is_browser || stack.places.fits(address)) else {
        stack.metrics.refused("full");
        return if is_browser {
            upgrade.on_upgrade(refuse)
        } else {
            unavailable()
        };
    };
    upgrade.on_upgrade(move |socket| greet(stack, socket, address, waiting))
}

fn unavailable() -> Response {
    let retry = [(header::RETRY_AFTER, RETRY_AFTER.to_string())];
    (StatusCode::SERVICE_UNAVAILABLE, retry, full()).into_response()
}

fn full() -> String {
    format!(r#"{{"code":"full","retryAfter":{RETRY_AFTER}}}"#)
}

/// A browser does not show a page the status of a refused WebSocket, so the close has the reason.
async fn refuse(socket: PageSocket) {
    Page::new(socket).close(TRY_AGAIN_LATER, &full());
}

/// Reads the first message and does what it asks for.
async fn greet(
    stack: Arc<Stack>,
    mut socket: PageSocket,
    address: Option<std::net::IpAddr>,
    waiting: Place,
) {
    let first = timeout(HELLO_TIMEOUT, socket.recv()).await;
    let message = match first.map(page::read) {
        Ok(Arrived::Text(text)) => FromPage::parse(&text).map_err(|error| error.to_string()),
        Ok(Arrived::Lost) => return,
        Ok(_) => Err("the first message is not a hello".to_owned()),
        Err(_) => Err("no hello within 10 s".to_owned()),
    };
    match message {
        Ok(FromPage::Hello(hello)) => join(stack, socket, hello, address, waiting).await,
        Ok(FromPage::Diagnose { token }) => diagnose(&stack, socket, &token).await,
        Ok(_) => Page::new(socket).close(POLICY, "the first message is not a hello"),
        Err(why) => Page::new(socket).close(POLICY, &why),
    }
}

/// Resumes the page's call, or begins one.
async fn join(
    stack: Arc<Stack>,
    socket: PageSocket,
    hello: Hello,
    address: Option<std::net::IpAddr>,
    waiting: Place,
) {
    let socket = match &hello.resume {
        Some(secret) => stack.registry.resume(secret, socket).await,
        None => Some(socket),
    };
    let Some(socket) = socket else {
        return;
    };
    let Some(place) = stack.places.take(address) else {
        stack.metrics.refused("full");
        return refuse(socket).await;
    };
    drop(waiting);
    phone::run(stack, Page::new(socket), hello, place).await;
}

/// Answers whether LiveKit is reached, and the token good.
async fn diagnose(stack: &Stack, socket: PageSocket, token: &str) {
    let checked = livekit::validate(&stack.settings.livekit, token).await;
    let reason = checked
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    let mut page = Page::new(socket);
    page.notify(&ToPage::Diagnosed {
        ok: checked.is_ok(),
        reason,
    });
    page.close(NORMAL, "");
}
