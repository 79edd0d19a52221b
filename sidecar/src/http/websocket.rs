//! `/runtime-config/ws` and `/status/ws`: a document now and at every change. A quick tunnel holds Server-Sent
//! Events back until they end; WebSockets pass.

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
use super::guard::{Asker, asked_host};
use super::visitor::Full;
use super::{poll, status};
use crate::runtime_config::cache::RuntimeConfigCache;

/// Cloudflare resets a connection that is idle for 100 s; pages want to know sooner.
const PING: Duration = Duration::from_secs(25);
/// Pages see no pings, and ask after 75 s without a document. It is mostly renewed each minute, but not where the
/// tunnel's provider counts requests: there each question would cost one.
const REPEAT: Duration = Duration::from_secs(65);
/// A page that answers none of two pings is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A page that takes a document no sooner is gone, or wants to hold memory.
const SEND: Duration = Duration::from_secs(10);
/// Dashboards of one person and some programs.
const DASHBOARDS: usize = 64;
/// A page sends nothing but pongs.
const MAX_MESSAGE: usize = 1024;
/// The usual 128 KiB for each direction would be 2.5 GiB for ten thousand pages.
const BUFFER: usize = 1024;

/// What an upgrade comes in as.
type Asked = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// How many follow what.
#[derive(Clone, Debug, Default)]
pub(super) struct Followers {
    pages: Arc<AtomicUsize>,
    dashboards: Arc<AtomicUsize>,
}

impl Followers {
    /// Pages that follow the runtime configuration.
    pub(super) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// Dashboards that follow the status.
    pub(super) fn dashboards(&self) -> usize {
        self.dashboards.load(Ordering::Relaxed)
    }
}

/// `/runtime-config/ws`, for everybody.
pub(super) async fn configuration(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Asked,
) -> Result<Response, Error> {
    let upgrade = small(upgrade)?;
    let place = app.places.take(&headers).map_err(|full| match full {
        Full::Visitor => Error::TOO_MANY_OPEN.after(poll::ANOTHER),
        Full::InAll => Error::FULL,
    })?;
    let page = Counted::take(&app.followers.pages, usize::MAX).ok_or(Error::FULL)?;
    let host: Box<str> = asked_host(&headers, &uri).into();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _held = (place, page);
        let mut sent = 0;
        let document = |now: &RuntimeConfigCache, again| {
            let revision = now.snapshot.revision;
            let is_new = std::mem::replace(&mut sent, revision) != revision;
            (is_new || again).then(|| now.document(&host).json.clone())
        };
        follow(socket, &app, document, std::future::pending()).await;
    }))
}

/// `/status/ws`, for the token's owner or a session, and no longer than that lasts.
pub(super) async fn full_status(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    upgrade: Asked,
) -> Result<Response, Error> {
    let upgrade = small(upgrade)?;
    let place = Counted::take(&app.followers.dashboards, DASHBOARDS).ok_or(Error::FULL)?;
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _place = place;
        follow(
            socket,
            &app,
            |now, _| Some(status::json(now)),
            asker.over(&app),
        )
        .await;
    }))
}

fn small(upgrade: Asked) -> Result<WebSocketUpgrade, Error> {
    let upgrade = upgrade.map_err(|_| Error::NO_UPGRADE)?;
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE))
}

/// Sends the document now, at every change and again after a long silence, until the page goes, `over` comes or the
/// process ends. `document` is asked whether there is a new one, or for the same one again.
async fn follow(
    mut socket: WebSocket,
    app: &App,
    mut document: impl FnMut(&RuntimeConfigCache, bool) -> Option<Bytes>,
    over: impl Future<Output = ()>,
) {
    // A page that was shown before the machine slept connects again after it.
    let _ = app.now().await;
    let mut published = app.published.clone();
    let mut over = std::pin::pin!(over);
    let mut heard = Instant::now();
    let mut told = heard;
    let mut ping = interval_at(heard + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    published.mark_changed();
    loop {
        let step = tokio::select! {
            // What is over is told nothing more.
            biased;
            () = &mut over => end(&mut socket).await,
            // The page connects again, to the next sidecar.
            () = app.drains() => end(&mut socket).await,
            changed = published.changed() => match changed {
                Ok(()) => {
                    let now = Arc::clone(&published.borrow_and_update());
                    send(&mut socket, document(&now, false), &mut told).await
                }
                Err(_) => ControlFlow::Break(()),
            },
            () = sleep_until(told + REPEAT) => {
                let now = Arc::clone(&published.borrow());
                send(&mut socket, document(&now, true), &mut told).await
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(()),
                Some(Ok(_)) => {
                    heard = Instant::now();
                    ControlFlow::Continue(())
                }
            },
            _ = ping.tick() => beat(&mut socket, heard).await,
        };
        if step.is_break() {
            return;
        }
    }
}

async fn beat(socket: &mut WebSocket, heard: Instant) -> ControlFlow<()> {
    if heard.elapsed() > SILENCE {
        return ControlFlow::Break(());
    }
    send_in_time(socket, Message::Ping(Bytes::new())).await
}

async fn end(socket: &mut WebSocket) -> ControlFlow<()> {
    let _ = send_in_time(socket, Message::Close(None)).await;
    ControlFlow::Break(())
}

/// Sends the document where there is a new one.
async fn send(
    socket: &mut WebSocket,
    document: Option<Bytes>,
    told: &mut Instant,
) -> ControlFlow<()> {
    let Some(json) = document else {
        return ControlFlow::Continue(());
    };
    *told = Instant::now();
    let Ok(text) = Utf8Bytes::try_from(json) else {
        return ControlFlow::Break(());
    };
    send_in_time(socket, Message::Text(text)).await
}

async fn send_in_time(socket: &mut WebSocket, message: Message) -> ControlFlow<()> {
    match timeout(SEND, socket.send(message)).await {
        Ok(Ok(())) => ControlFlow::Continue(()),
        Ok(Err(_)) | Err(_) => ControlFlow::Break(()),
    }
}

/// One of so many, until it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn take(count: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        if count.fetch_add(1, Ordering::Relaxed) < most {
            return Some(Self(Arc::clone(count)));
        }
        count.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
