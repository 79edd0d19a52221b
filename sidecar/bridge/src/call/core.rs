//! The call's state, and what time and LiveKit's signalling change in it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::clock::UpClock;
use super::effect::Effect;
use super::phase::{Expired, Phase};
use super::room::Room;
use crate::flow::downlink::Downlink;
use crate::flow::rate::PageLimits;
use crate::flow::viewers::ViewersLimit;
use crate::layers::LineLevel;
use crate::signal::proto::{LeaveRequest, ParticipantInfo, Request, Response, reason};
use crate::signal::{Signal, SignalEvent, Tick, join};
use crate::wire::close::NORMAL;
use crate::wire::message::{Hello, LeaveReason, Media, ToPage};

/// Time between two looks at the line.
const LINE_INTERVAL: Duration = Duration::from_millis(100);
/// LiveKit ends the media path before it says why.
const REASON_TIMEOUT: Duration = Duration::from_secs(1);

/// What a call needs to know beside its page's hello.
#[derive(Clone, Debug)]
pub(crate) struct CallSettings {
    /// Bits per second of the page's video.
    pub(crate) bitrate: u32,
    /// The secret with which a lost page comes back.
    pub(crate) resume: String,
}

/// One of the page's own tracks.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnTrack {
    /// Whether the hello announced it.
    pub(super) is_announced: bool,
    /// LiveKit's name for it.
    pub(super) sid: Option<String>,
    /// Whether the page muted it.
    pub(super) is_muted: bool,
}

/// One call.
pub(crate) struct Call {
    pub(super) settings: CallSettings,
    pub(super) hello: Hello,
    pub(super) started: Instant,
    pub(super) phase: Phase,
    pub(super) signal: Signal,
    pub(super) room: Room,
    pub(super) identity: String,
    pub(super) name: String,
    pub(super) audio: OwnTrack,
    pub(super) video: OwnTrack,
    pub(super) is_connected: bool,
    /// When the media path to LiveKit ended.
    pub(super) disconnected_at: Option<Instant>,
    pub(super) limits: PageLimits,
    pub(super) clock: UpClock,
    /// Whether the page's video is dropped until a key frame.
    pub(super) needs_key: bool,
    /// When a key frame was last requested from the page.
    pub(super) asked_at: Option<Instant>,
    /// Bytes of all binary messages received on this socket.
    pub(super) received: u64,
    pub(super) ack_at: Instant,
    pub(super) downlink: Downlink,
    pub(super) level: LineLevel,
    pub(super) viewers: ViewersLimit,
    line_at: Instant,
    /// Tracks that have to leave their section, and when each is subscribed to again.
    pub(super) resubscribed: Vec<(String, Instant)>,
    effects: VecDeque<Effect>,
}

impl Call {
    /// Starts a call whose join is under way. The token is not kept.
    pub(crate) fn new(mut hello: Hello, settings: CallSettings, now: Instant) -> Self {
        hello.token.clear();
        let own = |is_announced| OwnTrack {
            is_announced,
            ..OwnTrack::default()
        };
        Self {
            audio: own(hello.audio),
            video: own(hello.video.is_some()),
            limits: PageLimits::new(settings.bitrate, now),
            settings,
            hello,
            started: now,
            phase: Phase::joining(now),
            signal: Signal::new(now),
            room: Room::default(),
            identity: String::new(),
            name: String::new(),
            is_connected: false,
            disconnected_at: None,
            clock: UpClock::new(now),
            needs_key: true,
            asked_at: None,
            received: 0,
            ack_at: now + super::up::ACK_INTERVAL,
            downlink: Downlink::new(now),
            level: LineLevel::new(now),
            viewers: ViewersLimit::new(now),
            line_at: now,
            resubscribed: Vec::new(),
            effects: VecDeque::new(),
        }
    }

