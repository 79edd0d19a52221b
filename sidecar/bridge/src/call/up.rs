//! What the page says and sends.

use std::time::{Duration, Instant};

use prost::Message;

use super::core::Call;
use super::effect::{Effect, UpFrame};
use crate::layers::{Size, Visible};
use crate::signal::proto::{DataPacket, UserPacket};
use crate::wire::close::{NORMAL, POLICY};
use crate::wire::frame::{self, Header, Kind};
use crate::wire::message::{Data, FromPage, Media, ToPage, View};

/// Longest time between two acknowledgements.
pub(super) const ACK_INTERVAL: Duration = Duration::from_secs(5);
/// Time from a frame to its acknowledgement.
const ACK_DELAY: Duration = Duration::from_millis(60);
/// Time between two requests to the page for a key frame.
const KEYFRAME_INTERVAL: Duration = Duration::from_millis(300);

impl Call {
    /// Takes a text message of the page.
    pub(crate) fn page_text(&mut self, text: &str, now: Instant) {
        self.phase.heard(now);
        if let Err(flood) = self.limits.message(now) {
            return self.refuse(flood);
        }
        match FromPage::parse(text) {
            Ok(message) => self.page_message(message, now),
            Err(error) => self.refuse(error),
        }
    }

    /// Takes a binary message of the page.
    pub(crate) fn page_frame(&mut self, message: &[u8], now: Instant) {
        self.phase.heard(now);
        self.received += message.len() as u64;
        self.ack_at = self.ack_at.min(now + ACK_DELAY);
        let (header, payload) = match frame::parse(message) {
            Ok(frame) => frame,
            Err(error) => return self.refuse(error),
        };
        if let Err(flood) = self.limits.frame(header.kind, message.len(), now) {
            return self.refuse(flood);
        }
        let track = if header.kind.is_audio() {
            &self.audio
        } else {
            &self.video
        };
        if !track.is_announced || header.kind == Kind::Screen {
            return self.refuse("a frame of a kind that hello did not announce");
        }
        if !track.is_muted && self.is_wanted(&header, now) {
            self.write(&header, payload, now);
        }
    }

    /// Takes a ping or pong of the page.
    pub(crate) fn page_sign(&mut self, now: Instant) {
        self.phase.heard(now);
        if let Err(flood) = self.limits.message(now) {
            self.refuse(flood);
        }
    }

    /// Cuts a page off that broke a rule.
    pub(crate) fn refuse(&mut self, why: impl ToString) {
        self.finish(POLICY, why.to_string());
    }

    /// Acknowledges what has arrived, if that is due.
    pub(super) fn acknowledge(&mut self, now: Instant) {
        if now >= self.ack_at {
            self.ack_at = now + ACK_INTERVAL;
            self.notify(ToPage::Ack {
                bytes: self.received,
            });
        }
    }

    /// Requests a key frame of the page's video.
    pub(super) fn ask_page_for_key(&mut self, now: Instant) {
        let is_early = |at: Instant| now.saturating_duration_since(at) < KEYFRAME_INTERVAL;
        if self.video.is_announced && !self.asked_at.is_some_and(is_early) {
            self.asked_at = Some(now);
            self.notify(ToPage::Keyframe);
        }
    }

    fn page_message(&mut self, message: FromPage, now: Instant) {
        match message {
            FromPage::Hello(_) | FromPage::Diagnose { .. } => {
                self.refuse("hello is the first message only")
            }
            FromPage::Ack(ack) => {
                if let Err(wrong) = self.downlink.ack(ack, now) {
                    self.refuse(wrong);
                }
            }
            FromPage::Keyframe { track } => {
                if let Some(track) = self.room.by_number(track) {
                    track.wants_key = track.is_video();
                    self.request_keys(now);
                }
            }
            FromPage::Mute { kind, muted } => self.page_mutes(kind, muted),
            FromPage::View(view) => self.viewed(view, now),
            FromPage::Data(data) => self.page_data(&data, now),
            FromPage::Bye => self.finish(NORMAL, String::new()),
        }
    }

    fn page_mutes(&mut self, media: Media, muted: bool) {
        let track = match media {
            Media::Audio => &mut self.audio,
            Media::Video => &mut self.video,
        };
        if track.is_muted == muted {
            return;
        }
        track.is_muted = muted;
        self.needs_key |= media == Media::Video;
        self.mute(media, muted);
    }

    fn viewed(&mut self, view: View, now: Instant) {
        // A track may have ended while the message was under way.
        let Some(track) = self.room.by_number(view.track) else {
            return;
        };
        let is_shown = view.visible && view.width > 0.0 && view.height > 0.0;
        track.visible = if is_shown {
            Visible::At(Size {
                width: view.width,
                height: view.height,
            })
        } else {
            Visible::Hidden
        };
        self.choose_layers(now);
    }

    fn page_data(&mut self, data: &Data, now: Instant) {
        if let Err(flood) = self.limits.data(now) {
            return self.refuse(flood);
        }
        let payload = match data.bytes() {
            Ok(payload) => payload,
            Err(error) => return self.refuse(error),
        };
        let user = UserPacket {
            payload,
            topic: Some(data.topic.clone()).filter(|topic| !topic.is_empty()),
            participant_identity: self.identity.clone(),
        };
        let packet = DataPacket {
            kind: i32::from(!data.reliable),
            participant_identity: self.identity.clone(),
            user: Some(user),
        };
        self.push(Effect::Data {
            reliable: data.reliable,
            packet: packet.encode_to_vec(),
        });
    }

    /// Video begins with a key frame, and before LiveKit is connected nothing can be sent.
    fn is_wanted(&mut self, header: &Header, now: Instant) -> bool {
        if !self.is_connected {
            return false;
        }
        if header.kind.is_audio() {
            return true;
        }
        self.needs_key &= !header.key;
        if self.needs_key {
            self.ask_page_for_key(now);
        }
        !self.needs_key
    }

    fn write(&mut self, header: &Header, payload: &[u8], now: Instant) {
        let time = if header.kind.is_audio() {
            self.clock.at(header.captured, now)
        } else {
            self.clock.picture_at(header.captured, now)
        };
        self.push(Effect::Write(UpFrame {
            kind: header.kind,
            level: u8::try_from(header.number).unwrap_or(u8::MAX),
            media: time.media,
            wallclock: time.wallclock,
            payload: payload.to_vec(),
        }));
    }
}
