//! A page that reads a call over a line.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use str0m::media::Mid;

use super::camera::{Camera, Sends};
use super::line::{Direction, Shape};
use crate::call::core::{Call, CallSettings};
use crate::call::effect::{Effect, PeerEvent, PeerFrame};
use crate::layers::Layer;
use crate::signal::proto::{
    JoinResponse, ParticipantInfo, Request, Response, SessionDescription, TrackInfo, TrackType,
    VideoQuality,
};
use crate::testing::{ms, start};
use crate::wire::message::{Codec, Hello};

/// The page acknowledges this long after the first frame.
const ACK_AFTER: u64 = 60;

/// A frame that the page got. Times are milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Got {
    pub(super) sent: u64,
    pub(super) at: u64,
}

/// What a call over the line was like.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) pictures: Vec<Got>,
    pub(super) sound: Vec<Got>,
    /// The layer, by the millisecond.
    pub(super) layers: Vec<Layer>,
}

struct Simulation {
    call: Call,
    camera: Camera,
    down: Direction,
    up: Direction,
    /// Messages on their way: arrival, size, and what they are.
    coming: VecDeque<(u64, u64)>,
    /// Acknowledgements: arrival, bytes, and when the last of them arrived.
    acks: VecDeque<(u64, u64, u64)>,
    received: u64,
    arrived: u64,
    ack_at: Option<u64>,
    acks_late: u64,
    seen: Seen,
}

/// Carries a call over a line for so many seconds.
pub(super) fn carries(shape: Shape, sends: Sends, seconds: u64) -> Seen {
    let mut simulation = Simulation::new(shape, sends);
    for now in 0..seconds * 1_000 {
        simulation.passes(now);
    }
    simulation.seen
}

fn at(now: u64) -> Instant {
    start() + ms(now)
}

/// A call in whose room ana has a camera and a microphone.
fn call(sends: Sends) -> Call {
    let hello = Hello {
        token: "t".to_owned(),
        audio: false,
        video: None,
        decode: vec!["vp8".to_owned()],
        resume: None,
    };
    let settings = CallSettings {
        bitrate: 1_500_000,
        resume: "secret".to_owned(),
    };
    let mut call = Call::new(hello, settings, start());
    let microphone = TrackInfo {
        sid: "TR_2".into(),
        r#type: TrackType::Audio.into(),
        ..TrackInfo::default()
    };
    let ana = ParticipantInfo {
        sid: "PA_1".into(),
        identity: "ana".into(),
        tracks: vec![Camera::info(sends), microphone],
        ..ParticipantInfo::default()
    };
    let join = JoinResponse {
        participant: Some(ParticipantInfo::default()),
        other_participants: vec![ana],
    };
    call.signal(Some(Response::Join(join)), start());
    let sections = [("1", "TR_1"), ("2", "TR_2")];
    let answer = SessionDescription {
        id: 1,
        mid_to_track_id: HashMap::from(sections.map(|(mid, sid)| (mid.into(), sid.into()))),
        ..SessionDescription::default()
    };
    call.signal(Some(Response::Answer(answer)), start());
    call.peer(PeerEvent::Connected, start());
    call
}

impl Simulation {
    fn new(shape: Shape, sends: Sends) -> Self {
        Self {
            call: call(sends),
            camera: Camera::new(sends),
            down: Direction::new(shape),
            up: Direction::new(shape),
            coming: VecDeque::new(),
            acks: VecDeque::new(),
            received: 0,
            arrived: 0,
            ack_at: None,
            acks_late: shape.acks_late,
            seen: Seen::default(),
        }
    }

    fn passes(&mut self, now: u64) {
        self.arrives(now);
        if self.call.deadline() <= at(now) {
            self.call.signal(None, at(now)); // LiveKit answers pings
            self.call.tick(at(now));
        }
        self.livekit_sends(now);
        self.does(now);
        self.bridge_sends(now);
        self.seen.layers.push(self.camera.layer());
    }