    /// Returns the next thing to do.
    pub(crate) fn effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Returns when [`Self::tick`] is due.
    pub(crate) fn deadline(&self) -> Instant {
        let again = self.resubscribed.iter().map(|(_, at)| *at);
        let mut at = again.fold(self.signal.deadline(), Instant::min);
        if self.phase.is_flowing() {
            at = at.min(self.ack_at).min(self.line_at);
        }
        let reason = self.disconnected_at.map(|since| since + REASON_TIMEOUT);
        let others = self.phase.deadline().into_iter().chain(reason);
        let others = others.chain(self.viewers.deadline());
        others.fold(at, Instant::min)
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        match self.phase.expired(now) {
            Some(Expired::Join) => self.over(LeaveReason::ServerUnreachable, true),
            Some(Expired::Silence) => self.page_lost(now),
            Some(Expired::Resume) => self.finish(NORMAL, String::new()),
            None => {}
        }
        match self.signal.tick(now) {
            Tick::Nothing => {}
            Tick::Ping(ping) => self.push(Effect::Signal(ping)),
            Tick::Lost => self.over(LeaveReason::ServerUnreachable, true),
        }
        if self
            .disconnected_at
            .is_some_and(|since| now >= since + REASON_TIMEOUT)
        {
            self.over(LeaveReason::Failed, true);
        }
        self.subscribe_again(now);
        self.end_viewers_limit(now);
        if self.phase.is_flowing() {
            self.acknowledge(now);
            if now >= self.line_at {
                self.line_at = now + LINE_INTERVAL;
                self.look_at_line(now);
            }
        }
    }

    /// Takes a message of LiveKit; `None` is one that the bridge does not read.
    pub(crate) fn signal(&mut self, response: Option<Response>, now: Instant) {
        let Some(response) = response else {
            self.signal.heard(now);
            return;
        };
        let events = self.signal.handle(response, now);
        let makes_offer = |event: &SignalEvent| matches!(event, SignalEvent::Sections(_));
        let makes_offer = events.iter().any(makes_offer);
        for event in events {
            self.signalled(event, now);
        }
        if !makes_offer && self.signal.is_idle() {
            self.close_sections();
        }
    }

    /// Takes the offer that [`Effect::Offer`] asked for.
    pub(crate) fn offered(&mut self, sdp: String) {
        let offer = self.signal.offer(sdp);
        self.push(Effect::Signal(offer));
    }

    /// Ends the call: LiveKit or the bridge is not there for it.
    pub(crate) fn over(&mut self, reason: LeaveReason, again: bool) {
        if !self.phase.is_leaving() {
            self.push(Effect::Notify(ToPage::Leave { reason, again }));
            self.finish(NORMAL, String::new());
        }
    }

    pub(crate) fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    /// Sends the page a message, if its socket is open.
    pub(super) fn notify(&mut self, message: ToPage) {
        if self.phase.is_flowing() {
            self.push(Effect::Notify(message));
        }
    }

    /// Leaves the room and closes the page's socket.
    pub(super) fn finish(&mut self, code: u16, reason: String) {
        if !self.phase.leave() {
            return;
        }
        self.push(Effect::ClosePage { code, reason });
        let leave = LeaveRequest {
            reason: reason::CLIENT_INITIATED,
            action: 0,
        };
        self.push(Effect::Signal(Request::Leave(leave)));
        self.push(Effect::End);
    }

    fn signalled(&mut self, event: SignalEvent, now: Instant) {
        match event {
            SignalEvent::Joined { own, others } => {
                if !self.phase.joined(now) {
                    return;
                }
                self.room.own(&own);
                (self.identity, self.name) = (own.identity, own.name);
                self.welcome(false);
                self.participants(others, now);
            }
            SignalEvent::Published { cid, sid } => self.published(&cid, sid),
            SignalEvent::Answer { sdp, tracks } => {
                let reused = self.room.sections(tracks);
                self.push(Effect::Answer(sdp));
                reused
                    .into_iter()
                    .for_each(|sid| self.resubscribe(sid, now));
            }
            SignalEvent::Sections(more) => {
                let ended = self.room.ended_sections();
                self.push(Effect::Offer { more, ended });
            }
            SignalEvent::Participants(infos) => self.participants(infos, now),
            SignalEvent::Speakers(changed) => {
                let message = self.room.speakers(changed);
                self.notify(message);
            }
            SignalEvent::Token(_) => {} // the page's own is as good
            SignalEvent::Over { reason, again } => self.over(reason, again),
        }
    }

    fn participants(&mut self, infos: Vec<ParticipantInfo>, now: Instant) {
        for info in infos {
            for message in self.room.update(info) {
                self.notify(message);
            }
        }
        self.choose_layers(now);
    }

    fn published(&mut self, cid: &str, sid: String) {
        let (media, track) = match cid {
            join::AUDIO_CID => (Media::Audio, &mut self.audio),
            join::VIDEO_CID => (Media::Video, &mut self.video),
            _ => return,
        };
        track.sid = Some(sid);
        if track.is_muted || !self.phase.is_flowing() {
            self.mute(media, true);
        }
    }
}

#[cfg(test)]
mod tests;
