//! LiveKit's signalling as a state machine without a socket: messages in, messages and events out.
//!
//! `/rtc/v1` has one peer connection. The offer and the tracks travel with the join; offers go from client to server
//! only. When others publish, LiveKit asks for an offer with more `recvonly` sections. With none more it asks for an
//! offer too: it has found a track a section whose former track has ended.

pub(crate) mod join;
pub(crate) mod proto;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::wire::message::LeaveReason;
use proto::{ParticipantInfo, Ping, Request, Response, SessionDescription, SpeakerInfo, reason};

/// Time between two pings; LiveKit closes after 15 s without one.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// Time without any message after which LiveKit is gone.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// Sections of one call. They grow with each participant who comes and goes.
const MAX_SECTIONS: u32 = 400;

/// What LiveKit's messages mean for the call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SignalEvent {
    Joined {
        own: ParticipantInfo,
        others: Vec<ParticipantInfo>,
    },
    /// LiveKit knows a track of this page: its `cid` and its SID.
    Published {
        cid: String,
        sid: String,
    },
    /// An answer to the last offer, and the track of each section.
    Answer {
        sdp: String,
        tracks: HashMap<String, String>,
    },
    /// LiveKit needs an offer with this many more sections, which may be none.
    Sections(Sections),
    Participants(Vec<ParticipantInfo>),
    Speakers(Vec<SpeakerInfo>),
    /// A token with which the participant can join again.
    Token(String),
    Over {
        reason: LeaveReason,
        again: bool,
    },
}

/// How many sections an offer has to add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sections {
    pub(crate) audios: u32,
    pub(crate) videos: u32,
}

/// Where the exchange of offers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Negotiation {
    Idle,
    /// The offer with this id has no answer yet. LiveKit needs another one, with these sections.
    Offered {
        id: u32,
        next: Option<Sections>,
    },
}

/// The signalling of one participant.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    negotiation: Negotiation,
    last_offer: u32,
    sections: u32,
    ping_at: Instant,
    heard_at: Instant,
    started: Instant,
}

impl Signal {
    /// Starts with the offer that travels with the join.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            negotiation: Negotiation::Offered {
                id: join::FIRST_OFFER,
                next: None,
            },
            last_offer: join::FIRST_OFFER,
            sections: 0,
            ping_at: now + PING_INTERVAL,
            heard_at: now,
            started: now,
        }
    }

    /// Takes a message of LiveKit.
    pub(crate) fn handle(&mut self, response: Response, now: Instant) -> Vec<SignalEvent> {
        self.heard_at = now;
        match response {
            Response::Join(join) => {
                let own = join.participant.unwrap_or_default();
                vec![SignalEvent::Joined {
                    own,
                    others: join.other_participants,
                }]
            }
            Response::Answer(answer) => self.answered(answer),
            Response::MediaSectionsRequirement(needed) => self.require(Sections {
                audios: needed.num_audios,
                videos: needed.num_videos,
            }),
            Response::Update(update) => vec![SignalEvent::Participants(update.participants)],
            Response::TrackPublished(published) => {
                let sid = published.track.unwrap_or_default().sid;
                vec![SignalEvent::Published {
                    cid: published.cid,
                    sid,
                }]
            }
            Response::SpeakersChanged(changed) => vec![SignalEvent::Speakers(changed.speakers)],
            Response::RefreshToken(token) => vec![SignalEvent::Token(token)],
            Response::Leave(leave) => vec![over(leave.reason)],
        }
    }

    /// Takes a message that the bridge does not read: LiveKit is there.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard_at = now;
    }

    /// Reports whether an offer can be made: the last one has its answer.
    pub(crate) fn is_idle(&self) -> bool {
        self.negotiation == Negotiation::Idle
    }

    /// Returns the request for an offer.
    pub(crate) fn offer(&mut self, sdp: String) -> Request {
        self.last_offer += 1;
        let id = self.last_offer;
        self.negotiation = Negotiation::Offered { id, next: None };
        Request::Offer(SessionDescription {
            r#type: "offer".to_owned(),
            sdp,
            id,
            mid_to_track_id: HashMap::new(),
        })
    }

    /// Returns what is due: a ping, or the end of a connection on which nothing arrives.
    pub(crate) fn tick(&mut self, now: Instant) -> Tick {
        if now.saturating_duration_since(self.heard_at) >= SILENCE_TIMEOUT {
            return Tick::Lost;
        }
        if now < self.ping_at {
            return Tick::Nothing;
        }
        self.ping_at = now + PING_INTERVAL;
        let passed = now.saturating_duration_since(self.started).as_millis();
        let timestamp = i64::try_from(passed).unwrap_or(i64::MAX);
        Tick::Ping(Request::Ping(Ping { timestamp, rtt: 0 }))
    }

    /// Returns when [`Self::tick`] is due.
    pub(crate) fn deadline(&self) -> Instant {
        self.ping_at.min(self.heard_at + SILENCE_TIMEOUT)
    }

    fn answered(&mut self, answer: SessionDescription) -> Vec<SignalEvent> {
        let Negotiation::Offered { id, next } = self.negotiation else {
            return Vec::new();
        };
        // Servers before the ids answer with 0.
        if answer.id != id && answer.id != 0 {
            return Vec::new();
        }
        self.negotiation = Negotiation::Idle;
        let mut events = vec![SignalEvent::Answer {
            sdp: answer.sdp,
            tracks: answer.mid_to_track_id,
        }];
        events.extend(next.map(SignalEvent::Sections));
        events
    }

    fn require(&mut self, more: Sections) -> Vec<SignalEvent> {
        let count = more.audios.saturating_add(more.videos);
        self.sections = self.sections.saturating_add(count);
        if self.sections > MAX_SECTIONS {
            let reason = LeaveReason::Restart;
            return vec![SignalEvent::Over {
                reason,
                again: true,
            }];
        }
        match &mut self.negotiation {
            Negotiation::Offered { next, .. } => {
                let Sections { audios, videos } = next.unwrap_or_default();
                *next = Some(Sections {
                    audios: audios + more.audios,
                    videos: videos + more.videos,
                });
                Vec::new()
            }
            Negotiation::Idle => vec![SignalEvent::Sections(more)],
        }
    }
}

/// What [`Signal::tick`] found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tick {
    Nothing,
    Ping(Request),
    Lost,
}

fn over(code: i32) -> SignalEvent {
    let (reason, again) = match code {
        reason::DUPLICATE_IDENTITY => (LeaveReason::Replaced, false),
        reason::PARTICIPANT_REMOVED => (LeaveReason::Removed, false),
        reason::ROOM_DELETED | reason::ROOM_CLOSED => (LeaveReason::RoomClosed, false),
        reason::SERVER_SHUTDOWN => (LeaveReason::Restart, true),
        _ => (LeaveReason::Failed, true),
    };
    SignalEvent::Over { reason, again }
}

#[cfg(test)]
mod tests;
