//! The other participants and their tracks, as the page knows them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use str0m::media::Mid;

use super::clock::DownClock;
use super::effect::PeerFrame;
use crate::layers::{Choice, Visible};
use crate::signal::proto::{
    ParticipantInfo, ParticipantState, SpeakerInfo, TrackInfo, TrackSource, TrackType,
};
use crate::wire::message::{Codec, ToPage, TrackKind};

/// All participants but the page's own participant, by SID.
#[derive(Debug, Default)]
pub(crate) struct Room {
    own_sid: String,
    own_identity: String,
    people: BTreeMap<String, Person>,
    /// In the order of their numbers.
    pub(super) tracks: Vec<Track>,
    /// The section of each track that LiveKit has named.
    mids: HashMap<String, Mid>,
    /// The track of each section that ever had one.
    first: HashMap<Mid, String>,
    /// Sections that were closed.
    closed: HashSet<Mid>,
    last_number: u16,
    /// Levels of those who speak, by SID.
    speakers: HashMap<String, f32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Person {
    identity: String,
    name: String,
    attributes: BTreeMap<String, String>,
}

/// A track of another participant.
#[derive(Debug)]
pub(crate) struct Track {
    pub(super) number: u16,
    pub(super) sid: String,
    person: String,
    pub(super) kind: TrackKind,
    pub(super) info: TrackInfo,
    pub(super) mid: Option<Mid>,
    pub(super) clock: DownClock,
    pub(super) codec: Option<Codec>,
    /// Frames are dropped until a key frame.
    pub(super) needs_key: bool,
    /// A key frame has to be requested.
    pub(super) wants_key: bool,
    pub(super) asked_at: Option<Instant>,
    pub(super) visible: Visible,
    /// The choice that LiveKit has.
    pub(super) choice: Option<Choice>,
}

impl Track {
    pub(super) fn is_video(&self) -> bool {
        self.kind != TrackKind::Audio
    }

    /// Drops frames until a key frame.
    pub(super) fn interrupt(&mut self) {
        self.needs_key = self.is_video();
    }

    /// Reports whether the page gets the frame: video begins with a key frame, also after a gap.
    pub(super) fn takes(&mut self, frame: &PeerFrame) -> bool {
        if !frame.contiguous {
            self.restart();
        }
        if frame.key {
            (self.needs_key, self.wants_key) = (false, false);
        }
        self.wants_key |= self.needs_key;
        !self.needs_key
    }

    /// Drops frames until a key frame, and requests one.
    pub(super) fn restart(&mut self) {
        self.interrupt();
        self.wants_key = self.is_video();
    }
}

impl Room {
    /// Takes the page's own participant.
    pub(super) fn own(&mut self, own: &ParticipantInfo) {
        self.own_sid.clone_from(&own.sid);
        self.own_identity.clone_from(&own.identity);
    }

    /// Takes what LiveKit says about a participant. Returns the messages that follow.
    pub(super) fn update(&mut self, info: ParticipantInfo) -> Vec<ToPage> {
        if info.sid == self.own_sid || info.sid.is_empty() {
            return Vec::new();
        }
        if info.state == ParticipantState::Disconnected as i32 {
            return self.remove(&info.sid);
        }
        let mut messages = self.remove_namesakes(&info);
        messages.extend(self.person(&info));
        messages.extend(self.end_missing(&info));
        for track in info.tracks {
            messages.extend(self.track(&info.sid, track));
        }
        messages
    }

    /// Returns everything that a page must know which has just come back.
    pub(super) fn all(&self) -> Vec<ToPage> {
        let mut messages: Vec<ToPage> = self.people.values().map(Person::message).collect();
        for track in &self.tracks {
            messages.extend(self.announce(track));
            let number = track.number;
            messages.extend(track.codec.map(|codec| ToPage::Codec {
                track: number,
                codec,
            }));
        }
        messages.push(self.speaking());
        messages
    }

    /// Takes changes of who speaks.
    pub(super) fn speakers(&mut self, changed: Vec<SpeakerInfo>) -> ToPage {
        for speaker in changed {
            if speaker.active {
                self.speakers.insert(speaker.sid, speaker.level);
            } else {
                self.speakers.remove(&speaker.sid);
            }
        }
        self.speaking()
    }

    /// Takes the sections of tracks, by section. Returns the tracks that LiveKit has put into the section of a former
    /// one: str0m would go on with the sequence numbers of that one, and drop what arrives.
    pub(super) fn sections(&mut self, tracks: HashMap<String, String>) -> Vec<String> {
        let mut reused = Vec::new();
        for (mid, sid) in tracks {
            let mid = Mid::from(&*mid);
            if *self.first.entry(mid).or_insert_with(|| sid.clone()) != sid {
                reused.push(sid);
                continue;
            }
            if self.closed.contains(&mid) {
                continue;
            }
            if let Some(track) = self.tracks.iter_mut().find(|track| track.sid == sid) {
                track.mid = Some(mid);
            }
            self.mids.insert(sid, mid);
        }
        reused
    }

