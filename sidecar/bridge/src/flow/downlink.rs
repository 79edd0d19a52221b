//! The queue to the page. Audio goes before video, no more is under way than the line carries, and a queue that grows
//! old is dropped.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::flight::{Acked, Flight, WrongAck};
use super::line::{Line, LineAck};
use super::temporal::TemporalLayers;
use crate::wire::frame::{HEADER, Header, Kind};
use crate::wire::message::Ack;

/// Age of the queue over which frames of a temporal layer above 0 are dropped.
const THIN_AGE: Duration = Duration::from_millis(200);
/// Age of the queue over which all queued video is dropped.
const CUT_AGE: Duration = Duration::from_millis(400);
/// A cut takes effect after a round trip and a key frame; the next one waits for that.
const CUT_INTERVAL: Duration = Duration::from_millis(1500);
/// Longest wait for what was under way at a cut: the round trip may have become longer for good.
const MAX_DRAIN: Duration = Duration::from_secs(2);
/// Age over which queued audio is of no use: a page plays nothing that comes so late.
const MAX_AUDIO_AGE: Duration = Duration::from_millis(400);
/// Age of the queue over which video is cut again, before the last cut has taken effect.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Size of the queue, bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Bytes of audio that may be under way beyond the window.
const AUDIO_RESERVE: usize = 16_000;
/// Time without an acknowledgement after which a page is lost, whatever it sends.
const UNREAD: Duration = Duration::from_secs(15);

/// A frame for the page.
#[derive(Clone, Debug)]
pub(crate) struct DownFrame {
    pub(crate) kind: Kind,
    pub(crate) track: u16,
    pub(crate) key: bool,
    /// The temporal layer.
    pub(crate) layer: u8,
    /// Whether the frame depends on layer 0 only.
    pub(crate) sync: bool,
    pub(crate) captured: u64,
    pub(crate) payload: Arc<[u8]>,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    Queued,
    /// A frame on which no other one depends that is sent.
    Dropped,
    /// All queued video was dropped: the line is too slow for the layer, or stands still.
    Cut,
    /// The line still carries what was under way at the cut. The track needs a key frame after that.
    Draining,
}

#[derive(Debug)]
struct Queued {
    frame: DownFrame,
    at: Instant,
    /// Bytes of the frame that are sent.
    offset: usize,
}

/// The queue of one socket.
#[derive(Debug)]
pub(crate) struct Downlink {
    audio: VecDeque<Queued>,
    video: VecDeque<Queued>,
    queued_bytes: usize,
    flight: Flight,
    sequence: u32,
    line: Line,
    cut_at: Option<Instant>,
    /// Whether what was under way at the cut is not acknowledged yet.
    is_draining: bool,
    temporal: TemporalLayers,
}

