//! What the peer connection brings for the page.

use std::time::Instant;

use bytes::Bytes;
use prost::Message;

use super::core::Call;
use super::effect::{PeerEvent, PeerFrame};
use super::track::Track;
use crate::flow::downlink::{DownFrame, Pushed};
use crate::signal::proto::DataPacket;
use crate::wire::frame::{HEADER, Kind, MAX_FRAME};
use crate::wire::message::{Codec, MAX_DATA, ToPage, TrackKind, VideoCodec};

impl Call {
    /// Takes what the peer connection reports.
    pub(crate) fn peer(&mut self, event: PeerEvent, now: Instant) {
        match event {
            PeerEvent::Connected => {
                self.is_connected = true;
                self.ask_page_for_key(now);
            }
            PeerEvent::Disconnected => {
                self.is_connected = false;
                self.disconnected_at.get_or_insert(now);
            }
            PeerEvent::Frame(frame) => self.peer_frame(frame, now),
            PeerEvent::KeyframeWanted => self.ask_page_for_key(now),
            PeerEvent::Data(packet) => self.peer_data(&packet),
        }
    }

    /// Returns the next binary message for the page, if the line takes one.
    pub(crate) fn next_message(&mut self, now: Instant) -> Option<Bytes> {
        if !self.phase.is_flowing() {
            return None;
        }
        self.downlink.next(now)
    }

    fn peer_frame(&mut self, frame: PeerFrame, now: Instant) {
        let started = self.started;
        let is_wanted = self.phase.is_flowing() && self.decodes(frame.codec) && fits(&frame);
        let Some(track) = self.room.by_mid(frame.mid) else {
            return;
        };
        // Frames that are dropped set the clock too.
        let captured = track.clock.at(frame.rtp, started, now);
        if !is_wanted {
            return;
        }
        if !track.takes(&frame) {
            self.request_keys(now);
            return;
        }
        let (number, kind) = (track.number, track.kind);
        if track.codec != Some(frame.codec) {
            track.codec = Some(frame.codec);
            self.notify(ToPage::Codec {
                track: number,
                codec: frame.codec,
            });
        }
        self.queue(number, kind, captured, frame, now);
    }

    fn decodes(&self, codec: Codec) -> bool {
        match codec {
            Codec::Opus => true,
            Codec::Vp8 => self.hello.decodes(VideoCodec::Vp8),
            Codec::H264 => self.hello.decodes(VideoCodec::H264),
        }
    }

    fn queue(
        &mut self,
        track: u16,
        kind: TrackKind,
        captured: u64,
        frame: PeerFrame,
        now: Instant,
    ) {
        let kind = match kind {
            TrackKind::Audio => Kind::Audio,
            TrackKind::Camera => Kind::Camera,
            TrackKind::Screen => Kind::Screen,
        };
        let frame = DownFrame {
            kind,
            track,
            key: frame.key,
            layer: frame.layer.min(7),
            sync: frame.sync,
            captured,
            payload: frame.payload,
        };
        match self.downlink.push(frame, now) {
            Pushed::Queued | Pushed::Dropped => {}
            Pushed::Cut => self.line_cut(now),
            Pushed::Draining => {
                self.room
                    .by_number(track)
                    .into_iter()
                    .for_each(Track::interrupt);
            }
        }
    }

    fn peer_data(&mut self, packet: &[u8]) {
        // Other kinds of packets are LiveKit's own.
        let Ok(DataPacket {
            participant_identity,
            user: Some(user),
            ..
        }) = DataPacket::decode(packet)
        else {
            return;
        };
        if user.payload.len() > MAX_DATA {
            return;
        }
        let identity = if participant_identity.is_empty() {
            user.participant_identity
        } else {
            participant_identity
        };
        self.notify(ToPage::data(
            identity,
            user.topic.unwrap_or_default(),
            &user.payload,
        ));
    }
}

fn fits(frame: &PeerFrame) -> bool {
    (1..=MAX_FRAME - HEADER).contains(&frame.payload.len())
}
