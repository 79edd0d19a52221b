//! `/runtime-config/ws` and `/status/ws`: a document now and at every change. They are WebSockets because a quick
//! tunnel holds Server-Sent Events back until they end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bytes::Bytes;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::App;
use super::error::Error;
use super::guard::{Caller, requested_host};
use super::visitor::NoPermit;
use super::{poll, status};
use crate::runtime_config::cache::RuntimeConfigCache;

/// Between two pings. Cloudflare resets a connection that is idle for 100 s.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// Time without a change after which the document is sent again. Pages do not see pings and poll after 75 s without a
/// document; where the tunnel's provider counts requests, each poll would cost one.
const REPEAT_INTERVAL: Duration = Duration::from_secs(65);
/// Time without a message after which a page is gone: it has answered neither of two pings.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(60);
/// Time for which a page may take to receive a message. A slower one would hold memory.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Open dashboards of one operator, and some programs.
const MAX_DASHBOARDS: usize = 64;
/// Size of a page's message, bytes. Pages send nothing but pongs.
const MAX_MESSAGE: usize = 1024;
/// Read buffer, bytes. The default of 128 KiB for each direction would be 2.5 GiB for ten thousand pages.
const READ_BUFFER: usize = 1024;

/// A WebSocket upgrade, or why the request is not one.
type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// Numbers of open WebSockets.
#[derive(Clone, Debug, Default)]
pub(super) struct Followers {
    pages: Arc<AtomicUsize>,
    dashboards: Arc<AtomicUsize>,
}

impl Followers {
    /// Returns the number of pages that follow the runtime config.
    pub(super) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// Dashboards that follow the status.
    pub(super) fn dashboards(&self) -> usize {
        self.dashboards.load(Ordering::Relaxed)
    }
}

/// `/runtime-config/ws`
pub(super) async fn configuration(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let upgrade = small(upgrade)?;
    let permit = app.permits.take(&headers).map_err(|none| match none {
        NoPermit::Address => Error::TOO_MANY_OPEN.retry_after(poll::RETRY_AFTER),
        NoPermit::Total => Error::FULL,
    })?;
    let page = Slot::take(&app.followers.pages, usize::MAX).ok_or(Error::FULL)?;
    let host: Box<str> = requested_host(&headers, &uri).into();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _held = (permit, page);
        let mut sent = 0;
        let document = |now: &RuntimeConfigCache, again| {
            let revision = now.snapshot.revision;
            let is_new = std::mem::replace(&mut sent, revision) != revision;
            (is_new || again).then(|| now.document(&host).json.clone())
        };
        follow(socket, &app, document, std::future::pending()).await;
    }))
}

/// `/status/ws`, until the session ends.
pub(super) async fn full_status(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let upgrade = small(upgrade)?;
    let slot = Slot::take(&app.followers.dashboards, MAX_DASHBOARDS).ok_or(Error::FULL)?;
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _slot = slot;
        follow(
            socket,
            &app,
            |now, _| Some(status::json(&app, now)),
            caller.ended(&app),
        )
        .await;
    }))
}

fn small(upgrade: Upgrade) -> Result<WebSocketUpgrade, Error> {
    let upgrade = upgrade.map_err(|_| Error::NO_UPGRADE)?;
    Ok(upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE))
}

/// Sends the document now, at every change and after [`REPEAT_INTERVAL`], until the page disconnects, `over` completes
/// or the process ends. `document` returns one if there is a new one, or the same again.
async fn follow(
    mut socket: WebSocket,
    app: &App,
    mut document: impl FnMut(&RuntimeConfigCache, bool) -> Option<Bytes>,
    over: impl Future<Output = ()>,
) {
    // Pages reconnect after the machine was suspended, perhaps before the engine has noticed.
    let _ = app.now().await;
    let mut published = app.engine.published.clone();
    let mut over = std::pin::pin!(over);
    let mut received_at = Instant::now();
    let mut sent_at = received_at;
    let mut ping = interval_at(received_at + PING_INTERVAL, PING_INTERVAL);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    published.mark_changed();
    loop {
        let step = tokio::select! {
            // The end of the session wins over pending documents.
            biased;
            () = &mut over => end(&mut socket).await,
            // The page reconnects to the next sidecar.
            () = app.engine.drains() => end(&mut socket).await,
            changed = published.changed() => match changed {
                Ok(()) => {
                    let now = Arc::clone(&published.borrow_and_update());
                    send(&mut socket, document(&now, false), &mut sent_at).await
                }
                Err(_) => ControlFlow::Break(()),
            },
            () = sleep_until(sent_at + REPEAT_INTERVAL) => {
                let now = Arc::clone(&published.borrow());
                send(&mut socket, document(&now, true), &mut sent_at).await
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(()),
                Some(Ok(_)) => {
                    received_at = Instant::now();
                    ControlFlow::Continue(())
                }
            },
            _ = ping.tick() => beat(&mut socket, received_at).await,
        };
        if step.is_break() {
            return;
        }
    }
}

async fn beat(socket: &mut WebSocket, received_at: Instant) -> ControlFlow<()> {
    if received_at.elapsed() > SILENCE_TIMEOUT {
        return ControlFlow::Break(());
    }
    send_in_time(socket, Message::Ping(Bytes::new())).await
}

async fn end(socket: &mut WebSocket) -> ControlFlow<()> {
    let _ = send_in_time(socket, Message::Close(None)).await;
    ControlFlow::Break(())
}

/// Sends the document if there is one.
async fn send(
    socket: &mut WebSocket,
    document: Option<Bytes>,
    sent_at: &mut Instant,
) -> ControlFlow<()> {
    let Some(json) = document else {
        return ControlFlow::Continue(());
    };
    *sent_at = Instant::now();
    let Ok(text) = Utf8Bytes::try_from(json) else {
        return ControlFlow::Break(());
    };
    send_in_time(socket, Message::Text(text)).await
}

async fn send_in_time(socket: &mut WebSocket, message: Message) -> ControlFlow<()> {
    match timeout(SEND_TIMEOUT, socket.send(message)).await {
        Ok(Ok(())) => ControlFlow::Continue(()),
        Ok(Err(_)) | Err(_) => ControlFlow::Break(()),
    }
}

/// One of a limited number, released when it is dropped.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(count: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        if count.fetch_add(1, Ordering::Relaxed) < most {
            return Some(Self(Arc::clone(count)));
        }
        count.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
