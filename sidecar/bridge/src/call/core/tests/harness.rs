//! A call as tests drive it.

use std::collections::HashMap;

use str0m::media::Mid;

use super::super::*;
use crate::call::effect::{PeerEvent, PeerFrame};
use crate::signal::proto::{
    JoinResponse, ParticipantInfo, SessionDescription, TrackInfo, TrackPublishedResponse,
    TrackSource, TrackType,
};
use crate::testing::start;
use crate::wire::frame::{Header, Kind};
use crate::wire::message::{Codec, Video, VideoCodec};

/// A call in whose room ana has a camera, on section 2.
pub(super) struct Tested {
    pub(super) call: Call,
    pub(super) now: Instant,
}

/// What the page got, and the rest.
#[derive(Default)]
pub(super) struct Done {
    pub(super) messages: Vec<ToPage>,
    pub(super) rest: Vec<Effect>,
}

impl Tested {
    pub(super) fn joining() -> Self {
        let hello = Hello {
            token: "t".to_owned(),
            audio: true,
            video: Some(Video {
                codec: VideoCodec::Vp8,
                width: 640,
                height: 360,
            }),
            decode: vec!["vp8".to_owned()],
            resume: None,
        };
        let settings = CallSettings {
            bitrate: 1_500_000,
            resume: "secret".to_owned(),
        };
        Self {
            call: Call::new(hello, settings, start()),
            now: start(),
        }
    }

    pub(super) fn flowing() -> Self {
        let mut tested = Self::joining();
        let own = ParticipantInfo {
            sid: "PA_0".into(),
            identity: "me".into(),
            ..ParticipantInfo::default()
        };
        let join = JoinResponse {
            participant: Some(own),
            other_participants: vec![ana(1)],
        };
        tested.hears(Response::Join(join));
        for (cid, sid) in [("audio", "TR_mic"), ("video", "TR_cam")] {
            let track = Some(TrackInfo {
                sid: sid.into(),
                ..TrackInfo::default()
            });
            tested.hears(Response::TrackPublished(TrackPublishedResponse {
                cid: cid.into(),
                track,
            }));
        }
        let mid_to_track_id = HashMap::from([("2".to_owned(), "TR_1".to_owned())]);
        tested.hears(Response::Answer(SessionDescription {
            id: 1,
            mid_to_track_id,
            ..SessionDescription::default()
        }));
        tested.call.peer(PeerEvent::Connected, tested.now);
        tested.does();
        tested
    }

    pub(super) fn hears(&mut self, response: Response) {
        self.call.signal(Some(response), self.now);
    }

    pub(super) fn does(&mut self) -> Done {
        let mut done = Done::default();
        while let Some(effect) = self.call.effect() {
            match effect {
                Effect::Notify(message) => done.messages.push(message),
                other => done.rest.push(other),
            }
        }
        done
    }

    pub(super) fn passes(&mut self, time: Duration) -> Done {
        self.now += time;
        self.call.tick(self.now);
        self.does()
    }

    pub(super) fn says(&mut self, text: &str) -> Done {
        self.call.page_text(text, self.now);
        self.does()
    }

    pub(super) fn sends(&mut self, kind: Kind, key: bool) -> Done {
        let header = Header {
            kind,
            key,
            more: false,
            layer: 0,
            number: 0,
            sequence: 0,
            captured: 0,
        };
        self.call.page_frame(&header.message(&[1; 100]), self.now);
        self.does()
    }

    pub(super) fn arrives(&mut self, key: bool, contiguous: bool) -> Done {
        let frame = PeerFrame {
            mid: Mid::from("2"),
            codec: Codec::Vp8,
            key,
            contiguous,
            layer: 0,
            sync: false,
            rtp: 0,
            payload: vec![0; 100].into(),
        };
        self.call.peer(PeerEvent::Frame(frame), self.now);
        self.does()
    }
}

pub(super) fn ana(cameras: usize) -> ParticipantInfo {
    let track = |i| TrackInfo {
        sid: format!("TR_{i}"),
        source: TrackSource::Camera.into(),
        r#type: TrackType::Video.into(),
        ..TrackInfo::default()
    };
    ParticipantInfo {
        sid: "PA_1".into(),
        identity: "ana".into(),
        tracks: (1..=cameras).map(track).collect(),
        ..ParticipantInfo::default()
    }
}

pub(super) fn requests(done: &Done) -> Vec<&Request> {
    let mut requests = Vec::new();
    for effect in &done.rest {
        if let Effect::Signal(request) = effect {
            requests.push(request);
        }
    }
    requests
}

pub(super) fn keyframes(done: &Done) -> usize {
    done.rest
        .iter()
        .filter(|effect| matches!(effect, Effect::Keyframe(_)))
        .count()
}

pub(super) fn closed(done: &Done) -> Option<u16> {
    done.rest.iter().find_map(|effect| match effect {
        Effect::ClosePage { code, .. } => Some(*code),
        _ => None,
    })
}
