//! Who is connected to LiveKit, and how: from LiveKit's server API and from what the pages report.

mod limit;
mod report;
mod verdict;
mod watch;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use crate::livekit::room_service::{
    Participant, ParticipantState, PublishedTrack, Room, RoomService, RoomServiceError,
};
use crate::media_path::MediaPath;
use crate::recent::Recent;
pub use limit::{Applicant, ConnectionLimit, NoPlace};
pub use report::{CandidateType, ConnectionReport, IceState};
pub use verdict::Verdict;

/// Age of a list that is used again, so that many readers cost LiveKit as much as one.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Rooms whose participants are requested at the same time.
const MAX_CONCURRENT: usize = 16;
/// Rooms that are listed with their participants.
const MAX_ROOMS: usize = 200;
/// Reports that are kept, 200 bytes each.
const MAX_REPORTS: usize = 4_000;
/// Pages report each 10 s, and at a change each 2 s.
const REPORT_INTERVAL_MS: u64 = 1_000;
/// A report expires when its page sent no other: hidden pages report each 30 s.
const REPORT_MAX_AGE_MS: u64 = 90_000;
/// Begins the name of a processor's track, before the identity of the participant whose video it shows.
const PROCESSED: &str = "processed:";

/// Room and identity.
type ParticipantKey = (Box<str>, Box<str>);
type Listing = Shared<BoxFuture<'static, Result<Arc<Vec<OpenRoom>>, Arc<RoomServiceError>>>>;

/// The participants of LiveKit's rooms, and their reports.
#[derive(Debug)]
pub struct Connections {
    rooms: RoomService,
    /// The latest list, or the one under way.
    latest: Mutex<Option<(Instant, Listing)>>,
    reports: Mutex<Recent<ParticipantKey, ConnectionReport>>,
}

/// A room with its participants.
#[derive(Clone, Debug)]
struct OpenRoom {
    room: Room,
    participants: Vec<Participant>,
}

/// A participant, with its latest report.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The name of its room.
    pub room: String,
    /// What LiveKit reports.
    pub participant: Participant,
    /// What its page reports.
    pub report: Option<ConnectionReport>,
    /// A processor publishes a track of its video.
    pub has_processed_track: bool,
}

/// Rooms and participants at one time.
#[derive(Clone, Debug, Default)]
pub struct ConnectionStats {
    /// The rooms that LiveKit has open.
    pub rooms: Vec<Room>,
    /// Their participants.
    pub connections: Vec<Connection>,
    /// Those whose pages reported that no path works, and that LiveKit no longer lists.
    pub not_connected: Vec<Connection>,
}

impl Connections {
    /// Returns the participants of this LiveKit.
    pub fn new(rooms: RoomService) -> Self {
        Self {
            rooms,
            latest: Mutex::default(),
            reports: Mutex::new(Recent::of(MAX_REPORTS)),
        }
    }

    /// Keeps what a page reports of its connection.
    ///
    /// One that comes sooner than a second after the last is ignored, but for a worse path.
    pub fn report(&self, room: &str, identity: &str, report: ConnectionReport) {
        let key = (Box::from(room), Box::from(identity));
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let last = reports.get(&key);
        let is_early = last.is_some_and(|last| last.at + REPORT_INTERVAL_MS > report.at);
        let failed_before = last.is_some_and(ConnectionReport::has_failed);
        if is_early && report.has_failed() == failed_before {
            return;
        }
        if report.has_failed() && !failed_before {
            tracing::warn!(room, identity, path = ?report.path, "ICE failed");
        }
        reports.insert(key, report);
    }