    /// What arrives at the page, and its acknowledgements at the bridge.
    fn arrives(&mut self, now: u64) {
        while let Some((_, bytes)) = self.coming.pop_front_if(|(at, _)| *at <= now) {
            self.received += bytes;
            self.arrived = now;
            self.ack_at.get_or_insert(now + ACK_AFTER);
        }
        if self.ack_at.is_some_and(|due| due <= now) {
            self.ack_at = None;
            // What the page sends itself holds its acknowledgements up, for about a second each time.
            let held_up = now / 977 % 5 * self.acks_late / 4;
            let arrival = self.up.carries(30, now) + held_up;
            let before = self.acks.back().map_or(0, |(at, ..)| *at);
            self.acks
                .push_back((arrival.max(before), self.received, self.arrived));
        }
        while let Some((_, bytes, arrived)) = self.acks.pop_front_if(|(at, ..)| *at <= now) {
            let ack = format!(r#"{{"type":"ack","bytes":{bytes},"at":{arrived}}}"#);
            self.call.page_text(&ack, at(now));
        }
    }

    fn livekit_sends(&mut self, now: u64) {
        if let Some(picture) = self.camera.picture(now) {
            let frame = PeerFrame {
                mid: Mid::from("1"),
                codec: Codec::Vp8,
                key: picture.key,
                contiguous: true,
                layer: picture.temporal,
                sync: picture.sync,
                rtp: now * 1_000,
                payload: vec![0; picture.bytes].into(),
            };
            self.call.peer(PeerEvent::Frame(frame), at(now));
        }
        if now.is_multiple_of(20) {
            let frame = PeerFrame {
                mid: Mid::from("2"),
                codec: Codec::Opus,
                key: false,
                contiguous: true,
                layer: 0,
                sync: false,
                rtp: now * 1_000,
                payload: vec![0; 80].into(),
            };
            self.call.peer(PeerEvent::Frame(frame), at(now));
        }
    }

    fn does(&mut self, now: u64) {
        while let Some(effect) = self.call.effect() {
            match effect {
                Effect::Keyframe(_) => self.camera.needs_key(now),
                Effect::LimitSender { bitrate, .. } => self.camera.limited(bitrate, now),
                Effect::Signal(Request::TrackSetting(setting)) => {
                    let layers = [Layer::Low, Layer::Medium, Layer::High];
                    let quality = VideoQuality::try_from(setting.quality).expect("known");
                    let found = layers.into_iter().find(|layer| layer.quality() == quality);
                    self.camera.chooses(found.expect("a layer"), now);
                }
                _ => {}
            }
        }
    }

    fn bridge_sends(&mut self, now: u64) {
        while let Some(message) = self.call.next_message(at(now)) {
            let bytes = message.len() as u64;
            let arrival = self.down.carries(bytes, now);
            self.coming.push_back((arrival, bytes));
            let captured: [u8; 8] = message[8..16].try_into().expect("a header");
            let got = Got {
                sent: u64::from_be_bytes(captured) / 1_000,
                at: arrival,
            };
            let has_more = message[1] & 2 != 0;
            match message[0] {
                1 => self.seen.sound.push(got),
                _ if has_more => {}
                _ => self.seen.pictures.push(got),
            }
        }
    }
}

impl Seen {
    /// Returns when the picture was first less than 250 ms behind, after this time.
    pub(super) fn back_after(&self, from: u64) -> u64 {
        let is_back = |got: &&Got| got.at >= from && got.at - got.sent < 250;
        let first = self.pictures.iter().find(is_back);
        first.map_or(u64::MAX, |got| got.at - from)
    }

    /// Returns the longest time for which the picture was more than a second behind.
    pub(super) fn longest_behind(&self, from: u64, to: u64) -> u64 {
        let (mut longest, mut since, mut newest, mut next) = (0, from, 0, 0);
        for now in 0..to {
            while self.pictures.get(next).is_some_and(|got| got.at <= now) {
                newest = self.pictures[next].sent;
                next += 1;
            }
            if now < from || now - newest <= 1_000 {
                since = now + 1;
            }
            longest = longest.max((now + 1).saturating_sub(since.max(from)));
        }
        longest
    }

    /// Returns by how much sound of this time was later than the earliest.
    pub(super) fn sound_lateness(&self, from: u64, to: u64) -> u64 {
        let transits = self.sound.iter();
        let transits = transits.filter(|got| (from..to).contains(&got.sent));
        let transits: Vec<u64> = transits.map(|got| got.at - got.sent).collect();
        let (least, most) = (transits.iter().min(), transits.iter().max());
        most.expect("sound") - least.expect("sound")
    }

    /// Returns a percentile of the delays of the pictures of this time.
    pub(super) fn delay(&self, percent: usize, from: u64, to: u64) -> u64 {
        let pictures = self.pictures.iter();
        let pictures = pictures.filter(|got| (from..to).contains(&got.sent));
        let mut delays: Vec<u64> = pictures.map(|got| got.at - got.sent).collect();
        delays.sort_unstable();
        delays
            .get(delays.len() * percent / 100)
            .copied()
            .unwrap_or(u64::MAX)
    }

    /// Returns the pictures of each second of this time.
    pub(super) fn frame_rate(&self, from: u64, to: u64) -> u64 {
        let pictures = self.pictures.iter();
        let count = pictures.filter(|got| (from..to).contains(&got.at)).count();
        count as u64 * 1_000 / (to - from)
    }
}
