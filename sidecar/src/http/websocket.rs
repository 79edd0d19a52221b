//! `/runtime-config/ws`: the document now and at every new revision. A quick tunnel holds Server-Sent
//! Events back until they end; WebSockets pass.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::App;
use super::error::Error;
use super::guard::asked_host;
use crate::documents::Published;

/// Cloudflare resets a connection that is idle for 100 s; pages want to know sooner.
const PING: Duration = Duration::from_secs(25);
/// A page that answers none of two pings is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// At some 10 KiB each this stays far below the memory of a laptop's virtual machine.
const MOST: usize = 20_000;
/// A page sends nothing but pongs.
const MAX_MESSAGE: usize = 1024;
/// The usual 128 KiB for each direction would be 2.5 GiB for ten thousand pages.
const BUFFER: usize = 1024;

pub(super) async fn upgrade(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, axum::response::ErrorResponse> {
    let upgrade = upgrade?;
    let place = Place::take(&app.websockets).ok_or(Error::FULL)?;
    let host: Box<str> = asked_host(&headers, &uri).into();
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _place = place;
        follow(socket, app, &host).await;
    }))
}

async fn follow(mut socket: WebSocket, app: App, host: &str) {
    // A page that was shown before the machine slept connects again after it.
    let _ = app.now().await;
    let mut published = app.published.clone();
    let mut sent = 0;
    let mut heard = Instant::now();
    let mut ping = interval_at(heard + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    published.mark_changed();
    loop {
        let step = tokio::select! {
            changed = published.changed() => match changed {
                Ok(()) => {
                    let now = Arc::clone(&published.borrow_and_update());
                    send(&mut socket, &now, host, &mut sent).await
                }
                Err(_) => ControlFlow::Break(()),
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(()),
                Some(Ok(_)) => {
                    heard = Instant::now();
                    ControlFlow::Continue(())
                }
            },
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE || socket.send(Message::Ping(bytes::Bytes::new())).await.is_err() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            }
            () = app.drains() => {
                // The page connects again, to the next sidecar.
                let _ = socket.send(Message::Close(None)).await;
                ControlFlow::Break(())
            }
        };
        if step.is_break() {
            return;
        }
    }
}

/// Sends the document where its revision is new.
async fn send(
    socket: &mut WebSocket,
    now: &Published,
    host: &str,
    sent: &mut u64,
) -> ControlFlow<()> {
    let revision = now.snapshot.revision;
    if revision == *sent {
        return ControlFlow::Continue(());
    }
    *sent = revision;
    let Ok(text) = Utf8Bytes::try_from(now.document(host).json.clone()) else {
        return ControlFlow::Break(());
    };
    match socket.send(Message::Text(text)).await {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}

/// One of the places for followers, given back when it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(count: &Arc<AtomicUsize>) -> Option<Self> {
        if count.fetch_add(1, Ordering::Relaxed) < MOST {
            return Some(Self(Arc::clone(count)));
        }
        count.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