impl Downlink {
    /// Creates the queue of a new socket.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            audio: VecDeque::new(),
            video: VecDeque::new(),
            queued_bytes: 0,
            flight: Flight::new(now),
            sequence: 0,
            line: Line::new(now),
            cut_at: None,
            is_draining: false,
            temporal: TemporalLayers::default(),
        }
    }

    /// Queues a frame, unless the line is too slow for it.
    pub(crate) fn push(&mut self, frame: DownFrame, now: Instant) -> Pushed {
        if frame.kind.is_audio() {
            self.enqueue(frame, now);
            self.expire_audio(now);
            return Pushed::Queued;
        }
        if self.is_draining {
            return Pushed::Draining;
        }
        if self.is_too_old(now) || self.queued_bytes + frame.payload.len() > MAX_BYTES {
            return self.cut(now);
        }
        let is_old = self.queue_time(now) > THIN_AGE;
        if !self.temporal.keep(&frame, is_old, now) {
            return Pushed::Dropped;
        }
        self.enqueue(frame, now);
        Pushed::Queued
    }

    /// Drops all queued video if it has grown old. Returns whether it did.
    pub(crate) fn is_cut(&mut self, now: Instant) -> bool {
        self.expire_audio(now);
        let is_old = !self.video.is_empty() && self.is_too_old(now);
        is_old && self.cut(now) == Pushed::Cut
    }

    /// Reports whether frames were dropped for so long that a lower layer with all of its frames is better. Only once.
    pub(crate) fn stays_thin(&mut self) -> bool {
        self.temporal.stay_dropped()
    }

    /// Reports whether a key frame would only wait behind what was under way at the cut.
    pub(crate) fn is_draining(&self) -> bool {
        self.is_draining
    }

    /// Ends draining once the line is empty enough. Returns whether it did: now key frames arrive in time.
    pub(crate) fn has_drained(&mut self, now: Instant) -> bool {
        let Some(cut_at) = self.cut_at.filter(|_| self.is_draining) else {
            return false;
        };
        if self.is_stalled(now) {
            self.cut_at = Some(now);
            return false;
        }
        let has_waited = now.saturating_duration_since(cut_at) >= MAX_DRAIN;
        self.is_draining = !has_waited && self.queue_time(now) > THIN_AGE;
        !self.is_draining
    }

    /// Returns what the line carries, bytes per second.
    pub(crate) fn rate(&self) -> f64 {
        self.line.rate()
    }

    /// Reports whether the line has shown its limit.
    pub(crate) fn has_limit(&self) -> bool {
        self.line.has_limit()
    }

    /// Reports whether the page reads nothing.
    pub(crate) fn is_unread(&self, now: Instant) -> bool {
        self.flight.is_silent(UNREAD, now)
    }

    /// Reports whether the line stands still.
    pub(crate) fn is_stalled(&self, now: Instant) -> bool {
        self.flight.is_stalled(now)
    }

    /// Returns the next message, unless the window is full.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Bytes> {
        let under_way = self.flight.bytes();
        let window = self.line.window();
        let next = if under_way < window + AUDIO_RESERVE && !self.audio.is_empty() {
            self.audio.pop_front()
        } else if under_way < window {
            self.video.pop_front()
        } else {
            None
        };
        let Some(next) = next else {
            if !self.video.is_empty() || !self.audio.is_empty() {
                self.line.waits();
            }
            return None;
        };
        let (message, rest) = self.send(next, now);
        if let Some(rest) = rest {
            self.video.push_front(rest);
        }
        Some(message)
    }

    /// Takes an acknowledgement of all bytes received on this socket.
    pub(crate) fn ack(&mut self, ack: Ack, now: Instant) -> Result<(), WrongAck> {
        let Acked { bytes, sent } = self.flight.ack(ack.bytes, now)?;
        if let Some(sent) = sent {
            let arrived = ack.at;
            let ack = LineAck {
                bytes,
                sent,
                arrived,
            };
            self.line.acknowledged(ack, now);
        }
        Ok(())
    }

    /// Returns the age of the oldest frame that is not acknowledged, less the shortest round trip.
    pub(crate) fn queue_time(&self, now: Instant) -> Duration {
        self.age_since(None, now)
    }

    fn enqueue(&mut self, frame: DownFrame, now: Instant) {
        self.queued_bytes += frame.payload.len();
        let queue = if frame.kind.is_audio() {
            &mut self.audio
        } else {
            &mut self.video
        };
        queue.push_back(Queued {
            frame,
            at: now,
            offset: 0,
        });
    }

    /// Returns the message of the frame's next part, and the rest of the frame.
    fn send(&mut self, mut next: Queued, now: Instant) -> (Bytes, Option<Queued>) {
        let Queued { frame, at, offset } = &mut next;
        let end = frame.payload.len().min(*offset + self.line.part());
        let part = &frame.payload[*offset..end];
        let header = Header {
            kind: frame.kind,
            key: frame.key,
            more: end < frame.payload.len(),
            layer: frame.layer,
            number: frame.track,
            sequence: self.sequence,
            captured: frame.captured,
        };
        self.queued_bytes -= part.len();
        self.sequence = self.sequence.wrapping_add(1);
        let due = now + self.line.due();
        self.flight.sent(HEADER + part.len(), *at, now, due);
        let message = header.message(part);
        *offset = end;
        (message, header.more.then_some(next))
    }

    /// The age of the oldest unacknowledged frame that was queued after `since`, less the shortest round trip.
    fn age_since(&self, since: Option<Instant>, now: Instant) -> Duration {
        let counts = |at: &Instant| since.is_none_or(|since| *at > since);
        let flight = self.flight.queued().find(counts);
        let video = self.video.iter().map(|queued| queued.at).find(counts);
        let audio = self.audio.iter().map(|queued| queued.at).find(counts);
        let oldest = flight.into_iter().chain(video).chain(audio).min();
        let age = oldest.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        age.saturating_sub(self.line.due())
    }

    /// Reports whether video has to be cut. What was under way at the last cut does not count again.
    fn is_too_old(&self, now: Instant) -> bool {
        let is_settling = self
            .cut_at
            .is_some_and(|at| now.saturating_duration_since(at) < CUT_INTERVAL);
        let limit = if is_settling { MAX_AGE } else { CUT_AGE };
        self.age_since(self.cut_at, now) > limit
    }

    fn cut(&mut self, now: Instant) -> Pushed {
        for queued in self.video.drain(..) {
            self.queued_bytes -= queued.frame.payload.len() - queued.offset;
        }
        self.cut_at = Some(now);
        self.is_draining = true;
        Pushed::Cut
    }

    fn expire_audio(&mut self, now: Instant) {
        while let Some(oldest) = self.audio.front()
            && now.saturating_duration_since(oldest.at) > MAX_AUDIO_AGE
        {
            self.queued_bytes -= oldest.frame.payload.len();
            self.audio.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
