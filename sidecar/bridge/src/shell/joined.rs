//! A participant's join: sockets to LiveKit, the first offer, and the WebSocket that carries it.

use std::time::Instant;

use tokio::net::UdpSocket;

use super::livekit::{Connection, JoinError, SignalSocket, media_socket};
use crate::rtc::{Dtls, Peer};
use crate::signal::join;
use crate::wire::message::Hello;

/// What a participant has of LiveKit.
pub(super) struct Joined {
    pub(super) livekit: SignalSocket,
    pub(super) udp: UdpSocket,
    pub(super) peer: Peer,
}

/// LiveKit's two ports, each as host and port: HTTP, and UDP for media.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports<'a> {
    pub(super) http: &'a str,
    pub(super) media: &'a str,
}

/// Joins with the tracks that `hello` announces, at most `bitrate` bits per second of video.
pub(super) async fn join(
    ports: Ports<'_>,
    dtls: &Dtls,
    hello: &Hello,
    bitrate: u32,
    now: Instant,
) -> Result<Joined, JoinError> {
    let connection = Connection::open(ports.http).await?;
    let failed = |error: &dyn std::fmt::Display| {
        tracing::warn!(%error, "cannot open a peer connection");
        JoinError::Unreachable
    };
    let udp = media_socket(ports.media)
        .await
        .map_err(|error| failed(&error))?;
    let local = udp.local_addr().map_err(|error| failed(&error))?;
    let remote = udp.peer_addr().map_err(|error| failed(&error))?;
    let (peer, offer) =
        Peer::new(dtls, hello, (local, remote), now).map_err(|error| failed(&error))?;
    let path = join::path(hello, &offer, bitrate);
    let livekit = connection.join(&path, &hello.token).await?;
    Ok(Joined { livekit, udp, peer })
}
