//! Who is connected, and how: in full on the control port, counts only in public; and the reports of pages.
//!
//! The names of the counts are those that servers of shared video use, so that their monitors can read them.

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::time::timeout;

use super::body::{Body, Fields};
use super::error::Error;
use super::guard::bearer_token;
use super::links::no_store;
use super::{App, uncached};
use crate::connections::{CandidateType, Connection, ConnectionReport, ConnectionStats, IceState};
use crate::livekit::access_token::participant_of;
use crate::livekit::room_service::{ParticipantState, PublishedTrack, TrackKind};
use crate::media_path::{MediaPath, Transport};
use crate::runtime::clock::rfc3339;

/// No connection works with a round trip of a minute.
const RTT_MS: RangeInclusive<u32> = 0..=60_000;
const LOSS_PERCENT: RangeInclusive<f64> = 0.0..=100.0;
/// Bits per second: ten gigabits.
const BITRATE: RangeInclusive<u64> = 0..=10_000_000_000;

/// LiveKit restarts within this time.
const LIVEKIT_RETRY: Duration = Duration::from_secs(2);
/// A monitor of the process does not wait for LiveKit.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Counts {
    active_clients: usize,
    websocket_connections: usize,
    /// A processor is connected.
    detector_loaded: bool,
    shared_tracks: SharedTracks,
}

#[derive(Serialize)]
struct SharedTracks {
    shared_video_tracks: usize,
    shared_processed_tracks: usize,
    active_clients: usize,
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct Full {
    #[serde(flatten)]
    counts: Counts,
    max_connections: Option<usize>,
    rooms: Vec<RoomView>,
    clients: Vec<ClientView>,
}

#[derive(Serialize)]
struct RoomView {
    name: String,
    clients: usize,
    tracks: usize,
    created_at: String,
}

#[derive(Serialize)]
struct ClientView {
    client_id: String,
    room: String,
    name: String,
    connection_state: &'static str,
    ice_state: Option<IceState>,
    created_at: String,
    has_processed_track: bool,
    tracks: usize,
    path: Option<MediaPath>,
    candidate_type: Option<CandidateType>,
    protocol: Option<Transport>,
    rtt_ms: Option<u32>,
    loss_percent: Option<f64>,
    send_bitrate: Option<u64>,
    receive_bitrate: Option<u64>,
    reported_at: Option<String>,
    verdict: &'static str,
    verdict_pt: &'static str,
}

#[derive(Serialize)]
struct Streams {
    active_streams: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    streams: Option<Vec<StreamView>>,
}

#[derive(Serialize)]
struct StreamView {
    room: String,
    client_id: String,
    track_id: String,
    kind: &'static str,
    name: String,
    source: String,
    mime_type: String,
    muted: bool,
    width: u32,
    height: u32,
}

/// `GET /health`: the process runs. The counts are zero while LiveKit does not answer, which `/readyz` reports.
pub(super) async fn health(State(app): State<App>) -> Response {
    let listed = timeout(HEALTH_TIMEOUT, stats(&app)).await;
    let stats = listed.ok().and_then(Result::ok).unwrap_or_default();
    let status = "ok";
    let counts = counts(&stats);
    uncached(Health { status, counts })
}

/// `GET /connection-stats` on the control port
pub(super) async fn full(State(app): State<App>) -> Result<Response, Error> {
    let stats = stats(&app).await?;
    let now = app.engine.unix_ms();
    let rooms = stats.rooms.iter().map(|room| {
        let is_here = |one: &Connection| one.room == room.name;
        let tracks = stats.tracks().filter(|(one, _)| is_here(one));
        RoomView {
            name: room.name.clone(),
            clients: stats.connections.iter().filter(|one| is_here(one)).count(),
            tracks: tracks.count(),
            created_at: rfc3339(room.created_at * 1000),
        }
    });
    Ok(uncached(Full {
        counts: counts(&stats),
        max_connections: app.connection_limit.max(),
        rooms: rooms.collect(),
        clients: stats
            .connections
            .iter()
            .chain(&stats.not_connected)
            .map(|one| client(one, now))
            .collect(),
    }))
}

/// `GET /connection-stats` in public
pub(super) async fn counted(State(app): State<App>) -> Result<Response, Error> {
    Ok(uncached(counts(&stats(&app).await?)))
}

/// `GET /active-streams` on the control port
pub(super) async fn streams(State(app): State<App>) -> Result<Response, Error> {
    let stats = stats(&app).await?;
    let streams = stats
        .tracks()
        .map(|(connection, track)| stream(connection, track));
    let streams: Vec<_> = streams.collect();
    Ok(uncached(Streams {
        active_streams: streams.len(),
        streams: Some(streams),
    }))
}

/// `GET /active-streams` in public
pub(super) async fn counted_streams(State(app): State<App>) -> Result<Response, Error> {
    let stats = stats(&app).await?;
    Ok(uncached(Streams {
        active_streams: stats.tracks().count(),
        streams: None,
    }))
}

/// `POST /connection` in public: a page reports its own connection.
pub(super) async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let at = app.engine.unix_ms();
    let token = bearer_token(&headers);
    let participant = token.and_then(|token| participant_of(&app.secrets, token));
    let participant = participant.ok_or(Error::NOT_IN_A_CALL)?;
    let mut fields = Fields::of(body)?;
    let report = ConnectionReport {
        at,
        path: fields.one("path", "none, lan, direct, tunnel or turn")?,
        ice_state: fields.optional("iceState", "a state of RTCIceConnectionState")?,
        candidate_type: fields.optional("candidateType", "host, srflx, prflx or relay")?,
        protocol: fields.optional("protocol", "udp, tcp or tls")?,
        rtt_ms: fields.optional_number("rttMs", RTT_MS)?,
        loss_percent: fields.optional_number("lossPercent", LOSS_PERCENT)?,
        send_bitrate: fields.optional_number("sendBitrate", BITRATE)?,
        receive_bitrate: fields.optional_number("receiveBitrate", BITRATE)?,
        local_network_blocked: fields
            .optional("localNetworkBlocked", "true or false")?
            .unwrap_or(false),
    };
    fields.end()?;
    app.connections
        .report(&participant.room, &participant.identity, report);
    Ok((StatusCode::NO_CONTENT, [no_store()]).into_response())
}

