//! The other participants and their tracks, as the page knows them.

use std::collections::{BTreeMap, HashMap};

use str0m::media::Mid;

use super::sections::{Placed, TrackSections};
use super::track::{self, Track};
use crate::signal::proto::{ParticipantInfo, ParticipantState, SpeakerInfo, TrackInfo};
use crate::wire::message::ToPage;

/// All participants but the page's own participant, by SID.
#[derive(Debug, Default)]
pub(crate) struct Room {
    own_sid: String,
    own_identity: String,
    people: BTreeMap<String, Person>,
    /// In the order of their numbers.
    pub(super) tracks: Vec<Track>,
    sections: TrackSections,
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

    /// Takes the tracks of sections, by section. Returns the tracks that need another section.
    pub(super) fn sections(&mut self, tracks: HashMap<String, String>) -> Vec<String> {
        let mut misplaced = Vec::new();
        for (mid, sid) in tracks {
            let mid = Mid::from(&*mid);
            match self.sections.place(mid, &sid) {
                Placed::Elsewhere => misplaced.push(sid),
                Placed::Closed => {}
                Placed::Here => {
                    if let Some(track) = self.tracks.iter_mut().find(|track| track.sid == sid) {
                        track.mid = Some(mid);
                    }
                }
            }
        }
        misplaced
    }

    /// Returns the sections whose track has ended, once.
    pub(super) fn ended_sections(&mut self) -> Vec<Mid> {
        let tracks = &self.tracks;
        self.sections
            .close_unless(|sid| tracks.iter().any(|track| track.sid == sid))
    }

    pub(super) fn by_mid(&mut self, mid: Mid) -> Option<&mut Track> {
        self.tracks
            .iter_mut()
            .rev()
            .find(|track| track.mid == Some(mid))
    }

    pub(super) fn own_sid(&self) -> &str {
        &self.own_sid
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
        let kind = track::kind(&info)?;
        self.last_number = self.free_number();
        let mid = self.sections.of(&info.sid);
        let track = Track::new(self.last_number, person, kind, info, mid);
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

#[cfg(test)]
mod tests;
