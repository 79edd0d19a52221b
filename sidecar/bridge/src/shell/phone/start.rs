//! The join: sockets to LiveKit, the first offer, and the WebSocket that carries it.

use std::sync::Arc;
use std::time::Instant;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::Phone;
use crate::call::{Call, CallSettings};
use crate::rtc::Peer;
use crate::shell::livekit::{Connection, JoinError, SignalSocket, media_socket};
use crate::shell::now;
use crate::shell::page::Page;
use crate::shell::places::Place;
use crate::shell::resume::{Comeback, Entry};
use crate::shell::stack::Stack;
use crate::signal::join;
use crate::wire::close::NORMAL;
use crate::wire::message::{Hello, ToPage};

/// What a phone has of LiveKit.
struct Joined {
    livekit: SignalSocket,
    udp: UdpSocket,
    peer: Peer,
}

/// Joins. A page that cannot gets the reason.
pub(super) async fn start(
    stack: Arc<Stack>,
    mut page: Page,
    hello: Hello,
    place: Place,
) -> Option<Box<Phone>> {
    let started = now();
    match join(&stack, &hello, started).await {
        Ok(joined) => {
            let entered = stack.registry.enter()?;
            Some(Box::new(phone(
                stack, page, hello, place, joined, entered, started,
            )))
        }
        Err(error) => {
            tracing::info!(%error, "the phone cannot join");
            stack.metrics.refused("join");
            let (reason, again) = error.leave();
            page.notify(&ToPage::Leave { reason, again });
            page.close(NORMAL, "");
            None
        }
    }
}

async fn join(stack: &Stack, hello: &Hello, now: Instant) -> Result<Joined, JoinError> {
    let settings = &stack.settings;
    let connection = Connection::open(&settings.livekit).await?;
    let failed = |error: &dyn std::fmt::Display| {
        tracing::warn!(%error, "cannot open a peer connection");
        JoinError::Unreachable
    };
    let udp = media_socket(&settings.media)
        .await
        .map_err(|error| failed(&error))?;
    let local = udp.local_addr().map_err(|error| failed(&error))?;
    let remote = udp.peer_addr().map_err(|error| failed(&error))?;
    let (peer, offer) =
        Peer::new(&stack.dtls, hello, (local, remote), now).map_err(|error| failed(&error))?;
    let path = join::path(hello, &offer, settings.bitrate);
    let livekit = connection.join(&path, &hello.token).await?;
    Ok(Joined { livekit, udp, peer })
}

fn phone(
    stack: Arc<Stack>,
    page: Page,
    hello: Hello,
    place: Place,
    joined: Joined,
    (entry, comebacks): (Entry, mpsc::Receiver<Comeback>),
    started: Instant,
) -> Phone {
    let settings = CallSettings {
        bitrate: stack.settings.bitrate,
        resume: entry.secret().to_owned(),
    };
    let Joined { livekit, udp, peer } = joined;
    Phone {
        call: Call::new(hello, settings, now()),
        peer,
        udp,
        livekit,
        page: Some(page),
        has_room: true,
        comebacks,
        stopping: stack.stopping.clone(),
        joined_at: None,
        sender: None,
        started,
        is_over: false,
        _entry: entry,
        _place: place,
        _alive: stack.alive.upgrade(),
        stack,
    }
}