async fn stats(app: &App) -> Result<ConnectionStats, Error> {
    let stats = app.connections.stats(app.engine.unix_ms()).await;
    stats.map_err(|error| {
        tracing::debug!(%error, "LiveKit does not list its rooms");
        Error::NO_LIVEKIT.retry_after(LIVEKIT_RETRY)
    })
}

fn counts(stats: &ConnectionStats) -> Counts {
    let (shared_video_tracks, shared_processed_tracks) = stats.shared_videos();
    let active_clients = stats.connections.len();
    Counts {
        active_clients,
        websocket_connections: active_clients, // each has one for signalling
        detector_loaded: stats.has_processor(),
        shared_tracks: SharedTracks {
            shared_video_tracks,
            shared_processed_tracks,
            active_clients,
        },
    }
}

fn client(connection: &Connection, now: u64) -> ClientView {
    let Connection {
        room,
        participant,
        report,
        has_processed_track,
    } = connection;
    let report = report.as_ref();
    let [verdict, verdict_pt] = connection.verdict(now);
    ClientView {
        client_id: participant.identity.clone(),
        room: room.clone(),
        name: participant.name.clone(),
        connection_state: match participant.state {
            ParticipantState::Joining | ParticipantState::Joined => "connecting",
            ParticipantState::Active => "connected",
            ParticipantState::Disconnected => "disconnected",
        },
        ice_state: report.and_then(|report| report.ice_state),
        created_at: rfc3339(participant.joined_at * 1000),
        has_processed_track: *has_processed_track,
        tracks: participant.tracks.len(),
        path: report.map(|report| report.path),
        candidate_type: report.and_then(|report| report.candidate_type),
        protocol: report.and_then(|report| report.protocol),
        rtt_ms: report.and_then(|report| report.rtt_ms),
        loss_percent: report.and_then(|report| report.loss_percent),
        send_bitrate: report.and_then(|report| report.send_bitrate),
        receive_bitrate: report.and_then(|report| report.receive_bitrate),
        reported_at: report.map(|report| rfc3339(report.at)),
        verdict,
        verdict_pt,
    }
}

fn stream(connection: &Connection, track: &PublishedTrack) -> StreamView {
    StreamView {
        room: connection.room.clone(),
        client_id: connection.participant.identity.clone(),
        track_id: track.sid.clone(),
        kind: match track.kind {
            TrackKind::Audio => "audio",
            TrackKind::Video => "video",
            TrackKind::Data => "data",
        },
        name: track.name.clone(),
        source: track.source.to_ascii_lowercase(),
        mime_type: track.mime_type.clone(),
        muted: track.muted,
        width: track.width,
        height: track.height,
    }
}