    /// Returns the sections whose track has ended, once.
    pub(super) fn ended_sections(&mut self) -> Vec<Mid> {
        let tracks = &self.tracks;
        let has_ended = |sid: &str, _: &mut Mid| !tracks.iter().any(|track| track.sid == sid);
        let ended = self.mids.extract_if(|sid, mid| has_ended(sid, mid));
        let ended: Vec<Mid> = ended.map(|(_, mid)| mid).collect();
        self.closed.extend(&ended);
        ended
    }

    pub(super) fn by_mid(&mut self, mid: Mid) -> Option<&mut Track> {
        self.tracks
            .iter_mut()
            .rev()
            .find(|track| track.mid == Some(mid))
    }

    pub(super) fn by_number(&mut self, number: u16) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.number == number)
    }

    fn identity(&self, sid: &str) -> Option<&str> {
        if sid == self.own_sid {
            return Some(&self.own_identity);
        }
        self.people.get(sid).map(|person| &*person.identity)
    }

    fn speaking(&self) -> ToPage {
        let mut speakers: Vec<_> = self.speakers.iter().collect();
        speakers.sort_by(|a, b| b.1.total_cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let identities = speakers.iter().filter_map(|(sid, _)| self.identity(sid));
        ToPage::Speakers {
            identities: identities.map(str::to_owned).collect(),
        }
    }

    fn person(&mut self, info: &ParticipantInfo) -> Option<ToPage> {
        let person = Person {
            identity: info.identity.clone(),
            name: info.name.clone(),
            attributes: info.attributes.clone().into_iter().collect(),
        };
        if self.people.get(&info.sid) == Some(&person) {
            return None;
        }
        let message = person.message();
        self.people.insert(info.sid.clone(), person);
        Some(message)
    }

    /// An identity that joins again has left, whichever message comes first.
    fn remove_namesakes(&mut self, info: &ParticipantInfo) -> Vec<ToPage> {
        let is_namesake = |(sid, person): (&String, &Person)| {
            (person.identity == info.identity && *sid != info.sid).then(|| sid.clone())
        };
        let Some(sid) = self.people.iter().find_map(is_namesake) else {
            return Vec::new();
        };
        self.remove(&sid)
    }

    fn remove(&mut self, sid: &str) -> Vec<ToPage> {
        let Some(person) = self.people.remove(sid) else {
            return Vec::new();
        };
        self.speakers.remove(sid);
        let mut messages = self.end(|track| track.person == sid);
        messages.push(ToPage::Left {
            identity: person.identity,
        });
        messages
    }

    fn end_missing(&mut self, info: &ParticipantInfo) -> Vec<ToPage> {
        self.end(|track| {
            track.person == info.sid && !info.tracks.iter().any(|known| known.sid == track.sid)
        })
    }

    fn end(&mut self, is_over: impl Fn(&Track) -> bool) -> Vec<ToPage> {
        let mut messages = Vec::new();
        self.tracks.retain(|track| {
            let is_over = is_over(track);
            if is_over {
                messages.push(ToPage::Ended {
                    track: track.number,
                });
            }
            !is_over
        });
        messages
    }

    fn track(&mut self, person: &str, info: TrackInfo) -> Option<ToPage> {
        if let Some(track) = self.tracks.iter_mut().find(|track| track.sid == info.sid) {
            let is_news = track.info.muted != info.muted;
            let muted = info.muted;
            track.info = info;
            return is_news.then_some(ToPage::Muted {
                track: track.number,
                muted,
            });
        }
        let kind = kind(&info)?;
        self.last_number = self.free_number();
        let track = Track {
            number: self.last_number,
            sid: info.sid.clone(),
            person: person.to_owned(),
            kind,
            mid: self.mids.get(&info.sid).copied(),
            info,
            clock: DownClock::default(),
            codec: None,
            needs_key: kind != TrackKind::Audio,
            wants_key: false,
            asked_at: None,
            visible: Visible::Unknown,
            choice: None,
        };
        let message = self.announce(&track);
        self.tracks.push(track);
        message
    }

    fn free_number(&self) -> u16 {
        let mut number = self.last_number;
        loop {
            number = number.wrapping_add(1);
            if number != 0 && !self.tracks.iter().any(|track| track.number == number) {
                return number;
            }
        }
    }

    fn announce(&self, track: &Track) -> Option<ToPage> {
        Some(ToPage::Track {
            id: track.number,
            identity: self.identity(&track.person)?.to_owned(),
            kind: track.kind,
            muted: track.info.muted,
        })
    }
}

impl Person {
    fn message(&self) -> ToPage {
        ToPage::Participant {
            identity: self.identity.clone(),
            name: self.name.clone(),
            attributes: self.attributes.clone(),
        }
    }
}

fn kind(info: &TrackInfo) -> Option<TrackKind> {
    let source = TrackSource::try_from(info.source).unwrap_or(TrackSource::Unknown);
    match (source, TrackType::try_from(info.r#type).ok()?) {
        (_, TrackType::Audio) => Some(TrackKind::Audio),
        (TrackSource::ScreenShare, TrackType::Video) => Some(TrackKind::Screen),
        (_, TrackType::Video) => Some(TrackKind::Camera),
        (_, TrackType::Data) => None,
    }
}

#[cfg(test)]
mod tests;