    /// Returns rooms and participants, at most a second old. `now`: Unix milliseconds.
    ///
    /// # Errors
    ///
    /// Returns why LiveKit lists none.
    pub async fn stats(&self, now: u64) -> Result<ConnectionStats, Arc<RoomServiceError>> {
        let listed = self.list().await?;
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stats = ConnectionStats::default();
        for OpenRoom { room, participants } in listed.iter() {
            let processed: Vec<(&str, &str)> = participants.iter().flat_map(processed_by).collect();
            for participant in participants {
                let key = (Box::from(&*room.name), Box::from(&*participant.identity));
                let report = reports.get(&key).filter(|report| {
                    report.at + REPORT_MAX_AGE_MS > now
                        && report.at / 1000 + 1 >= participant.joined_at
                });
                stats.connections.push(Connection {
                    room: room.name.clone(),
                    participant: participant.clone(),
                    report: report.cloned(),
                    has_processed_track: processed
                        .iter()
                        .any(|(of, by)| *of == participant.identity && *by != participant.identity),
                });
            }
            stats.rooms.push(room.clone());
        }
        let is_listed = |(room, identity): &ParticipantKey| {
            let mut listed = stats.connections.iter();
            listed.any(|one| *one.room == **room && *one.participant.identity == **identity)
        };
        let failed = reports.iter().filter(|(key, report)| {
            report.path == MediaPath::None && report.at + REPORT_MAX_AGE_MS > now && !is_listed(key)
        });
        stats.not_connected = failed.map(Connection::failed).collect();
        Ok(stats)
    }

    /// Returns the latest list, or requests one; requests at the same time share one.
    fn list(&self) -> Listing {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some((at, listing)) if at.elapsed() < MAX_AGE => listing.clone(),
            _ => {
                let listing = open_rooms(self.rooms.clone()).boxed().shared();
                *latest = Some((Instant::now(), listing.clone()));
                listing
            }
        }
    }
}

async fn open_rooms(rooms: RoomService) -> Result<Arc<Vec<OpenRoom>>, Arc<RoomServiceError>> {
    let listed = rooms.list_rooms().await?;
    let opened = stream::iter(listed.into_iter().take(MAX_ROOMS)).map(async |room| {
        let participants = rooms.participants(&room.name).await?;
        Ok::<_, RoomServiceError>(OpenRoom { room, participants })
    });
    let opened: Vec<_> = opened.buffered(MAX_CONCURRENT).try_collect().await?;
    Ok(Arc::new(opened))
}

/// Returns whose videos a participant publishes processed, each with the participant.
fn processed_by(publisher: &Participant) -> impl Iterator<Item = (&str, &str)> {
    let videos = publisher.tracks.iter().filter(|track| track.is_video());
    let processed = videos.filter_map(|track| track.name.strip_prefix(PROCESSED));
    processed.map(|of| (of, &*publisher.identity))
}

impl Connection {
    /// Returns a participant that could not connect.
    fn failed(((room, identity), report): (&ParticipantKey, &ConnectionReport)) -> Self {
        Self {
            room: room.to_string(),
            participant: Participant::left(identity, report.at / 1000),
            report: Some(report.clone()),
            has_processed_track: false,
        }
    }

    /// Returns how its media travels, or why it does not.
    pub fn verdict(&self, now: u64) -> Verdict {
        verdict::of(self, now)
    }

    /// Reports whether its media should have connected by now. `now`: Unix milliseconds.
    fn is_late(&self, now: u64) -> bool {
        let is_connecting = matches!(
            self.participant.state,
            ParticipantState::Joining | ParticipantState::Joined
        );
        is_connecting && now / 1000 >= self.participant.joined_at + verdict::CONNECT_SECONDS
    }
}

impl ConnectionStats {
    /// Returns every published track with its participant.
    pub fn tracks(&self) -> impl Iterator<Item = (&Connection, &PublishedTrack)> {
        self.connections
            .iter()
            .flat_map(|one| one.participant.tracks.iter().map(move |track| (one, track)))
    }

    /// Reports whether a processor is connected, with or without a video to process.
    pub fn has_processor(&self) -> bool {
        let mut connected = self
            .connections
            .iter()
            .filter(|one| one.participant.state == ParticipantState::Active);
        connected.any(|one| one.participant.is_processor())
    }

    /// Returns the number of published videos, and of those that a processor publishes.
    pub fn shared_videos(&self) -> (usize, usize) {
        let videos = self.tracks().filter(|(_, track)| track.is_video());
        let (processed, shared): (Vec<_>, Vec<_>) =
            videos.partition(|(_, track)| track.name.starts_with(PROCESSED));
        (shared.len(), processed.len())
    }
}
